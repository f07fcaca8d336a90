import { OptionError } from '../../../lib/failure.ts';
import { kibibytes } from '../../../lib/libvirt/amount.ts';
import type { DomainOptions } from '../options/options.ts';

/** Rules between memory sizes, and between numbers of virtual CPUs. @throws OptionError */
export function checkSizes({ memory, current_memory, vcpus, vcpus_max }: DomainOptions): void {
  const most = memory === undefined ? undefined : kibibytes(memory);
  const now = current_memory === undefined ? undefined : kibibytes(current_memory);
  if (most !== undefined && now !== undefined && now > most)
    throw new OptionError('current_memory', `${current_memory} is more than 'memory', which is ${memory}`);
  if (vcpus_max === undefined) return;
  if (vcpus === undefined) throw new OptionError('vcpus_max', "needs 'vcpus' beside it");
  if (vcpus > vcpus_max)
    throw new OptionError('vcpus_max', `${vcpus_max} is less than 'vcpus', which is ${vcpus}`);
}

/** A processor model needs the mode `custom`, and that mode needs a model. Features are those of a mode. @throws OptionError */
export function checkProcessor({ cpu_mode, cpu_model, cpu_features = [] }: DomainOptions): void {
  if (cpu_mode === 'custom' && !cpu_model)
    throw new OptionError('cpu_model', "is needed with 'cpu_mode: custom'");
  if (cpu_model && cpu_mode !== 'custom')
    throw new OptionError('cpu_model', "needs 'cpu_mode: custom' beside it");
  if (cpu_features.length > 0 && !cpu_mode)
    throw new OptionError('cpu_features', "needs 'cpu_mode' beside it");
  cpu_features.forEach(({ name }, i) => {
    if (cpu_features.findIndex((other) => other.name === name) < i)
      throw new OptionError(`cpu_features[${i}].name`, `'${name}' is in the list already`);
  });
}

/** Rules between the options that say what the guest boots. @throws OptionError */
export function checkBoot(options: DomainOptions): void {
  const { kernel, initrd, cmdline, firmware, secure_boot, boot, disks = [], interfaces = [] } = options;
  if (!kernel && (initrd || cmdline))
    throw new OptionError('kernel', "is needed with 'initrd' and 'cmdline'");
  if (secure_boot !== undefined && firmware !== 'efi')
    throw new OptionError('secure_boot', "needs 'firmware: efi' beside it");
  const ordered = [
    ...disks.map(({ boot_order }, i) => [`disks[${i}].boot_order`, boot_order] as const),
    ...interfaces.map(({ boot_order }, i) => [`interfaces[${i}].boot_order`, boot_order] as const),
  ];
  const seen = new Map<number, string>();
  for (const [path, order] of ordered) {
    if (order === undefined) continue;
    if (boot) throw new OptionError(path, "and 'boot' exclude each other: leave one of them out");
    const other = seen.get(order);
    if (other) throw new OptionError(path, `${order} is taken by ${other}`);
    seen.set(order, path);
  }
}
