import { basename, dirname } from 'node:path';
import type { Plan } from '../../lib/ansible/plan.ts';
import type { Host } from '../../lib/host/host.ts';
import { directoryOf } from './names.ts';
import type { VmOptions } from './options.ts';

/** What is in the directory of a VM; undefined where there is none. */
export type Directory = readonly string[] | undefined;

export async function observeDirectory(host: Host, vm: VmOptions): Promise<Directory> {
  const path = directoryOf(vm);
  return (await host.stat(path))?.kind === 'directory' ? host.list(path) : undefined;
}

/**
 * The directory of a VM that is absent goes where nothing is left in it. Pure.
 * @param removed the files that go with the VM
 */
export function planDirectory(
  vm: VmOptions,
  names: Directory,
  removed: readonly string[],
): Pick<Plan<undefined>, 'changes' | 'warnings'> {
  const path = directoryOf(vm);
  if (names === undefined) return { changes: [] };
  const gone = removed.filter((file) => dirname(file) === path).map((file) => basename(file));
  const left = names.filter((name) => !gone.includes(name));
  if (left.length > 0) {
    const warning = `${path} stays, since others have put something there: ${left.join(', ')}`;
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
