import { Failure } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { OPEN_VSWITCH } from '../../lib/ovs/read.ts';
import type { OperationResult } from '../../lib/ovsdb/operations.ts';
import { Session } from '../../lib/ovsdb/session.ts';
import { map } from '../../lib/ovsdb/types.ts';
import type { Settings } from './settings.ts';

const ROOT = { table: 'Open_vSwitch', where: [] } as const;

function refuseErrors(results: readonly OperationResult[]): void {
  const { error, details } = results.find((result) => result?.error) ?? {};
  if (error)
    throw new Failure(`Open vSwitch refused the change, and nothing was written: ${error}: ${details ?? ''}`);
}

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
    const results = await session.transact([{ op: 'select', ...ROOT, columns: ['external_ids'] }], seconds);
    refuseErrors(results);
    const [row] = results[0]?.rows ?? [];
    return map.decode(row?.external_ids);
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
    refuseErrors(await session.transact([{ op: 'mutate', ...ROOT, mutations }], seconds));
  });
