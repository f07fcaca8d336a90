import { dirname } from 'node:path/posix';
import { type Change, type ObjectKind, observeEach, type Plan } from '../../lib/ansible/plan.ts';
import { type Failure, Failures, Failure as Fault, OptionError } from '../../lib/failure.ts';
import { type Host, readText } from '../../lib/host/host.ts';
import { runOrFail } from '../../lib/host/process.ts';
import { readLinks } from '../../lib/link/observe.ts';
import { parseIp } from '../../lib/net/address.ts';
import { FILES } from '../../lib/ovn/files.ts';
import { CONTROLLER_DROP_IN, CONTROLLER_UNIT, DROP_INS, HOST_UNIT } from '../../lib/ovn/services.ts';
import { readIfReachable } from '../../lib/ovs/read.ts';
import type { Database } from '../../lib/ovs/tables.ts';
import { applyUnits, readUnits, type Unit } from '../../lib/systemd/units.ts';
import { readExternalIds, writeExternalIds } from './external-ids.ts';
import type { ChassisOptions } from './options.ts';
import { differences, NAME_FILE, NAME_KEY, type Settings, settingsOf } from './settings.ts';

interface State {
  /** Why Open vSwitch is unreachable. */
  readonly unreachable: string | undefined;
  readonly socket: string;
  readonly settings: Settings;
  /** The bridges, each with the number of ports of others on it: its own one, and those of ovn-controller, don't count. */
  readonly bridges: ReadonlyMap<string, number>;
  readonly addresses: ReadonlySet<string>;
  readonly dropIn: string | undefined;
  readonly nameFile: string | undefined;
  readonly unit: (name: string) => Unit;
  readonly installed: boolean;
  readonly certified: boolean;
}

interface Settling {
  readonly socket: string;
  readonly before: Settings;
  readonly after: Settings;
}

type Step =
  /** The chassis of the former name deletes itself. */
  | { readonly act: 'stop' }
  | { readonly act: 'file'; readonly path: string; readonly text: string | undefined }
  | { readonly act: 'settings'; readonly settling: Settling }
  | { readonly act: 'start'; readonly restart: boolean }
  | { readonly act: 'bridge' };

/** The bridge of guests' ports. */
const INTEGRATION = 'br-int';

function check({ state, address, members, bridge_mappings }: ChassisOptions): void {
  if (state === 'absent') return;
  const problems: Failure[] = [];
  if (!parseIp(address)) {
    const what = address
      ? `'${address}' is not an IP address without a prefix`
      : "is required with 'state: present'";
    problems.push(new OptionError('address', what));
  }
  if (members.length === 0)
    problems.push(new OptionError('members', 'is empty: give the addresses of the members'));
  for (const [i, one] of members.entries()) {
    if (!parseIp(one))
      problems.push(new OptionError(`members[${i}]`, `'${one}' is not an IP address without a prefix`));
  }
  for (const [network, bridge] of Object.entries(bridge_mappings)) {
    if (/^[A-Za-z0-9._-]+$/.test(network) && /^[A-Za-z0-9._][A-Za-z0-9._-]*$/.test(bridge)) continue;
    problems.push(
      new OptionError(
        'bridge_mappings',
        `'${network}: ${bridge}' is not valid: use letters, digits and "._-"`,
      ),
    );
  }
  if (problems.length === 1) throw problems[0];
  if (problems.length > 1) throw new Failures(problems);
}

// ovn-controller marks its tunnels and patch ports by keys such as ovn-chassis-id.
const isOfOvn = (externalIds: Settings) => Object.keys(externalIds).some((key) => key.startsWith('ovn-'));

const othersOn = (database: Database, bridge: string, ports: readonly string[]): number =>
  database.ports.filter(
    ({ _uuid, name, external_ids }) => ports.includes(_uuid) && name !== bridge && !isOfOvn(external_ids),
  ).length;

async function observe(host: Host, options: ChassisOptions): Promise<State> {
  const { database_socket, timeout } = options;
  const [answer, links, dropIn, nameFile, unit, installed, certified] = await Promise.all([
    readIfReachable(host, database_socket, timeout),
    options.state === 'present' ? readLinks(host) : new Map(),
    readText(host, DROP_INS.controller),
    readText(host, NAME_FILE),
    readUnits(host, [CONTROLLER_UNIT, HOST_UNIT]),
    host.stat('/usr/bin/ovn-controller'),
    host.stat(FILES.chassis),
  ]);
  const { database, socket, unreachable } = answer;
  const addresses = [...links.values()].flatMap((link) => [...link.addresses, ...link.leased.addresses]);
  return {
    unreachable,
    socket,
    settings: unreachable === undefined ? await readExternalIds(host, socket, timeout) : {},
    bridges: new Map(database.bridges.map(({ name, ports }) => [name, othersOn(database, name, ports)])),
    addresses: new Set(addresses.map(({ ip }) => ip)),
    dropIn,
    nameFile,
    unit,
    installed: installed !== undefined,
    certified: certified !== undefined,
  };
}

const change = (title: string, step: Step, before: unknown = '', after: unknown = ''): Change<Step> => ({
  ...{ title, before, after, step },
});

function missingOf(options: ChassisOptions, state: State): string[] {
  const { address, bridge_mappings } = options;
  const ip = parseIp(address)?.ip ?? address;
  const bridges = Object.values(bridge_mappings).filter((bridge) => !state.bridges.has(bridge));
  return [
    ...(state.unreachable ? [state.unreachable] : []),
    ...(state.installed ? [] : ['ovn-host is not installed: the role ovn installs it']),
    ...(state.certified ? [] : ['this host has no certificate as a chassis: the role ovn makes it']),
    ...(state.addresses.has(ip)
      ? []
      : [`no interface has the address ${ip}, at which tunnels end ('address', ovn_address): add it to one`]),
    ...bridges.map(
      (bridge) => `there is no bridge ${bridge} ('bridge_mappings'): make it, as by the role ovs`,
    ),
  ];
}

function planPresent(options: ChassisOptions, state: State): Plan<Step> {
  const { chassis } = options;
  const former = state.settings[NAME_KEY];
  const active = state.unit(CONTROLLER_UNIT).active;
  const renamed = former !== undefined && former !== chassis && active;
  const nameText = `${chassis}\n`;
  const settling = differences(state.settings, settingsOf(options));
  const newDropIn = state.dropIn !== CONTROLLER_DROP_IN;
  const starts = newDropIn || renamed || !active || !state.unit(HOST_UNIT).enabled;
  return {
    changes: [
      ...(renamed ? [change(`stop the chassis ${former}`, { act: 'stop' }, former)] : []),
      ...(state.nameFile?.trim() === chassis
        ? []
        : [
            change(
              `write ${NAME_FILE}`,
              { act: 'file', path: NAME_FILE, text: nameText },
              state.nameFile,
              nameText,
            ),
          ]),
      ...(newDropIn
        ? [
            change(
              `write ${DROP_INS.controller}`,
              { act: 'file', path: DROP_INS.controller, text: CONTROLLER_DROP_IN },
              state.dropIn,
              CONTROLLER_DROP_IN,
            ),
          ]
        : []),
      ...(settling
        ? [
            change(
              `configure the chassis ${chassis}`,
              { act: 'settings', settling: { socket: state.socket, ...settling } },
              settling.before,
              settling.after,
            ),
          ]
        : []),
      ...(starts || settling
        ? [change('start ovn-controller', { act: 'start', restart: newDropIn || renamed })]
        : []),
    ],
    missing: missingOf(options, state),
  };
}

// Only what has our drop-in is ours.
function planAbsent(state: State): Plan<Step> {
  if (state.dropIn === undefined) return { changes: [] };
  const settling = differences(state.settings, {});
  return {
    changes: [
      change('stop ovn-controller, which deletes the chassis', { act: 'stop' }, state.settings[NAME_KEY]),
      ...(settling
        ? [
            change(
              'remove the settings of the chassis',
              { act: 'settings', settling: { socket: state.socket, ...settling } },
              settling.before,
              settling.after,
            ),
          ]
        : []),
      ...(state.bridges.get(INTEGRATION) === 0
        ? [change(`remove ${INTEGRATION}`, { act: 'bridge' }, INTEGRATION)]
        : []),
      change(
        `remove ${DROP_INS.controller}`,
        { act: 'file', path: DROP_INS.controller, text: undefined },
        state.dropIn,
      ),
    ],
  };
}

const plan = (options: ChassisOptions, state: State): Plan<Step> =>
  options.state === 'present' ? planPresent(options, state) : planAbsent(state);

const PAUSE = 200;

async function waitForConnection(host: Host, seconds: number): Promise<void> {
  const end = host.now() + seconds * 1000;
  for (;;) {
    const args = ['--timeout', '5', '-t', 'ovn-controller', 'connection-status'];
    const { stdout } = await host.run('ovn-appctl', args);
    if (stdout.trim() === 'connected') return;
    if (host.now() > end) {
      throw new Fault(
        `the chassis is configured, but ovn-controller did not connect to the southbound database within ${seconds} s: do the members run, and can this host reach port 6642 of them? See /var/log/ovn/ovn-controller.log`,
      );
    }
    await host.sleep(PAUSE);
  }
}

async function applyFile(host: Host, path: string, text: string | undefined): Promise<void> {
  if (text === undefined) {
    await host.remove(path);
    await host.removeDirectory(dirname(path));
  } else {
    await host.makeDirectory(dirname(path));
    await host.write(path, text, { mode: 0o644 });
  }
  if (path === DROP_INS.controller)
    await applyUnits(host, { reload: true, disable: [], enable: [], restart: [] });
}

async function apply(
  host: Host,
  step: Step,
  { state, timeout: seconds }: ChassisOptions,
): Promise<undefined> {
  switch (step.act) {
    case 'stop':
      await runOrFail(host, 'systemctl', ['stop', '--', CONTROLLER_UNIT]);
      if (state === 'absent')
        await applyUnits(host, { reload: false, disable: [HOST_UNIT], enable: [], restart: [] });
      break;
    case 'file':
      await applyFile(host, step.path, step.text);
      break;
    case 'settings': {
      const { socket, before, after } = step.settling;
      await writeExternalIds(host, { socket, seconds }, { before, after });
      break;
    }
    case 'start':
      await applyUnits(host, {
        reload: false,
        disable: [],
        enable: [HOST_UNIT],
        restart: step.restart ? [CONTROLLER_UNIT] : [],
      });
      await runOrFail(host, 'systemctl', ['start', '--', HOST_UNIT, CONTROLLER_UNIT]);
      await waitForConnection(host, seconds);
      break;
    case 'bridge':
      await runOrFail(host, 'ovs-vsctl', ['--timeout=30', '--if-exists', 'del-br', INTEGRATION]);
      break;
  }
  return undefined;
}

/** A host as a chassis of OVN. */
export const chassis: ObjectKind<ChassisOptions, State, Step> = {
  key: ({ chassis: name }) => name,
  check,
  observe: (host, items) => observeEach(items, (options) => observe(host, options)),
  plan,
  apply,
};
