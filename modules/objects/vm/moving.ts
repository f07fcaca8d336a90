import type { Ask } from '../../lib/ansible/plan.ts';
import { Failure } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { LEAVING, type Moving, readMarker } from '../../lib/move/marker.ts';
import { directoryOf } from './names.ts';
import type { VmOptions } from './options.ts';
import { isPowerOnly } from './power.ts';

/** The unfinished move of a VM; an error where it can't be read. */
export const observeMoving = (
  host: Host,
  vm: Pick<VmOptions, 'name' | 'directory'>,
): Promise<Moving | undefined> => readMarker(host, directoryOf(vm));

/**
 * Whether a VM is shut down since it is being moved to another host.
 */
export const observeLeaving = async (
  host: Host,
  vm: Pick<VmOptions, 'name' | 'directory'>,
): Promise<boolean> => (await host.stat(leavingPath(vm))) !== undefined;

const leavingPath = (vm: Pick<VmOptions, 'name' | 'directory'>) => `${directoryOf(vm)}/${LEAVING}`;

/** The error of a task that would start a VM whose disks are being copied to another host. */
export const leavingFailure = (vm: VmOptions): Failure =>
  new Failure(
    `${vm.name} is shut down since it is being moved to another host: run again what moves it. To keep it here, remove ${leavingPath(vm)}`,
  );

/**
 * What is asked of a VM with an unfinished move, of which nothing else is planned. Pure.
 * @throws Failure in a task that can't go on with it
 */
export function askOfMoving(vm: VmOptions, { from, arrived }: Moving): Ask {
  const fix = 'run the role vm of this collection, which goes on with it';
  const unfinished = `an unfinished move of ${vm.name} from ${from}`;
  if (vm.state === 'absent')
    throw new Failure(`${unfinished}: give it 'state: running' until it has ended, and ${fix}`);
  if (isPowerOnly(vm)) throw new Failure(`${unfinished}: ${fix}, first`);
  return { question: { name: vm.name, from, arrived }, otherwise: `${unfinished}: ${fix}` };
}
