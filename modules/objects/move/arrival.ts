import { dirname } from 'node:path';
import { Failure } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { readText } from '../../lib/host/host.ts';
import { devicesOf } from '../../lib/libvirt/devices.ts';
import { isOn, readAllDomains } from '../../lib/libvirt/read.ts';
import { connection, reasonIn, virsh, withPrivateFile } from '../../lib/libvirt/virsh.ts';
import { type Moving, readMarker } from '../../lib/move/marker.ts';
import { settingsOf } from '../../lib/move/sshd.ts';
import { valueAt } from '../../lib/xml/element.ts';
import { readNetworks } from '../network/record.ts';
import { machinesOf, readCapabilities, readHostCpu } from './cpu.ts';
import { type Description, directoryIn, parseDescription } from './description.ts';
import type { MoveOptions } from './options.ts';
import { readRecord } from './record.ts';

// What the new host has, as far as a move needs to know it.

/** A domain of the new host. */
export interface HereDomain {
  readonly name: string;
  readonly uuid: string;
  readonly state: string;
  readonly persistent: boolean;
  readonly macs: readonly string[];
}

/** The new host. */
export interface Here {
  /** What comes. */
  readonly description: Description;
  readonly domains: readonly HereDomain[];
  readonly moving: Moving | undefined;
  /** Whether this host itself has noted that this guest comes. The mark goes before this note does. */
  readonly isNoted: boolean;
  /** Whether this guest has left the host before, by a move that was not completed: its files are still here. */
  readonly hasLeft: boolean;
  /** The names in the directory of the VM. */
  readonly names: readonly string[];
  /** Paths of the guest's files that exist outside of that directory. */
  readonly existing: readonly string[];
  readonly interfaces: readonly string[];
  /** Active networks of libvirt. */
  readonly libvirtNetworks: readonly string[];
  /** The networks of the role network. */
  readonly networks: readonly string[];
  /** Why libvirt doesn't take the machine type, in its words; undefined if it does. */
  readonly machineProblem: string | undefined;
  readonly machines: readonly string[];
  readonly hostCpu: string;
  /** Why the guest's processor doesn't run here; undefined if it does, or it isn't asked. */
  readonly cpuProblem: string | undefined;
  /** Bytes that can be written below the directory of VMs; undefined if that doesn't exist. */
  readonly available: number | undefined;
  readonly server: ReadonlyMap<string, string>;
  readonly hostKeys: readonly string[];
  readonly socket: string | undefined;
}

const SSH = '/etc/ssh';
/** libvirt's socket, whichever daemons it has. */
export const SOCKET = '/run/libvirt/libvirt-sock';

/** Reads the new host. @throws Failure where libvirt doesn't answer */
export async function observeArrival(host: Host, options: MoveOptions): Promise<Here> {
  const description = await descriptionFor(host, options);
  const { uri } = options;
  const { name, arch, type, machine, files, nvram } = description;
  const directory = directoryIn(description);
  const outside = [...files, ...(nvram ? [nvram] : [])]
    .map(({ path }) => path)
    .filter((path) => dirname(path) !== directory);
  const [
    domains,
    left,
    arriving,
    moving,
    names,
    existing,
    interfaces,
    libvirtNetworks,
    networks,
    capabilities,
  ] = await Promise.all([
    readAllDomains(host, uri),
    readRecord(host, 'leaving', name),
    readRecord(host, 'arriving', name),
    readMarker(host, directory),
    host.list(directory),
    existingOf(host, outside),
    interfacesOf(host),
    virsh(host, uri, 'net-list', '--name'),
    readNetworks(host),
    readCapabilities(host, uri),
  ]);
  const [hostCpu, machineProblem, cpuProblem, space, server, hostKeys, socket] = await Promise.all([
    readHostCpu(host),
    refusal(host, uri, ['domcapabilities', '--virttype', type, '--arch', arch, '--machine', machine]),
    cpuRefusal(host, uri, description),
    availableAt(host, dirname(directory)),
    serverOf(host, options.address ?? ''),
    hostKeysOf(host),
    host.stat(SOCKET),
  ]);
  return {
    description,
    domains: domains.map(({ name, uuid, state, persistent, definition, live }) => ({
      ...{ name, uuid, state, persistent },
      macs: [definition, ...(live ? [live] : [])].flatMap((xml) =>
        devicesOf(xml, 'interface').flatMap((nic) => valueAt(nic, 'mac/@address')?.toLowerCase() ?? []),
      ),
    })),
    isNoted: arriving?.uuid === description.uuid,
    hasLeft: left?.uuid === description.uuid,
    ...{ moving, names, existing, interfaces },
    libvirtNetworks: linesOf(libvirtNetworks),
    networks: [...networks.keys()],
    ...{
      machineProblem,
      machines: machinesOf(capabilities, arch),
      hostCpu,
      cpuProblem,
    },
    ...{ available: space, server, hostKeys, socket: socket ? SOCKET : undefined },
  };
}

// Where the old host has nothing more of the guest, this one has noted what it was.
async function descriptionFor(host: Host, { name, from, description }: MoveOptions): Promise<Description> {
  if (description) return namedLike(name, parseDescription(description));
  const noted = await readRecord(host, 'arriving', name);
  if (noted) return { ...noted, state: 'absent' };
  throw new Failure(`${from} has no guest '${name}', and it is not moving here`);
}

function namedLike(name: string, description: Description): Description {
  if (description.name === name) return description;
  throw new Failure(`the description is that of '${description.name}', and not of '${name}'`);
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);

const existingOf = async (host: Host, paths: readonly string[]): Promise<string[]> => {
  const found = await Promise.all(paths.map(async (path) => ((await host.stat(path)) ? path : undefined)));
  return found.filter((path) => path !== undefined);
};

// Bridges of Open vSwitch are interfaces of the host too.
async function interfacesOf(host: Host): Promise<string[]> {
  const { stdout } = await host.run('ip', ['-br', 'link']);
  return linesOf(stdout).map((line) => (line.split(/\s/)[0] ?? '').replace(/@.*/, ''));
}

/** Why libvirt refuses a command; undefined if it does not. */
async function refusal(host: Host, uri: string, command: readonly string[]): Promise<string | undefined> {
  const { code, stdout, stderr } = await host.run('virsh', [...connection(uri), ...command]);
  return code === 0 ? undefined : reasonIn(stderr) || stdout.trim();
}

async function cpuRefusal(
  host: Host,
  uri: string,
  { state, cpu, arch, type, machine }: Description,
): Promise<string | undefined> {
  const { xml } = cpu;
  if (xml === undefined || !isOn(state)) return undefined;
  const command = ['hypervisor-cpu-compare', '--virttype', type, '--arch', arch, '--machine', machine];
  return withPrivateFile(host, xml, (file) => refusal(host, uri, [...command, file]));
}

async function availableAt(host: Host, directory: string): Promise<number | undefined> {
  return (await host.stat(directory)) ? (await host.space(directory)).available : undefined;
}

async function serverOf(host: Host, address: string): Promise<ReadonlyMap<string, string>> {
  const connectionOf = `user=root,host=${address},addr=${address}`;
  const { stdout } = await host.run('/usr/sbin/sshd', ['-T', ...(address ? ['-C', connectionOf] : [])]);
  return settingsOf(stdout);
}

async function hostKeysOf(host: Host): Promise<string[]> {
  const names = (await host.list(SSH)).filter((name) => /^ssh_host_\w+_key\.pub$/.test(name));
  const texts = await Promise.all(names.map((name) => readText(host, `${SSH}/${name}`)));
  return texts.flatMap((text) => text?.trim() ?? []);
}
