import type { Change, Plan } from '../../lib/ansible/plan.ts';
import { dropIn, TEMPLATE, unitOf } from '../../lib/dnsmasq/unit.ts';
import { asError, OptionError, withOptionsNamed } from '../../lib/failure.ts';
import { shownText } from '../../lib/host/text.ts';
import { rulesOf } from '../../lib/nftables/ruleset.ts';
import { AFTER_FLUSH, RULES_UNIT } from '../../lib/nftables/table.ts';
import { UNIT_DIRECTORY, type UnitStep } from '../../lib/systemd/units.ts';
import { topology } from '../topology/topology.ts';
import { refuseConflicts } from './conflicts.ts';
import { filteredOf, needsUplink, unreachableForwards } from './filtered.ts';
import { fullRanges } from './leases.ts';
import { planLibvirt } from './libvirt.ts';
import { filesOf } from './names.ts';
import { hostAddresses, type Network, networkOf } from './network-of.ts';
import type { State } from './observe.ts';
import type { NetworkOptions } from './options.ts';
import { topologyOf } from './port.ts';
import { type KnownNetwork, recordText } from './record.ts';
import { RULES_TITLE, textOf } from './rules.ts';
import { refuseForeignPort, refuseOpenBridge, seenBy } from './seen.ts';
import { dnsmasqText, dropInOf, hostDomain, isServed } from './served.ts';
import { sharedFiles, switchesOf } from './shared.ts';
import type { Step, Texts } from './step.ts';
import { refuseSsh, takenProblem } from './taken.ts';

/** What a network returns. */
export interface NetworkResult {
  readonly name: string;
  readonly interface: string;
  readonly gateway: readonly string[];
}

type Changes = Change<Step>[];
type Described = Omit<Change<Step>, 'step'>;

const NO_UNITS: UnitStep = { reload: false, disable: [], enable: [], restart: [] };

const shown = (path: string, before: string | undefined, after: string | undefined): Described => ({
  title: path,
  before: before && shownText(before),
  after: after && shownText(after),
});

/** Which of some desired files differ from those that the host has. */
const changedOf = (desired: Texts, files: ReadonlyMap<string, string>): Map<string, string | undefined> =>
  new Map([...desired].filter(([path, text]) => files.get(path) !== text));

// All of a step's changes share it: it is applied with the last one.
const withStep = (described: readonly Described[], step: Step, nothing: Step): Changes =>
  described.map((change, i) => ({ ...change, step: i === described.length - 1 ? step : nothing }));

/** A change that is a part of another's step. */
const NOTHING: Step = { part: 'record', files: new Map() };

/** An option of the port, by what the network calls it. */
const networkWord = (option: string): string =>
  option
    .replace(/^ports\[\d+\]\.bridge$/, 'bridge')
    .replace(/^ports\[\d+\]\.tag$/, 'vlan')
    .replace(/^ports\[\d+\]\.address(\[\d+\])?$/, 'gateway')
    .replace(/^ports\[\d+\]\.mtu_request$/, 'mtu')
    .replace(/^ports\[\d+\](\.port)?$/, 'port');

function planPort(item: NetworkOptions, network: Network | undefined, state: State): Plan<Step, object> {
  const { topology: seen, former, unchanged } = state;
  if (seen instanceof Error) throw seen;
  if (unchanged) return { changes: [] };
  const old = former?.network;
  // A network whose interface has another name now, that is removed, or in which the host has no address any more.
  const leaves =
    old && (!network || old.interface !== network.interface || hostAddresses(network).length === 0)
      ? [old]
      : [];
  const ports = [
    ...leaves.map((one) => ({ network: one, state: 'absent' as const })),
    ...(network ? [{ network, state: 'present' as const }] : []),
  ];
  try {
    const { changes, ...rest } = topology.plan(topologyOf(ports, item), seenBy(item.name, seen, state));
    return {
      ...rest,
      changes: changes.map(
        (change): Change<Step> => ({
          ...change,
          step: { part: 'port', step: change.step, removes: network === undefined },
        }),
      ),
    };
  } catch (error) {
    throw withOptionsNamed(asError(error), networkWord);
  }
}

/** The record, and directories for what guests add. */
function planRecord(item: NetworkOptions, { after, files }: State): Changes {
  const { record } = filesOf(item.name);
  const one = after.get(item.name);
  const changed = changedOf(
    new Map([[record, recordText(item, one && needsUplink(one.network) ? one.uplinks : [])]]),
    files,
  );
  const described = [...changed].map(([path, text]) => shown(path, files.get(path), text));
  return withStep(described, { part: 'record', files: changed }, NOTHING);
}

/** Whether the host's resolver lacks a network's domain: its server tells it again when it starts. */
function isUnresolved(network: Network, { resolved }: State): boolean {
  const domain = hostDomain(network);
  if (resolved === undefined || domain === undefined) return false;
  return !resolved.get(network.interface)?.includes(domain.toLowerCase());
}

/** @param moved the port changes: dnsmasq's socket is bound to the former one */
function planServer(item: NetworkOptions, state: State, moved: boolean): Changes {
  const { after, final, files, unit } = state;
  const network = after.get(item.name)?.network;
  const name = unitOf(item.name);
  const current = unit(name);
  const serves = network !== undefined && isServed(network);
  const template = `${UNIT_DIRECTORY}/${TEMPLATE}`;
  const desired: Texts = new Map([
    [filesOf(item.name).config, serves ? dnsmasqText(network, final) : undefined],
    [`${UNIT_DIRECTORY}/${dropIn(item.name)}`, network && dropInOf(network)],
    [template, sharedFiles(after).get(template)],
  ]);
  const changed = changedOf(desired, files);
  const unresolved = serves && isUnresolved(network, state);
  const units: UnitStep = serves
    ? {
        reload: current.stale || [...changed.keys()].some((path) => path.startsWith(UNIT_DIRECTORY)),
        disable: [],
        enable: current.enabled ? [] : [name],
        restart: changed.size > 0 || !current.active || current.stale || unresolved || moved ? [name] : [],
      }
    : {
        ...NO_UNITS,
        disable: current.active || current.enabled ? [name] : [],
        reload: [...changed.keys()].some((path) => path.startsWith(UNIT_DIRECTORY)),
      };
  const isSame = units.restart.length + units.disable.length + units.enable.length === 0;
  if (changed.size === 0 && isSame && !units.reload) return [];
  const described = [
    ...[...changed].map(([path, text]) => shown(path, files.get(path), text)),
    ...(serves && current.active && current.enabled
      ? []
      : [
          {
            title: name,
            before: { active: current.active, enabled: current.enabled },
            after: { active: serves, enabled: serves },
          },
        ]),
    ...(unresolved && current.active
      ? [
          {
            title: `names of ${item.dns?.domain}`,
            before: 'unknown to the host',
            after: 'resolved by the host',
          },
        ]
      : []),
  ];
  const all = described.length > 0 ? described : [{ title: name, before: 'stale', after: 'restarted' }];
  const stop = current.active && units.restart.length > 0;
  return withStep(all, { part: 'server', stop, files: changed, units }, NOTHING);
}

const sectionOf = (one: KnownNetwork | undefined, known: ReadonlyMap<string, KnownNetwork>) =>
  one ? rulesOf(filteredOf(one, known)).map(({ chain, text }) => `${chain}: ${text}`) : [];

/** The packet filter: its text is made anew of all records when it is applied. */
function planRules(item: NetworkOptions, state: State): Changes {
  const { known, after, rules, unit, files, first } = state;
  if (!rules) return [];
  const text = textOf(after);
  const former = textOf(known);
  const shared = sharedFiles(after);
  const paths = [RULES_UNIT, AFTER_FLUSH].map((file) => `${UNIT_DIRECTORY}/${file}`);
  const changed = changedOf(new Map(paths.map((path) => [path, shared.get(path)])), files);
  const current = unit(RULES_UNIT);
  // What is wrong with the host's table, whatever the item: the first one repairs it.
  const broken =
    first &&
    (rules.text !== former || (text !== undefined && (!rules.loaded || !current.active || !current.enabled)));
  if (text === former && !broken && changed.size === 0) return [];
  const units: UnitStep =
    text === undefined
      ? {
          ...NO_UNITS,
          reload: changed.size > 0,
          disable: current.active || current.enabled ? [RULES_UNIT] : [],
        }
      : {
          reload: changed.size > 0 || current.stale,
          disable: [],
          enable: current.enabled ? [] : [RULES_UNIT],
          restart: current.active && !current.stale && changed.size === 0 ? [] : [RULES_UNIT],
        };
  const described: Described[] = [
    {
      title: `${RULES_TITLE}, network ${item.name}`,
      before: broken && !rules.loaded ? 'not loaded as it should be' : sectionOf(known.get(item.name), known),
      after: sectionOf(after.get(item.name), after),
    },
    ...[...changed].map(([file, content]) => shown(file, files.get(file), content)),
  ];
  return withStep(described, { part: 'rules', units, files: changed }, NOTHING);
}

function planSwitches({ after, forwarding, uplinks }: State): Changes {
  const step = switchesOf(after, forwarding, uplinks);
  if (!step) return [];
  const all = [...step.restore, ...step.set];
  const before = Object.fromEntries(all.map(({ name }) => [name, forwarding.current.get(name) ?? '']));
  const values = Object.fromEntries(all.map(({ name, value }) => [name, value]));
  const described = [{ title: 'forwarding', before, after: values }];
  return withStep(described, { part: 'forwarding', step }, NOTHING);
}

/** What a removed network leaves: its record, its leases, its directory. */
function planRemains({ name }: NetworkOptions, { files, former, emptied }: State): Changes {
  const { record, directory } = filesOf(name);
  if (!former && !files.has(record) && !emptied) return [];
  return [{ title: directory, before: 'present', after: 'absent', step: { part: 'remains' } }];
}

function missingOf(network: Network | undefined, state: State): string[] {
  if (!network) return [];
  const { final, missing, links, uplinks } = state;
  const unknown = network.options.routed_to
    .filter((other) => !final.has(other))
    .map((other) => `option 'routed_to': there is no network '${other}' on this host`);
  const programs = missing
    .filter(({ program }) => program === 'nft' || isServed(network))
    .map(({ problem }) => problem);
  programs.push(...unknown);
  const { uplink: given } = network.options;
  if (!needsUplink(network)) return programs;
  if (given !== undefined && !links.has(given))
    return [...programs, `option 'uplink': the host has no interface '${given}'`];
  if (given === undefined && uplinks.length === 0)
    return [
      ...programs,
      "option 'uplink': the host has no default route, by which its uplink would be found: give 'uplink'",
    ];
  return programs;
}

function warningsOf(network: Network, one: KnownNetwork, { rules, leased }: State): string[] {
  const passes = needsUplink(network) || network.options.routed_to.length > 0;
  const families = network.subnets.map(({ subnet }) => subnet.family);
  const chains = (rules?.others.dropping ?? []).filter(
    (chain) =>
      (chain.hook === 'forward' ? passes : isServed(network)) &&
      chain.families.some((family) => families.includes(family)) &&
      !chain.names.has(network.interface),
  );
  return [
    ...chains.map(
      ({ name, hook }) =>
        `the chain '${name}' of another firewall drops what it doesn't accept, and has no rule for ${network.interface}: let it accept ${hook === 'forward' ? `what comes from and goes to ${network.interface}` : `DHCP and DNS from ${network.interface}`}`,
    ),
    ...fullRanges(network, leased),
    ...unreachableForwards(one).map(
      ({ to, port }) =>
        `forwards: port ${port} leads to '${to}', which has no address in the network yet: it is forwarded as soon as it has one`,
    ),
  ];
}

/** Plans a network. Pure. @throws Failure */
export function plan(item: NetworkOptions, state: State): Plan<Step, NetworkResult> {
  const network = item.state === 'absent' ? undefined : networkOf(item);
  const { after } = state;
  if (network) {
    refuseConflicts(network, state.known, state.declared);
    refuseOpenBridge(network, state.links);
    const formers = new Set([...state.stored.values()].map((one) => one.network.interface));
    if (!(state.topology instanceof Error)) refuseForeignPort(network, state.topology, formers);
  }
  if (state.refused !== undefined)
    throw new OptionError('dhcp', `dnsmasq refuses its configuration: ${state.refused}`);
  if (network) refuseSsh(network, state.taken);
  const port = planPort(item, network, state);
  const server = planServer(item, state, network !== undefined && port.changes.length > 0);
  const { active } = state.unit(unitOf(item.name));
  const taken = network && server.length > 0 ? takenProblem(network, state.taken, active) : undefined;
  if (taken) throw taken;
  const record = network ? planRecord(item, state) : [];
  const rules = planRules(item, state);
  const switches = planSwitches(state);
  const libvirt = planLibvirt(item, state.libvirt);
  const one = after.get(item.name);
  return {
    changes: network
      ? [
          ...libvirt.removal,
          // By its record a network is found again, whatever a killed run has made of it.
          ...(state.former ? [] : record),
          ...port.changes,
          ...(state.former ? record : []),
          ...server,
          ...rules,
          ...switches,
          ...libvirt.changes,
        ]
      : [...libvirt.removal, ...server, ...port.changes, ...planRemains(item, state), ...rules, ...switches],
    missing: [...(port.missing ?? []), ...missingOf(network, state), ...libvirt.missing],
    warnings: [
      ...(port.warnings ?? []),
      ...(network && one ? warningsOf(network, one, state) : []),
      ...libvirt.warnings,
    ],
    result: {
      name: item.name,
      interface: network?.interface ?? state.former?.network.interface ?? '',
      gateway: network ? hostAddresses(network) : [],
    },
  };
}
