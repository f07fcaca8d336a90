import { basename, dirname } from 'node:path';
import type { Plan } from '../../lib/ansible/plan.ts';
import type { Host } from '../../lib/host/host.ts';
import { downloadedIn } from './iso.ts';
import { kernelNames } from './kernel.ts';
import { directoryOf, isContainer } from './names.ts';
import type { VmOptions } from './options.ts';
import { disksOf, seedsOf } from './parts.ts';
import { isPowerOnly } from './power.ts';

/** The names in the directory of a VM that is removed; undefined if there is no directory, or the VM is kept. */
export type Directory = readonly string[] | undefined;

// That of a container goes with its root.
const isRemoved = (vm: VmOptions) => vm.state === 'absent' && !isPowerOnly(vm) && !isContainer(vm);

export async function observeDirectory(host: Host, vm: VmOptions): Promise<Directory> {
  if (!isRemoved(vm)) return undefined;
  const path = directoryOf(vm);
  return (await host.stat(path))?.kind === 'directory' ? host.list(path) : undefined;
}

/** Plans the removal of a VM's directory. One with files of others is kept, with a warning. Pure. */
export function planDirectory(vm: VmOptions, names: Directory): Plan<undefined> {
  if (names === undefined) return { changes: [] };
  const path = directoryOf(vm);
  const removed = [...disksOf(vm), ...seedsOf(vm)].map(({ dest }) => dest);
  const known = [
    ...removed.filter((file) => dirname(file) === path).map((file) => basename(file)),
    ...(vm.remove_storage ? kernelNames(vm) : []),
    ...downloadedIn(vm, names),
  ];
  const left = names.filter((name) => !known.includes(name));
  if (left.length > 0) {
    const warning = `directory ${path} is kept, since it has other files: ${left.join(', ')}`;
    return { changes: [], warnings: vm.remove_storage ? [warning] : [] };
  }
  const change = {
    title: `remove directory ${path}`,
    before: `${path}\n`,
    after: undefined,
    step: undefined,
  };
  return { changes: [change] };
}
