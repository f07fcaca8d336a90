import type { Host } from '../../lib/host/host.ts';
import { OPEN_VSWITCH } from '../../lib/ovs/read.ts';
import type { Operation } from '../../lib/ovsdb/operations.ts';
import { readTables } from '../../lib/ovsdb/read.ts';
import { Session } from '../../lib/ovsdb/session.ts';
import { map } from '../../lib/ovsdb/types.ts';
import { checkResults } from '../../lib/ovsdb/write.ts';
import type { Settings } from './settings.ts';

const ROOT = { table: 'Open_vSwitch', where: [] } as const;

/** What is read of it. */
const TABLES = { Open_vSwitch: { external_ids: map } } as const;

async function withSession<T>(host: Host, socket: string, act: (session: Session) => Promise<T>): Promise<T> {
  const session = await Session.open(host, socket, OPEN_VSWITCH);
  try {
    return await act(session);
  } finally {
    session.close();
  }
}

/** The settings of Open vSwitch as a whole. */
export const readExternalIds = (host: Host, socket: string, seconds: number): Promise<Settings> =>
  withSession(host, socket, async (session) => {
    const { Open_vSwitch: rows } = await readTables(session, TABLES, OPEN_VSWITCH, seconds);
    return rows[0]?.external_ids ?? {};
  });

/** Where a change is written. */
interface Target {
  readonly socket: string;
  readonly seconds: number;
}

/** Replaces some keys; all others stay as they are. */
export const writeExternalIds = (
  host: Host,
  { socket, seconds }: Target,
  { before, after }: { readonly before: Settings; readonly after: Settings },
): Promise<void> =>
  withSession(host, socket, async (session) => {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    const mutations = [
      ['external_ids', 'delete', ['set', keys]],
      ['external_ids', 'insert', map.encode(after)],
    ];
    const operations: Operation[] = [{ op: 'mutate', ...ROOT, mutations }];
    checkResults(await session.transact(operations, seconds), operations, OPEN_VSWITCH.server);
  });
