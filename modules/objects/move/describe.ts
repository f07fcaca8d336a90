import { dirname } from 'node:path';
import type { Outcome, Plan } from '../../lib/ansible/plan.ts';
import { inspectAs } from '../../lib/disk/image/inspect.ts';
import { type Host, readText } from '../../lib/host/host.ts';
import { runOrFail } from '../../lib/host/process.ts';
import { devicesOf } from '../../lib/libvirt/devices.ts';
import { type Domain, readDomains } from '../../lib/libvirt/read.ts';
import { moveId, pathsOf } from '../../lib/move/forwarding.ts';
import { readMarker } from '../../lib/move/marker.ts';
import { childOf, type Element, valueAt } from '../../lib/xml/element.ts';
import { serialiseXml } from '../../lib/xml/serialise.ts';
import { INTEGRATION_BRIDGE } from '../network/ovn-record.ts';
import { readNetworks } from '../network/record.ts';
import { observeAttachments } from '../vm/attachments.ts';
import { readHostCpu } from './cpu.ts';
import { strangersOf } from './definition.ts';
import {
  type Description,
  descriptionText,
  type MovedDisk,
  type MovedFile,
  type MovedInterface,
} from './description.ts';
import { isHalted } from './halted.ts';
import { hindrances } from './hindrances.ts';
import type { MoveOptions } from './options.ts';
import { alone, makeState, readRecord, writeDescribed } from './record.ts';
import type { MoveResult } from './result.ts';

// The old host's first step: what the guest consists of.

/** What stands for a digest that isn't known: in check mode no file is read as a whole. */
const UNREAD = '0'.repeat(64);

/** A guest as it is described. */
type Noted = Omit<Description, 'format'>;

/** What was seen of a guest. */
export interface Described {
  /** Undefined of a guest that has left this host as a whole. */
  readonly description: Noted | undefined;
  /** The address from which this host reaches the other one. */
  readonly address: string;
}

/** Milliseconds that the other host's SSH server has to accept a connection. */
const LIMIT = 5000;

/** Reads the guest; or what an unfinished move has noted of one that is not here any more. @throws Failure */
export async function observeGuest(host: Host, { name, uri, to, port }: MoveOptions): Promise<Described> {
  const [[domain], noted] = await Promise.all([
    readDomains(host, uri, [name]),
    readRecord(host, 'leaving', name),
  ]);
  // What an earlier attempt has begun is not complete.
  if (!domain) return { description: noted && { ...noted, state: 'absent' }, address: '' };
  const before = noted?.uuid === domain.uuid ? noted : undefined;
  const [runs, address, hostCpu, cannot, parts] = await Promise.all([
    isRunning(host, uri, domain, before),
    sourceAddress(host, to ?? ''),
    readHostCpu(host),
    hindrances(host, uri, domain),
    partsOf(host, domain),
  ]);
  const reached = to === undefined || (await host.answers(to, port, LIMIT));
  const strangers = strangersOf({ name, ...parts }, domain);
  const unreached = `its host does not reach the SSH server at ${to}, port ${port}: name another address in 'vm_move_address' of the new host, or open its packet filter for this one`;
  return {
    description: describe(before?.autostart ? { ...domain, autostart: true } : domain, runs, hostCpu, parts, {
      ...cannot,
      all: [...cannot.all, ...strangers.all, ...parts.cannot, ...(reached ? [] : [unreached])],
      live: [...cannot.live, ...strangers.live],
    }),
    address,
  };
}

// One that was shut down for an earlier attempt still is one that runs.
const isRunning = async (
  host: Host,
  uri: string,
  { name, state }: Domain,
  before: Noted | undefined,
): Promise<boolean> =>
  state === 'running' || before?.runs === true || (state === 'paused' && (await isHalted(host, uri, name)));

/** The address of this host on the way to another. */
async function sourceAddress(host: Host, to: string): Promise<string> {
  const resolved = /^[\d.]+$|:/.test(to) ? to : await resolve(host, to);
  if (resolved === undefined) return '';
  const { stdout } = await host.run('ip', ['-o', 'route', 'get', resolved]);
  return / src (\S+)/.exec(stdout)?.[1] ?? '';
}

async function resolve(host: Host, name: string): Promise<string | undefined> {
  const { stdout } = await host.run('getent', ['ahosts', name]);
  return stdout.split(/\s/)[0] || undefined;
}

interface Parts {
  readonly cannot: readonly string[];
  readonly disks: readonly MovedDisk[];
  readonly files: readonly MovedFile[];
  readonly nvram: MovedFile | undefined;
  readonly attachments: ReadonlyMap<string, string>;
}

async function partsOf(host: Host, domain: Domain): Promise<Parts> {
  const { definition, live, name } = domain;
  const all = devicesOf(definition, 'disk');
  const disks = all.filter((disk) => (disk.attributes.device ?? 'disk') === 'disk');
  const media = all.filter((disk) => ['cdrom', 'floppy'].includes(disk.attributes.device ?? ''));
  const paths = [
    ...media.flatMap((disk) => valueAt(disk, 'source/@file') ?? []),
    ...['os/kernel', 'os/initrd', 'os/dtb'].flatMap((path) => valueAt(definition, path) ?? []),
  ];
  // libvirt 9 chooses the file when the guest starts, and does not store it in the definition.
  const chosen = isEfi(definition) ? `/var/lib/libvirt/qemu/nvram/${name}_VARS.fd` : undefined;
  const nvram = valueAt(live ?? definition, 'os/nvram') ?? valueAt(definition, 'os/nvram') ?? chosen;
  const known = await readNetworks(host, [], 'all');
  const [foundDisks, files, foundNvram, attachments] = await Promise.all([
    Promise.all(disks.map((disk) => diskOf(host, disk))),
    Promise.all([...new Set(paths)].map((path) => fileOf(host, path))),
    nvram === undefined ? undefined : fileOf(host, nvram),
    observeAttachments(host, [{ name }], known),
  ]);
  const marker = directoryOf(disks);
  const moving = marker === undefined ? undefined : await readMarker(host, marker);
  return {
    cannot: [
      ...(moving && !moving.arrived
        ? [`its own move from ${moving.from} was not completed: that goes on first`]
        : []),
      ...(await templateProblems(host, foundDisks)),
    ],
    disks: foundDisks.filter((disk) => disk !== undefined),
    files: files.filter((file) => file !== undefined),
    nvram: foundNvram,
    attachments: attachments[0] ?? new Map(),
  };
}

const isEfi = (definition: Element) => valueAt(definition, 'os/@firmware') === 'efi';

const directoryOf = (disks: readonly Element[]): string | undefined => {
  const path = valueAt(disks[0], 'source/@file');
  return path === undefined ? undefined : dirname(path);
};

/** Why templates can't be brought: each is one file, qcow2. */
async function templateProblems(host: Host, disks: readonly (MovedDisk | undefined)[]): Promise<string[]> {
  const found = await Promise.all(
    disks.map(async (disk) => {
      const path = disk?.backing?.path;
      if (path === undefined) return [];
      const template = await inspectAs(host, path, 'qcow2').catch(() => undefined);
      const isOne =
        template?.disk !== undefined && template.disk.backing === undefined && !template.disk.external;
      return isOne ? [] : [`the backing file of its disk ${disk?.target} (${path}) is not one file in qcow2`];
    }),
  );
  return found.flat();
}

// What can't be described can't go, and `hindrances` says so.
async function diskOf(host: Host, disk: Element): Promise<MovedDisk | undefined> {
  const path = valueAt(disk, 'source/@file');
  const format = valueAt(disk, 'driver/@type') ?? 'raw';
  if (path === undefined || (format !== 'qcow2' && format !== 'raw')) return undefined;
  const [info, found] = await Promise.all([host.stat(path), inspectAs(host, path, format)]);
  if (!info || !found?.disk) return undefined;
  const { size, clusterSize, backing } = found.disk;
  const template = backing === undefined ? undefined : await host.stat(backing);
  return {
    ...{ target: valueAt(disk, 'target/@dev') ?? '', path, format, size, allocated: info.allocated },
    ...(format === 'qcow2' ? { clusterSize } : {}),
    ...(backing !== undefined && template
      ? { backing: { path: backing, length: template.size, sha256: UNREAD } }
      : {}),
  };
}

/** What a file of a guest needs of its permission bits. */
const DATA = 0o666;

async function fileOf(host: Host, path: string): Promise<MovedFile | undefined> {
  const info = await host.stat(path);
  if (info?.kind !== 'file') return undefined;
  return { path, length: info.size, sha256: UNREAD, mode: info.mode & DATA, isQemus: info.uid !== 0 };
}

function interfacesOf(definition: Element): MovedInterface[] {
  return devicesOf(definition, 'interface').map((nic) => {
    const bridge = valueAt(nic, 'source/@bridge') ?? valueAt(nic, 'source/@dev');
    const network = valueAt(nic, 'source/@network');
    const port = valueAt(nic, 'virtualport/parameters/@interfaceid');
    return {
      mac: (valueAt(nic, 'mac/@address') ?? '').toLowerCase(),
      ...(bridge === undefined ? {} : { bridge }),
      ...(network === undefined ? {} : { network }),
      ...(bridge === INTEGRATION_BRIDGE && port !== undefined ? { port } : {}),
    };
  });
}

function describe(
  domain: Domain,
  runs: boolean,
  hostCpu: string,
  { disks, files, nvram, attachments }: Parts,
  cannot: Awaited<ReturnType<typeof hindrances>>,
): Noted {
  const { name, uuid, state, autostart, definition, live } = domain;
  const cpu = childOf(live ?? definition, 'cpu');
  const mode = cpu?.attributes.mode ?? (cpu ? 'custom' : undefined);
  return {
    ...{ name, uuid, state, runs, autostart },
    arch: valueAt(definition, 'os/type/@arch') ?? 'x86_64',
    machine: valueAt(live ?? definition, 'os/type/@machine') ?? '',
    type: definition.attributes.type ?? 'qemu',
    cpu: {
      ...(mode === undefined ? {} : { mode }),
      ...(live && cpu && mode === 'custom' ? { xml: serialiseXml(cpu) } : {}),
      host: hostCpu,
    },
    ...{ disks, files },
    ...(nvram === undefined ? {} : { nvram }),
    interfaces: interfacesOf(live ?? definition),
    attachments: Object.fromEntries(attachments),
    cannot: cannot.all,
    cannotLive: cannot.live,
    cannotCold: cannot.cold,
  };
}

/** Reading the files as a whole, and making the key. */
export interface DescribeStep {
  readonly act: 'describe';
  readonly bytes: number;
  readonly description: Noted;
}

/** Pure. */
export function planDescribe(
  { name }: Pick<MoveOptions, 'name'>,
  { description, address }: Described,
): Plan<DescribeStep, MoveResult> {
  if (!description) return { changes: [], result: { name, description: '', address } };
  const files = [...description.files, ...(description.nvram ? [description.nvram] : [])];
  const backing = description.disks.flatMap((disk) => disk.backing ?? []);
  const bytes = [...files, ...backing].reduce((sum, { length }) => sum + length, 0);
  const result = { name, description: descriptionText(description), address };
  if (description.state === 'absent') return { changes: [], result };
  const change = { title: `make a key to move ${name}`, before: undefined, after: undefined };
  return { changes: [{ ...change, step: { act: 'describe', bytes, description } }], result };
}

/** Reads the files as a whole, and makes the key. */
export async function applyDescribe(host: Host, { description }: DescribeStep): Promise<Outcome<MoveResult>> {
  const digested = await withDigests(host, description);
  const id = moveId(description.uuid);
  return alone(host, id, () => makeKey(host, id, digested));
}

async function makeKey(host: Host, id: string, description: Noted): Promise<Outcome<MoveResult>> {
  const { key } = pathsOf(id);
  await makeState(host, id);
  await host.remove(key);
  await host.remove(`${key}.pub`);
  await runOrFail(host, 'ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'piecewise', '-f', key]);
  await writeDescribed(host, id, description);
  const publicKey = (await readText(host, `${key}.pub`)) ?? '';
  return { result: { description: descriptionText(description), public_key: publicKey.trim() } };
}

async function withDigests(host: Host, description: Noted): Promise<Noted> {
  const digests = new Map<string, string>();
  const digest = async (path: string) => {
    const known = digests.get(path) ?? (await host.digest(path, 'sha256'));
    digests.set(path, known);
    return known;
  };
  const disks: MovedDisk[] = [];
  for (const disk of description.disks) {
    const { backing } = disk;
    disks.push(backing ? { ...disk, backing: { ...backing, sha256: await digest(backing.path) } } : disk);
  }
  const files: MovedFile[] = [];
  for (const file of description.files) files.push({ ...file, sha256: await digest(file.path) });
  return { ...description, disks, files };
}
