import { Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import type { Operation, OperationResult } from '../ovsdb/operations.ts';
import { Session } from '../ovsdb/session.ts';
import { checkResults, numberIn } from '../ovsdb/write.ts';
import { OPEN_VSWITCH } from './read.ts';

/** Where and how a transaction is written. */
export interface Writing {
  readonly socket: string;
  /** Seconds, for each of the database and vswitchd. */
  readonly timeout: number;
  readonly operations: readonly Operation[];
  /** The interfaces whose errors are read afterwards. */
  readonly interfaces: readonly string[];
}

const current: Operation = { op: 'select', table: 'Open_vSwitch', where: [], columns: ['cur_cfg'] };

// As ovs-vsctl does: vswitchd copies next_cfg to cur_cfg when it has carried everything out.
const NEXT: readonly Operation[] = [
  { op: 'mutate', table: 'Open_vSwitch', where: [], mutations: [['next_cfg', '+=', 1]] },
  { op: 'select', table: 'Open_vSwitch', where: [], columns: ['next_cfg'] },
  current,
];

const errorOf = (name: string): Operation => ({
  op: 'select',
  table: 'Interface',
  where: [['name', '==', name]],
  columns: ['name', 'error'],
});

/** @param seen the value of cur_cfg when the change was written */
async function carriedOut(
  host: Host,
  session: Session,
  target: number,
  seen: number,
  writing: Writing,
): Promise<void> {
  const { timeout: seconds, interfaces } = writing;
  const end = host.now() + seconds * 1000;
  let now = seen;
  let errors: readonly OperationResult[] = [];
  do {
    const left = Math.round(end - host.now());
    const changed: Operation = {
      op: 'wait',
      table: 'Open_vSwitch',
      where: [],
      columns: ['cur_cfg'],
      rows: [{ cur_cfg: now }],
      until: '!=',
      timeout: Math.max(0, left),
    };
    // Mostly vswitchd is done after the first change of cur_cfg, and one request is enough.
    const results = await session.transact([changed, current, ...interfaces.map(errorOf)], seconds + 1);
    if (left <= 0 || results[0]?.error) {
      throw new Failure(
        `the change is written, but ovs-vswitchd did not carry it out within ${seconds} s: is it running? See 'systemctl status ovs-vswitchd'; it catches up when it starts`,
      );
    }
    now = numberIn(results[1], 'cur_cfg');
    errors = results.slice(2);
  } while (now < target);
  refuseErrors(errors);
}

function refuseErrors(results: readonly OperationResult[]): void {
  const broken = results
    .flatMap((result) => result?.rows ?? [])
    .filter(({ error }) => typeof error === 'string');
  if (broken.length === 0) return;
  const reasons = broken.map(({ name, error }) => `port '${name}': ${error}`);
  throw new Failure(`the change is written, but Open vSwitch can't do it: ${reasons.join('; ')}`);
}

/** Nothing was written, for certain. */
export class NotWritten extends Failure {
  override readonly name = 'NotWritten';
}

async function refused<T>(act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    throw error instanceof Failure ? new NotWritten(error.message) : error;
  }
}

/**
 * Writes everything in one transaction, waits until vswitchd has carried it out, and looks for interfaces that
 * failed: a failed interface is not a failed transaction.
 * @throws NotWritten
 * @throws Failure when it was written, or may have been
 */
export async function writeTransaction(host: Host, writing: Writing): Promise<void> {
  const { socket, timeout } = writing;
  const session = await refused(() => Session.open(host, socket, OPEN_VSWITCH));
  try {
    const operations = [...writing.operations, ...NEXT];
    const results = await session.transact(operations, timeout);
    await refused(() => checkResults(results, operations, OPEN_VSWITCH.server));
    const [next, seen] = results.slice(-2);
    await carriedOut(host, session, numberIn(next, 'next_cfg'), numberIn(seen, 'cur_cfg'), writing);
  } finally {
    session.close();
  }
}
