import { kibibytes } from '../../../lib/libvirt/amount.ts';
import type { Element } from '../../../lib/xml/element.ts';
import { isContainer } from '../options/drivers.ts';
import { MACHINE } from '../options/machine.ts';
import type { DomainOptions } from '../options/options.ts';
import { ifAny, tag, textTag } from './tag.ts';

/** Facts of the host that a definition depends on. */
export interface HostFacts {
  /** Whether the host can run guests by KVM. */
  readonly kvm: boolean;
}

/** The domain type: `kvm`, or `qemu` for emulation; `lxc` of a container. */
export function typeOf(options: DomainOptions, { kvm }: HostFacts, isNew: boolean): string | undefined {
  if (isContainer(options)) return isNew ? 'lxc' : undefined;
  const { virt_type } = options;
  const desired = virt_type ?? (isNew ? 'auto' : undefined);
  return desired === 'auto' ? (kvm ? 'kvm' : 'qemu') : desired;
}

const amountXml = (name: string, amount: string | undefined): Element | undefined => {
  const kib = amount === undefined ? undefined : kibibytes(amount);
  return kib === undefined ? undefined : tag(name, { unit: 'KiB' }, kib);
};

export const memoryXml = ({ memory, current_memory }: DomainOptions) => [
  amountXml('memory', memory),
  amountXml('currentMemory', current_memory),
];

/** The text is the maximum, and the attribute the current number where that is less (formatdomain, "CPU Allocation"). */
export function vcpuXml({ vcpus, vcpus_max }: DomainOptions, isNew: boolean): Element | undefined {
  const count = vcpus ?? (isNew ? 1 : undefined);
  if (count === undefined) return undefined;
  const max = vcpus_max ?? count;
  return tag('vcpu', { current: max > count ? count : undefined }, max);
}

/** The processor that the guest sees. For emulation, QEMU chooses it by default. */
export function cpuXml(
  { cpu_mode, cpu_model, cpu_features = [] }: DomainOptions,
  type: string | undefined,
  isNew: boolean,
): Element | undefined {
  const mode = cpu_mode ?? (isNew && type === 'kvm' ? 'host-passthrough' : undefined);
  return ifAny(
    tag('cpu', { mode }, [
      textTag('model', cpu_model),
      ...cpu_features.map(({ name, policy }) => tag('feature', { policy, name })),
    ]),
  );
}

/** The features that have an option. */
export const ALL_FEATURES = MACHINE.features.elements.choices;

/** The features of a new domain. */
const FEATURES = ['acpi', 'apic'] as const;

export function featuresXml({ features }: DomainOptions, isNew: boolean): Element | undefined {
  const enabled = features ?? (isNew ? FEATURES : []);
  return ifAny(
    tag(
      'features',
      {},
      enabled.map((name) => tag(name, {})),
    ),
  );
}
