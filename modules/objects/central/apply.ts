import { basename, dirname } from 'node:path/posix';
import { Failure } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { runOrFail } from '../../lib/host/process.ts';
import {
  DATABASE_NAMES,
  DATABASES,
  type DatabaseName,
  LEFT,
  readStatus,
  transact,
} from '../../lib/ovn/databases.ts';
import { FILES } from '../../lib/ovn/files.ts';
import { CENTRAL_UNIT, NORTHD_UNIT, RELAY_UNIT } from '../../lib/ovn/services.ts';
import { applyUnits } from '../../lib/systemd/units.ts';
import { UNITS } from './observe.ts';
import type { CentralOptions } from './options.ts';
import type { Step } from './plan.ts';

const PAUSE = 200;

/** Waits until something is so. @param what for the error @throws Failure */
async function until(host: Host, seconds: number, what: string, isSo: () => Promise<boolean>): Promise<void> {
  const end = host.now() + seconds * 1000;
  while (!(await isSo())) {
    if (host.now() > end) throw new Failure(`${what} within ${seconds} s`);
    await host.sleep(PAUSE);
  }
}

const stop = (host: Host, units: readonly string[]) => runOrFail(host, 'systemctl', ['stop', '--', ...units]);

/** Makes a database's file; the server of the former one is stopped. */
async function applyDatabase(host: Host, step: Extract<Step, { act: 'database' }>): Promise<void> {
  const { file, schema, schemaFile, unit } = DATABASES[step.database];
  const { decision, local } = step;
  await stop(host, [NORTHD_UNIT, unit]);
  await host.remove(file);
  await host.makeDirectory(dirname(file));
  if (decision.act === 'found') {
    await runOrFail(host, 'ovsdb-tool', ['create-cluster', file, schemaFile, local]);
    return;
  }
  const { cluster, remotes } = decision;
  const id = cluster ? [`--cid=${cluster}`] : [];
  await runOrFail(host, 'ovsdb-tool', [...id, 'join-cluster', file, schema, local, ...remotes]);
}

async function applyFiles(host: Host, files: ReadonlyMap<string, string | undefined>): Promise<void> {
  for (const [path, text] of files) {
    if (text !== undefined) {
      await host.makeDirectory(dirname(path));
      await host.write(path, text, { mode: 0o644 });
      continue;
    }
    await host.remove(path);
    if (path.includes('.d/')) await host.removeDirectory(dirname(path));
  }
  await applyUnits(host, { reload: true, disable: [], enable: [], restart: [] });
}

/** Why a server isn't a member yet, by its log. */
async function lastWarning(host: Host, database: DatabaseName): Promise<string> {
  const end = await host.readEnd(`/var/log/ovn/ovsdb-server-${DATABASES[database].short}.log`, 4096);
  const lines = end ? new TextDecoder().decode(end.bytes).trim().split('\n') : [];
  return lines.filter((line) => /\|(WARN|ERR)\|/.test(line)).at(-1) ?? '';
}

/** Waits until the server is a member of its cluster, and knows a leader. */
async function waitForMember(host: Host, database: DatabaseName, seconds: number): Promise<void> {
  const isMember = async () => {
    const status = await readStatus(host, database);
    return status?.status === 'cluster member' && status.led;
  };
  try {
    await until(
      host,
      seconds,
      `the server of the ${database} database did not become a member of its cluster`,
      isMember,
    );
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const said = await lastWarning(host, database);
    throw new Failure(
      `${error.message}: do a majority of the members run, and reach each other in the underlay?${said ? ` Its log says: ${said}` : ''}`,
    );
  }
}

async function applyServices(
  host: Host,
  step: Extract<Step, { act: 'services' }>,
  seconds: number,
): Promise<void> {
  const { restart, enable } = step;
  const servers = DATABASE_NAMES.map((name) => DATABASES[name].unit as string);
  await applyUnits(host, {
    reload: false,
    disable: [],
    enable: [...enable],
    restart: restart.filter((one) => servers.includes(one)),
  });
  await runOrFail(host, 'systemctl', ['start', '--', CENTRAL_UNIT]);
  for (const name of DATABASE_NAMES) await waitForMember(host, name, seconds);
  await applyUnits(host, {
    reload: false,
    disable: [],
    enable: [],
    restart: restart.filter((one) => !servers.includes(one)),
  });
}

/** The only row of the root table, which ovn-ctl would make in a database that it founds itself. */
async function applyInit(host: Host, databases: readonly DatabaseName[]): Promise<void> {
  for (const name of databases) {
    const { short, socket } = DATABASES[name];
    await runOrFail(host, `ovn-${short}ctl`, [
      '--timeout=30',
      '--no-leader-only',
      `--db=unix:${socket}`,
      'init',
    ]);
  }
}

const removal = (table: string, column: string, value: string) => ({
  ...{ op: 'delete', table },
  where: [[column, '==', value]],
});

const role = 'ovn-controller';

/** A member that was installed again finds the row of the former one. */
async function openPort(host: Host, target: string): Promise<void> {
  const where = [['target', '==', target]];
  const [updated] = await transact(host, 'southbound', [
    { op: 'select', table: 'Connection', where, columns: ['_uuid'] },
    { op: 'update', table: 'Connection', where, row: { role } },
  ]);
  if (updated && updated.length > 0) return;
  await transact(host, 'southbound', [
    { op: 'wait', table: 'Connection', where, columns: ['target'], until: '==', rows: [], timeout: 0 },
    { op: 'insert', table: 'Connection', 'uuid-name': 'port', row: { target, role } },
    {
      ...{ op: 'mutate', table: 'SB_Global', where: [] },
      mutations: [['connections', 'insert', ['set', [['named-uuid', 'port']]]]],
    },
  ]);
}

/** A row is deleted by the database itself when nothing refers to it. */
async function closePorts(host: Host, targets: readonly string[]): Promise<void> {
  const found = await transact(
    host,
    'southbound',
    targets.map((target) => ({
      op: 'select',
      table: 'Connection',
      where: [['target', '==', target]],
      columns: ['_uuid'],
    })),
  );
  const uuids = found.flat().map(({ _uuid }) => _uuid);
  if (uuids.length === 0) return;
  await transact(host, 'southbound', [
    { op: 'mutate', table: 'SB_Global', where: [], mutations: [['connections', 'delete', ['set', uuids]]] },
  ]);
}

async function applyDead(host: Host, chassis: readonly string[], targets: readonly string[]): Promise<void> {
  await transact(
    host,
    'southbound',
    chassis.flatMap((name) => [removal('Chassis', 'name', name), removal('Chassis_Private', 'name', name)]),
  );
  await closePorts(host, targets);
}

async function kick(host: Host, database: DatabaseName, server: string, seconds: number): Promise<void> {
  const { control, schema } = DATABASES[database];
  await runOrFail(host, 'ovs-appctl', ['--timeout', '10', '-t', control, 'cluster/kick', schema, server]);
  const isRemoved = async () => !(await readStatus(host, database))?.servers.some(({ id }) => id === server);
  await until(
    host,
    seconds,
    `${server} was not removed from the cluster of the ${database} database`,
    isRemoved,
  );
}

async function leave(host: Host, { databases, target }: Extract<Step, { act: 'leave' }>, seconds: number) {
  if (target !== undefined && databases.includes('southbound')) await closePorts(host, [target]);
  for (const name of databases) {
    const { control, schema } = DATABASES[name];
    const { code, stderr } = await host.run('ovs-appctl', [
      '--timeout',
      '10',
      '-t',
      control,
      'cluster/leave',
      schema,
    ]);
    if (code !== 0)
      throw new Failure(`the server of the ${name} database does not leave its cluster: ${stderr.trim()}`);
    const hasLeft = async () => (await readStatus(host, name))?.status === LEFT;
    await until(
      host,
      seconds,
      `the server of the ${name} database did not leave its cluster, for which a majority of the members must run,`,
      hasLeft,
    );
  }
}

async function remove(host: Host, databases: readonly DatabaseName[]): Promise<void> {
  await stop(host, [NORTHD_UNIT]);
  // One that was never enabled can be disabled all the same; northd can't be enabled.
  const units = UNITS.filter((name) => name !== NORTHD_UNIT && name !== RELAY_UNIT);
  await host.run('systemctl', ['--quiet', 'disable', '--now', '--', RELAY_UNIT]);
  await applyUnits(host, { reload: false, disable: units, enable: [], restart: [] });
  for (const name of databases) {
    const { file } = DATABASES[name];
    await host.remove(file);
    // ovsdb-server leaves it.
    await host.remove(`${dirname(file)}/.${basename(file)}.~lock~`);
  }
  await host.remove(FILES.member);
}

/** Applies a step. @throws Failure */
export async function apply(host: Host, step: Step, { timeout }: CentralOptions): Promise<undefined> {
  switch (step.act) {
    case 'database':
      await applyDatabase(host, step);
      break;
    case 'files':
      await applyFiles(host, step.files);
      break;
    case 'services':
      await applyServices(host, step, timeout);
      break;
    case 'init':
      await applyInit(host, step.databases);
      break;
    case 'convert': {
      const { socket, schemaFile } = DATABASES[step.database];
      await runOrFail(host, 'ovsdb-client', ['-t', '60', 'convert', `unix:${socket}`, schemaFile]);
      break;
    }
    case 'kick':
      await kick(host, step.kick.database, step.kick.server, timeout);
      break;
    case 'port':
      await openPort(host, step.target);
      break;
    case 'dead':
      await applyDead(host, step.chassis, step.targets);
      break;
    case 'leave':
      await leave(host, step, timeout);
      break;
    case 'remove':
      await remove(host, step.databases);
      break;
  }
  return undefined;
}
