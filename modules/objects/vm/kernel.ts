import { join } from 'node:path';
import type { Plan } from '../../lib/ansible/plan.ts';
import { bootPathsOf } from '../../lib/disk/template/key.ts';
import { withWorkDirectory } from '../../lib/disk/work-directory.ts';
import { OptionError } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { runOrFail } from '../../lib/host/process.ts';
import type { State as DiskState } from '../disk/plan.ts';
import { directoryOf } from './names.ts';
import type { VmOptions } from './options.ts';
import { isPowerOnly } from './power.ts';

// A VM that boots by the kernel of its image has a copy of it: the image may get another one, and be removed, while the disk
// of the VM needs the kernel whose modules it has.

/** What a kernel boots if the task doesn't say it: the first disk is the file system, without partitions. */
const CMDLINE = 'root=/dev/vda ro console=tty0 console=ttyS0';

const KINDS = ['kernel', 'initrd'] as const;

type Files = Readonly<Record<(typeof KINDS)[number], string>>;

/** The names of the files in the directory of the VM. */
export const kernelNames = ({ kernel }: Pick<VmOptions, 'kernel'>): readonly string[] =>
  kernel === undefined ? [] : KINDS;

const filesOf = (vm: VmOptions): Files => ({
  kernel: join(directoryOf(vm), 'kernel'),
  initrd: join(directoryOf(vm), 'initrd'),
});

/** The options of the domain for it. */
export const kernelOptions = (vm: VmOptions): Partial<Files & { readonly cmdline: string }> =>
  vm.kernel === undefined ? {} : { ...filesOf(vm), cmdline: vm.cmdline ?? CMDLINE };

/** Rules of the options of the kernel. @throws OptionError */
export function checkKernel({ kernel, cmdline, archives, archive_name = '', domain }: VmOptions): void {
  if (kernel === undefined) {
    if (cmdline === undefined) return;
    throw new OptionError('cmdline', "is for 'kernel': give that, or 'cmdline' in 'domain'");
  }
  if (archives.includes(archive_name))
    throw new OptionError(
      'kernel',
      `is that of an image, and ${archive_name} is an archive of the controller`,
    );
  for (const option of ['kernel', 'initrd', 'cmdline'] as const) {
    if (domain[option] === undefined) continue;
    const fix = option === 'cmdline' ? "give 'cmdline' beside 'kernel' instead" : 'leave one of them out';
    throw new OptionError(`domain.${option}`, `is decided by 'kernel' of the VM: ${fix}`);
  }
}

/** The files of a VM's kernel on the host. */
export interface SeenKernel {
  /** Whether the VM has them. */
  readonly exists: boolean;
  /** Those of the image; undefined if it has none. */
  readonly from: Files | undefined;
  /** The template of an existing disk; undefined if the disk is made now, or has no backing file. */
  readonly backing?: string | undefined;
}

const isManaged = (vm: VmOptions) => vm.kernel !== undefined && vm.state !== 'absent' && !isPowerOnly(vm);

/** Looks for the files. @param disk the first disk of the VM */
export async function observeKernel(
  host: Host,
  vm: VmOptions,
  disk: DiskState | Error | undefined,
): Promise<SeenKernel | undefined> {
  if (!isManaged(vm)) return undefined;
  const existing = async (files: Files) =>
    (await Promise.all(KINDS.map((kind) => host.stat(files[kind])))).every((info) => info?.kind === 'file');
  // The disk may be an overlay of a former template of the image.
  const backing = disk instanceof Error ? undefined : disk?.disk?.disk?.backing;
  const template = backing ?? (await host.realPath(join(vm.image_directory, vm.archive_name ?? '')));
  const from = template === undefined ? undefined : bootPathsOf(template);
  return {
    exists: await existing(filesOf(vm)),
    from: from && (await existing(from)) ? from : undefined,
    backing,
  };
}

/** The step that copies the files of the image, or removes those of the VM. */
export type KernelStep =
  | { readonly act: 'copy'; readonly from: Files }
  | { readonly act: 'remove'; readonly names: readonly string[] };

/**
 * Plans the files. Those that the VM has are kept. Pure.
 * @param names in the directory of a VM that is removed
 */
export function planKernel(
  vm: VmOptions,
  seen: SeenKernel | undefined,
  names: readonly string[] | undefined,
): Plan<KernelStep> {
  const directory = directoryOf(vm);
  if (vm.state === 'absent') {
    const removed = vm.remove_storage ? kernelNames(vm).filter((name) => names?.includes(name)) : [];
    if (removed.length === 0) return { changes: [] };
    const step = { act: 'remove', names: removed } as const;
    const before = `${removed.join(', ')} in ${directory}\n`;
    return { changes: [{ title: `remove kernel ${directory}/kernel`, before, after: undefined, step }] };
  }
  if (!seen || seen.exists) return { changes: [] };
  const { archive_name } = vm;
  const { kernel = '', initrd = '' } = seen.from ?? {};
  const why =
    seen.backing === undefined
      ? `option 'kernel': the image ${archive_name} has none: give it 'kernel: true' in 'images'`
      : `option 'kernel': the disk of the VM is an overlay of ${seen.backing}, which has none: leave 'kernel' out, or put the files 'kernel' and 'initrd' into ${directory}`;
  return {
    changes: [
      {
        title: `copy kernel ${directory}/kernel`,
        before: undefined,
        after: { from: archive_name },
        step: { act: 'copy', from: { kernel, initrd } },
      },
    ],
    missing: seen.from ? [] : [why],
  };
}

/** A kernel is read by the guest's QEMU only, to which libvirt gives it. */
const MODE = 0o600;

/** Carries a step out. */
export async function applyKernel(host: Host, step: KernelStep, vm: VmOptions): Promise<void> {
  const files = filesOf(vm);
  if (step.act === 'remove') {
    for (const name of step.names) await host.remove(join(directoryOf(vm), name));
    return;
  }
  await withWorkDirectory(host, files.kernel, async (work) => {
    for (const kind of KINDS) {
      const made = join(work, kind);
      await runOrFail(host, 'cp', ['--reflink=auto', '--', step.from[kind], made]);
      await host.setAttributes(made, { mode: MODE });
      await host.publish(made, files[kind]);
    }
  });
}
