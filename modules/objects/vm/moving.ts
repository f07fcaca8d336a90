import type { Ask } from '../../lib/ansible/plan.ts';
import { Failure } from '../../lib/failure.ts';
import { type Host, readText } from '../../lib/host/host.ts';
import { directoryOf } from './names.ts';
import type { VmOptions } from './options.ts';
import { isPowerOnly } from './power.ts';

// A move of a VM to this host that has begun and hasn't ended is marked by a file in the directory of the VM.

/** The file's name. */
export const MARKER = '.moving';

/** An unfinished move to this host. */
export interface Moving {
  /** The hypervisor that the guest comes from, by its name in the inventory. */
  readonly from: string;
  /** The UUID of the domain. */
  readonly uuid: string;
  /** Whether the guest is here: what is left is to be removed on the other host. */
  readonly arrived: boolean;
}

type Placed = Pick<VmOptions, 'name' | 'directory'>;

export const markerPath = (vm: Placed): string => `${directoryOf(vm)}/${MARKER}`;

/** A marker as the content of its file. */
export const markerText = ({ from, uuid, arrived }: Moving): string =>
  `${JSON.stringify({ from, uuid, arrived })}\n`;

/** The marker in a file. @throws Failure where it is none */
export function markerIn(text: string, path: string): Moving {
  const { from, uuid, arrived } = mappingIn(text);
  if (typeof from === 'string' && typeof uuid === 'string' && typeof arrived === 'boolean')
    return { from, uuid, arrived };
  throw new Failure(
    `${path} does not say which move is unfinished: see where the guest is, and remove the file`,
  );
}

function mappingIn(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text)) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

/** The unfinished move of a VM; an error where it can't be read. */
export async function observeMoving(host: Host, vm: Placed): Promise<Moving | undefined> {
  const path = markerPath(vm);
  const text = await readText(host, path);
  return text === undefined ? undefined : markerIn(text, path);
}

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
