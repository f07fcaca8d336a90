import type { Change } from '../../lib/ansible/plan.ts';
import { unitOf } from '../../lib/dnsmasq/unit.ts';
import { type Host, readText } from '../../lib/host/host.ts';
import { parseIp } from '../../lib/net/address.ts';
import { type Ended, endLeases } from '../network/leases.ts';
import { filesOf } from '../network/names.ts';
import { areRulesStale, loadRulesOf, RULES_TITLE, whileAlone } from '../network/rules.ts';
import type { Known } from './attach.ts';
import { isContainer } from './names.ts';
import type { VmNetwork, VmOptions } from './options.ts';
import { isPowerOnly } from './power.ts';

// A VM's name and reservation in its networks: they are its own, follow its changes, and go with it.

/** The files of a VM in the networks of the host, by path. */
export type Attachments = ReadonlyMap<string, string>;

/** What is written and removed, and who has to know. */
export interface AttachmentStep {
  readonly files: ReadonlyMap<string, string | undefined>;
  /** Former reservations, which are kept until dnsmasq has forgotten them: by them the run after a killed one sees that it hasn't. */
  readonly kept: ReadonlyMap<string, string>;
  /** Networks whose dnsmasq keeps a reservation that has changed or is removed until it reads all of them again. */
  readonly reload: readonly string[];
  /** Leases that end with their reservation: by them the guest's name would go on answering. */
  readonly ended: readonly Ended[];
  /** The packet filter's rules are loaded again. */
  readonly rules: boolean;
}

const NOTHING: AttachmentStep = { files: new Map(), kept: new Map(), reload: [], ended: [], rules: false };

const pathsIn = (network: string, vm: string) => {
  const { names, reservations } = filesOf(network);
  return {
    name: `${names}/${vm}`,
    reservation: `${reservations}/${vm}`,
    // dnsmasq reads no file whose name begins with a dot, and a VM in a network has no such name.
    former: `${reservations}/.${vm}`,
  };
};

/** Reads what some VMs have in all networks of the host: of each VM what there is. */
export async function observeAttachments(
  host: Host,
  vms: readonly Pick<VmOptions, 'name'>[],
  known: Known,
): Promise<Attachments[]> {
  const directories = [...known.keys()].flatMap((network) => {
    const { names, reservations } = filesOf(network);
    return [names, reservations];
  });
  const listed = await Promise.all(directories.map(async (path) => new Set(await host.list(path))));
  return Promise.all(
    vms.map(async ({ name }) => {
      const paths = directories.flatMap((path, i) =>
        [name, `.${name}`].filter((file) => listed[i]?.has(file)).map((file) => `${path}/${file}`),
      );
      const texts = await Promise.all(paths.map(async (path) => [path, await readText(host, path)] as const));
      return new Map(texts.flatMap(([path, text]) => (text === undefined ? [] : [[path, text] as const])));
    }),
  );
}

/**
 * Whether the packet filter has other rules than those of the host's networks, as a killed run leaves it. It matters, and is
 * asked, where ports are forwarded to a VM by its name.
 */
export async function observeStale(host: Host, vms: readonly VmOptions[], known: Known): Promise<boolean> {
  const names = new Set(vms.map(({ name }) => name));
  const matters = [...known.values()].some(({ network }) =>
    network.options.forwards.some(({ to }) => names.has(to)),
  );
  return matters && areRulesStale(host, known);
}

const addressesOf = ({ address = [] }: VmNetwork) => address.flatMap((text) => parseIp(text) ?? []);

/** hosts(5) */
function namesText(vm: VmOptions, nic: VmNetwork): string | undefined {
  const lines = addressesOf(nic).map(({ ip }) => `${[ip, vm.name, ...nic.aliases].join(' ')}\n`);
  return lines.length > 0 ? lines.join('') : undefined;
}

/** dnsmasq(8), `dhcp-host` */
function reservationText(vm: VmOptions, nic: VmNetwork, mac: string): string {
  const ips = addressesOf(nic).map(({ family, ip }) => (family === 4 ? ip : `[${ip}]`));
  return `${[mac, ...ips, vm.name].join(',')}\n`;
}

/** The files that a VM should have. @param macs of its interfaces, those of networks first */
function desiredOf(vm: VmOptions, known: Known, macs: readonly string[]): Map<string, string> {
  const files = new Map<string, string>();
  const attached = vm.networks.filter(({ name }) => known.has(name));
  attached.forEach((nic, i) => {
    // OVN has the names and reservations of its networks itself.
    if (known.get(nic.name)?.engine === 'ovn') return;
    const paths = pathsIn(nic.name, vm.name);
    const names = namesText(vm, nic);
    if (names !== undefined) files.set(paths.name, names);
    if (known.get(nic.name)?.network.options.dhcp && macs[i])
      files.set(paths.reservation, reservationText(vm, nic, macs[i] ?? ''));
  });
  return files;
}

/** Plans a VM's files in networks. Pure. @param stale the packet filter's rules are not those of the host's networks */
export function planAttachments(
  vm: VmOptions,
  current: Attachments,
  known: Known,
  macs: readonly string[],
  stale: boolean,
): Change<AttachmentStep>[] {
  if (isPowerOnly(vm)) return [];
  const desired = vm.state === 'absent' ? new Map<string, string>() : desiredOf(vm, known, macs);
  return planFiles(vm.name, current, desired, known, stale);
}

function planFiles(
  name: string,
  current: Attachments,
  desired: Attachments,
  known: Known,
  stale: boolean,
): Change<AttachmentStep>[] {
  const paths = [...new Set([...current.keys(), ...desired.keys()])].sort();
  const changed = paths.filter((path) => current.get(path) !== desired.get(path));
  const networks = [...known].map(
    ([
      network,
      {
        network: { options },
      },
    ]) => {
      const { reservation, former } = pathsIn(network, name);
      const isConcerned = changed.some((path) => path.startsWith(`${filesOf(network).directory}/`));
      const forgets = linesOf(
        [former, reservation].flatMap((path) => (changed.includes(path) ? (current.get(path) ?? []) : [])),
      );
      return {
        ...{ network, reservation, former, forgets },
        // Without DHCP its server, if it has one, knows no reservations.
        serves: options.dhcp !== undefined,
        isForwarded: (isConcerned || stale) && options.forwards.some(({ to }) => to === name),
      };
    },
  );
  const rules = networks.some(({ isForwarded }) => isForwarded);
  const forgetting = networks.filter(({ serves, forgets }) => serves && forgets.length > 0);
  const step: AttachmentStep = {
    files: new Map(changed.map((path) => [path, desired.get(path)])),
    kept: new Map(forgetting.map(({ former, forgets }) => [former, `${forgets.join('\n')}\n`])),
    reload: forgetting.map(({ network }) => network),
    ended: forgetting.flatMap(({ network, reservation, forgets }) =>
      endedBy(network, forgets, desired.get(reservation)),
    ),
    rules,
  };
  const described = [
    ...changed.map((path) => ({ title: path, before: current.get(path), after: desired.get(path) })),
    ...(rules && stale
      ? [{ title: RULES_TITLE, before: 'not those of the networks', after: 'loaded again' }]
      : []),
  ];
  return described.map((change, i) => ({ ...change, step: i === described.length - 1 ? step : NOTHING }));
}

/** What removes all that a guest has in networks; undefined if it has nothing. Pure. */
export function planRemoval(name: string, current: Attachments, known: Known): AttachmentStep | undefined {
  const changes = planFiles(name, current, new Map(), known, false);
  return changes[changes.length - 1]?.step;
}

/** The lines of some texts, each once. */
const linesOf = (texts: readonly string[]): string[] => [
  ...new Set(texts.flatMap((text) => text.split('\n')).filter(Boolean)),
];

/** The MAC address of a reservation, and its IP addresses. */
function partsOf(line: string): { mac: string; addresses: string[] } {
  const [mac = '', ...rest] = line.trim().toLowerCase().split(',');
  return { mac, addresses: rest.slice(0, -1).map((text) => text.replace(/[[\]]/g, '')) };
}

/**
 * The leases that end with former reservations: all, or those of a MAC address that the guest no longer has. One whose
 * guest keeps its MAC address gets the new address when it renews its lease.
 */
function endedBy(network: string, forgets: readonly string[], desired: string | undefined): Ended[] {
  const kept = desired === undefined ? undefined : partsOf(desired).mac;
  const ended = forgets.map(partsOf).filter(({ mac }) => mac !== kept);
  if (ended.length === 0) return [];
  return [
    {
      network,
      macs: [...new Set(ended.map(({ mac }) => mac))],
      addresses: [...new Set(ended.flatMap(({ addresses }) => addresses))],
    },
  ];
}

/**
 * What a running guest will get later: a changed reservation counts when it asks for an address anew. Pure.
 * @returns a warning for each network
 */
export function pendingAttachments(
  vm: VmOptions,
  current: Attachments,
  known: Known,
  macs: readonly string[],
): string[] {
  const desired = desiredOf(vm, known, macs);
  return vm.networks.flatMap(({ name, address }) => {
    // A container with an address doesn't ask for it.
    if (isContainer(vm) && address) return [];
    const { reservation, former } = pathsIn(name, vm.name);
    const [before, after] = [current.get(former) ?? current.get(reservation), desired.get(reservation)];
    if (before === undefined || after === undefined || before === after) return [];
    if (before.replace(/^[^,]*/, '') === after.replace(/^[^,]*/, '')) return [];
    const time = known.get(name)?.network.options.dhcp?.lease_time;
    const when = time === 'infinite' ? '' : ` (after at most half of ${time})`;
    return [
      `${vm.name} keeps its former lease in the network '${name}' until it renews it${when} or restarts`,
    ];
  });
}

/** @throws Failure */
export async function applyAttachments(
  host: Host,
  { files, kept, reload, ended, rules }: AttachmentStep,
): Promise<void> {
  for (const [path, text] of kept) await host.write(path, text, { mode: 0o644 });
  for (const [path, text] of files) {
    if (kept.has(path)) continue;
    if (text === undefined) await host.remove(path);
    else await host.write(path, text, { mode: 0o644 });
  }
  // One that a killed run left stopped is started.
  if (reload.length > 0) await host.run('systemctl', ['reload-or-restart', '--', ...reload.map(unitOf)]);
  for (const one of ended) await endLeases(host, one);
  if (rules) await whileAlone(host, () => loadRulesOf(host));
  for (const path of kept.keys()) await host.remove(path);
}
