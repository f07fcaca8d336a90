import type { Change } from '../../lib/ansible/plan.ts';
import { unitOf } from '../../lib/dnsmasq/unit.ts';
import { type Host, readText } from '../../lib/host/host.ts';
import { parseIp } from '../../lib/net/address.ts';
import { endLeases } from '../network/leases.ts';
import { filesOf } from '../network/names.ts';
import { loadRulesOf } from '../network/rules.ts';
import type { Known } from './attach.ts';
import type { VmNetwork, VmOptions } from './options.ts';

// A VM's name and reservation in its networks: they are its own, follow its changes, and go with it.

/** The files of a VM in the networks of the host, by path. */
export type Attachments = ReadonlyMap<string, string>;

/** What is written and removed, and who has to know. */
export interface AttachmentStep {
  readonly files: ReadonlyMap<string, string | undefined>;
  /** Networks whose dnsmasq keeps a reservation that has changed or is removed until it reads all of them again. */
  readonly reload: readonly string[];
  /** Leases that end with their reservation: by them the guest's name would go on answering. */
  readonly ended: readonly { readonly network: string; readonly mac: string }[];
  /** A network forwards ports to the guest by its name. */
  readonly forwards: boolean;
}

const pathsIn = (network: string, vm: string) => {
  const { names, reservations } = filesOf(network);
  return { name: `${names}/${vm}`, reservation: `${reservations}/${vm}` };
};

/** Reads what some VMs have in all networks of the host: of each VM what there is. */
export async function observeAttachments(
  host: Host,
  vms: readonly VmOptions[],
  known: Known,
): Promise<Attachments[]> {
  const directories = [...known.keys()].flatMap((network) => {
    const { names, reservations } = filesOf(network);
    return [names, reservations];
  });
  const listed = await Promise.all(directories.map(async (path) => new Set(await host.list(path))));
  return Promise.all(
    vms.map(async ({ name }) => {
      const paths = directories.flatMap((path, i) => (listed[i]?.has(name) ? `${path}/${name}` : []));
      const texts = await Promise.all(paths.map(async (path) => [path, await readText(host, path)] as const));
      return new Map(texts.flatMap(([path, text]) => (text === undefined ? [] : [[path, text] as const])));
    }),
  );
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
    const paths = pathsIn(nic.name, vm.name);
    const names = namesText(vm, nic);
    if (names !== undefined) files.set(paths.name, names);
    if (known.get(nic.name)?.network.options.dhcp && macs[i])
      files.set(paths.reservation, reservationText(vm, nic, macs[i] ?? ''));
  });
  return files;
}

/** Plans a VM's files in networks. Pure. */
export function planAttachments(
  vm: VmOptions,
  current: Attachments,
  known: Known,
  macs: readonly string[],
): Change<AttachmentStep>[] {
  if (vm.steps === 'start') return [];
  const desired = vm.state === 'absent' ? new Map<string, string>() : desiredOf(vm, known, macs);
  const paths = [...new Set([...current.keys(), ...desired.keys()])].sort();
  const changed = paths.filter((path) => current.get(path) !== desired.get(path));
  if (changed.length === 0) return [];
  const networks = [...known].filter(([network]) =>
    changed.some((path) => path.startsWith(`${filesOf(network).directory}/`)),
  );
  const step: AttachmentStep = {
    files: new Map(changed.map((path) => [path, desired.get(path)])),
    reload: networks
      .filter(([network]) => {
        const { reservation } = pathsIn(network, vm.name);
        return changed.includes(reservation) && current.has(reservation);
      })
      .map(([network]) => network),
    ended: networks.flatMap(([network]) => {
      const { reservation } = pathsIn(network, vm.name);
      const [mac] = current.get(reservation)?.split(',') ?? [];
      return mac !== undefined && !desired.has(reservation) ? [{ network, mac }] : [];
    }),
    forwards: networks.some(([, { network }]) => network.options.forwards.some(({ to }) => to === vm.name)),
  };
  return changed.map((path, i) => ({
    title: path,
    before: current.get(path),
    after: desired.get(path),
    step: i === changed.length - 1 ? step : { files: new Map(), reload: [], ended: [], forwards: false },
  }));
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
  return vm.networks.flatMap(({ name }) => {
    const { reservation } = pathsIn(name, vm.name);
    const [before, after] = [current.get(reservation), desired.get(reservation)];
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
  { files, reload, ended, forwards }: AttachmentStep,
): Promise<void> {
  for (const [path, text] of files) {
    if (text === undefined) await host.remove(path);
    else await host.write(path, text, { mode: 0o644 });
  }
  // A server that doesn't run reads all of them when it is started.
  if (reload.length > 0) await host.run('systemctl', ['reload', '--', ...reload.map(unitOf)]);
  for (const { network, mac } of ended) await endLeases(host, network, mac);
  if (forwards) await loadRulesOf(host);
}
