import { Failure } from '../failure.ts';
import { type Host, readText } from '../host/host.ts';
import { ABOUT, UNDOING, UNDONE, UNIT } from './paths.ts';
import type { RestorePoint } from './restore-point.ts';

/** A change that is undone unless it is confirmed. */
export interface About extends Pick<RestorePoint, 'nic' | 'bridge' | 'seconds'> {
  /** The process that makes it. */
  readonly task: number;
}

/** The state of the rollback. */
export interface Rollback {
  /** The change that it would undo: it is not confirmed yet. */
  readonly pending: About | undefined;
  /** The change that is being undone. */
  readonly undoing: About | undefined;
  /** When the last rollback was complete, mostly as ISO 8601. */
  readonly undone: string | undefined;
}

const parse = (text: string | undefined) => (text ? (JSON.parse(text) as About) : undefined);

export async function readRollback(host: Host): Promise<Rollback> {
  // One after the other, in the order in which it is renamed: so none is missed.
  const pending = await readText(host, ABOUT);
  const undoing = await readText(host, UNDOING);
  const undone = await readText(host, UNDONE);
  return { pending: parse(pending), undoing: parse(undoing), undone: undone?.trim() };
}

/** Shows why a rollback isn't complete. */
const LOG = `'journalctl -u ${UNIT}' shows how far it is`;

/** Why no other change may begin; undefined when one may. */
export function hindrance({ pending, undoing }: Rollback): string | undefined {
  if (undoing)
    return `the change of '${undoing.nic}' is being undone: wait until it is, and run the task again; ${LOG}`;
  if (!pending) return undefined;
  const { nic, seconds } = pending;
  return `the change of '${nic}' is not confirmed yet: run ovs_confirm, or wait until it is undone (${seconds} s)`;
}

/** The error for a change that can't be confirmed any more. */
export const tooLate = (undoing: boolean): Failure =>
  new Failure(
    `it is too late to confirm the change: it ${undoing ? `is being undone at this moment; ${LOG}` : 'was undone'}`,
  );
