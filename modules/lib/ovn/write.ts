import { asError, Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { connect } from '../ovsdb/read.ts';
import type { Session } from '../ovsdb/session.ts';
import { checkResults, numberIn } from '../ovsdb/write.ts';
import type { Operation } from './operations.ts';
import { NORTHBOUND_SERVER, readChassis } from './read.ts';
import type { Chassis } from './tables.ts';

/** Where and how a transaction is written. */
export interface Writing {
  readonly socket: string;
  /** The option `southbound_socket`. */
  readonly southbound: string | undefined;
  /** Seconds, for the database, and then for all hypervisors. */
  readonly timeout: number;
  readonly operations: readonly Operation[];
  /** The hypervisors that had not even carried out what was written before: they get a short time only. */
  readonly late: readonly string[];
}

const column = (name: string): Operation => ({
  op: 'select',
  table: 'NB_Global',
  where: [],
  columns: [name],
});

// As ovn-nbctl does: northd copies nb_cfg to sb_cfg, and each hypervisor to its own row, when they have carried all out.
const NEXT: readonly Operation[] = [
  { op: 'mutate', table: 'NB_Global', where: [], mutations: [['nb_cfg', '+=', 1]] },
  column('nb_cfg'),
];

/** Milliseconds between two looks at the hypervisors. */
const PAUSE = 100;

/** Milliseconds that a hypervisor gets that was late before: it is slow, or dead. */
const GRACE = 3000;

/** The hypervisors that have not carried out a change. */
export const behind = (chassis: readonly Chassis[], change: number): Chassis[] =>
  chassis.filter(({ carriedOut }) => carriedOut < change);

/** What waiting tells: the hypervisors that have not carried the change out. */
export interface Written {
  readonly behind: readonly Chassis[];
}

/**
 * Writes everything in one transaction, and waits until all hypervisors have carried it out.
 * @throws Failure that says whether anything was written
 */
export async function writeTransaction(host: Host, writing: Writing): Promise<Written> {
  const { socket, timeout } = writing;
  const session = await connect(host, NORTHBOUND_SERVER, [socket]);
  try {
    const operations = [...writing.operations, ...NEXT];
    const results = await session.transact(operations, timeout);
    checkResults(results, operations, 'OVN');
    return await carriedOut(host, session, numberIn(results.at(-1), 'nb_cfg'), writing);
  } finally {
    session.close();
  }
}

/** What is asked after the transaction: where a server fails then, the change is written all the same. */
async function afterwards<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    throw new Failure(
      `the change is written, but it is unknown who has carried it out: ${asError(error).message}`,
    );
  }
}

async function carriedOut(host: Host, session: Session, change: number, writing: Writing): Promise<Written> {
  const { southbound, timeout, late: before } = writing;
  const begin = host.now();
  for (;;) {
    const late = behind(await afterwards(readChassis(host, southbound, timeout)), change);
    const passed = host.now() - begin;
    const isOver = passed >= timeout * 1000;
    const isAlone = passed >= GRACE && late.every(({ name }) => before.includes(name));
    if (isOver || isAlone || late.length === 0) {
      const [result] = await afterwards(session.transact([column('sb_cfg')], timeout));
      const isDone = numberIn(result, 'sb_cfg') >= change;
      if (isDone) return { behind: late };
      if (isOver)
        throw new Failure(
          `the change is written, but ovn-northd did not carry it out within ${timeout} s: is it running? See 'systemctl status ovn-central'; it catches up when it starts`,
        );
    }
    await host.sleep(PAUSE);
  }
}
