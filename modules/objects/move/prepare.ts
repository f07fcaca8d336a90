import { dirname } from 'node:path';
import type { Outcome, Plan } from '../../lib/ansible/plan.ts';
import { qemuImg } from '../../lib/disk/image/qemu-img.ts';
import { Failure } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { isOn, readDomains } from '../../lib/libvirt/read.ts';
import { virsh } from '../../lib/libvirt/virsh.ts';
import { authorise } from '../../lib/move/authorised.ts';
import { moveId, pathsOf } from '../../lib/move/forwarding.ts';
import { MARKER, markerText, readMarker } from '../../lib/move/marker.ts';
import { type Here, type HereDomain, SOCKET } from './arrival.ts';
import { type Description, descriptionText, directoryIn, filesOf, type MovedDisk } from './description.ts';
import type { MoveOptions } from './options.ts';
import { judge, type Mode } from './problems.ts';
import { writeRecord } from './record.ts';
import type { MoveResult } from './result.ts';
import { type Stand, standOf } from './stand.ts';
import { expectTemplate, findTemplate, templatesOf } from './templates.ts';

// The new host's first step: what must be there before the guest can come.

/** Making what is needed. */
export interface PrepareStep {
  readonly act: 'prepare';
  readonly description: Description;
  readonly stand: Stand;
  readonly mode: Mode;
  /** Whether files of the guest are here since it was here before. */
  readonly hasLeft: boolean;
  /** Bytes that are read to compare templates. */
  readonly bytes: number;
}

const DIRECTORY_MODE = 0o711;
const DISK_MODE = 0o600;

/** Pure. @throws Failure with all reasons why the guest can't come */
export function planPrepare(options: MoveOptions, here: Here): Plan<PrepareStep, MoveResult> {
  const { name, from } = options;
  const { description } = here;
  const twin = here.domains.find((domain) => domain.name === name);
  const stand = standOf(description, twin, here.moving !== undefined, here.isNoted);
  const answer = {
    name,
    description: descriptionText(description),
    host_keys: [...here.hostKeys],
    socket: here.socket ?? '',
    ports: description.interfaces.flatMap(({ port }) => port ?? []),
    bring: [],
    prepared: false,
  };
  if (stand === 'arrived')
    return { changes: [], result: { ...answer, mode: arrivedBy(twin), arrived: true } };
  const verdict = judge(description, options, here);
  if ('problems' in verdict) {
    const reasons = verdict.problems.map((problem) => `- ${problem}`).join('\n');
    throw new Failure(`the guest '${name}' can't move here from ${from || 'its host'}:\n${reasons}`);
  }
  const { mode } = verdict;
  const bytes = templatesOf(description).reduce((sum, { length }) => sum + length, 0);
  return {
    changes: [
      {
        title: `prepare the ${mode} move of ${name} from ${from}`,
        before: { host: from },
        after: { moved: mode },
        step: { act: 'prepare', description, stand, mode, hasLeft: here.hasLeft, bytes },
      },
    ],
    result: { ...answer, mode, arrived: false },
  };
}

const arrivedBy = (domain: HereDomain | undefined): Mode => (domain && isOn(domain.state) ? 'live' : 'cold');

/** Carries it out. @returns the templates that have to be brought before the disks can be made */
export async function applyPrepare(
  host: Host,
  { description, stand, mode, hasLeft }: PrepareStep,
  options: MoveOptions,
): Promise<Outcome<MoveResult>> {
  const { uri, from, image_directory, public_key = '', address = '' } = options;
  if (!/^ssh-ed25519 [A-Za-z0-9+/=]+( .*)?$/.test(public_key))
    throw new Failure("'public_key' is no key of ssh-ed25519");
  if (!/^[0-9A-Fa-f.:]+$/.test(address))
    throw new Failure(`the host of '${description.name}' does not know by which address it reaches this one`);
  const id = moveId(description.uuid);
  await removeAttempt(host, uri, description, stand);
  if (hasLeft) await removeFiles(host, description);
  const templates = new Map<string, string>();
  const bring: { path: string; to: string }[] = [];
  for (const template of templatesOf(description)) {
    const found = await findTemplate(host, image_directory, template);
    if (found !== undefined) templates.set(template.path, found);
    else bring.push({ path: template.path, to: await expectTemplate(host, image_directory, template) });
  }
  await writeRecord(host, id, 'arriving', description);
  await host.write(pathsOf(id).templates, JSON.stringify(Object.fromEntries(templates)), { mode: DISK_MODE });
  await makeSockets(host, id);
  if (bring.length === 0) await makeFiles(host, description, mode, templates, from);
  const paths = pathsOf(id);
  const sockets = [SOCKET, paths.migration(description.name), paths.disks(description.name)];
  await authorise(host, id, { key: public_key, address, sockets });
  return { result: { bring, prepared: true } };
}

/** Removes what an earlier attempt has left here: a domain that never ran, and the files of a directory that is marked. */
async function removeAttempt(host: Host, uri: string, description: Description, stand: Stand): Promise<void> {
  const { name } = description;
  if (stand === 'leftover') {
    await virsh(host, uri, 'destroy', '--domain', name).catch(() => undefined);
    await virsh(host, uri, 'undefine', '--domain', name, '--nvram', '--managed-save').catch(() => undefined);
    const [left] = await readDomains(host, uri, [name]);
    if (left)
      throw new Failure(`what an earlier move has left of '${name}' can't be removed: it is ${left.state}`);
  }
  await removeMade(host, description);
}

/** Removes the files that a move has made, if its mark says that they are this move's: the words of the other host aren't enough. */
export async function removeMade(host: Host, description: Description): Promise<void> {
  const directory = directoryIn(description);
  const moving = await readMarker(host, directory);
  if (moving?.uuid !== description.uuid) return;
  await removeFiles(host, description);
  await host.remove(`${directory}/${MARKER}`);
  await host.removeDirectory(directory);
}

async function removeFiles(host: Host, description: Description): Promise<void> {
  for (const { path } of filesOf(description)) await host.remove(path);
  await host.remove(definitionPath(description));
}

/** Where the definition of a guest that moves cold arrives. It may have passwords. */
export const definitionPath = (description: Description): string =>
  `${directoryIn(description)}/.definition.xml`;

/** Makes the directory of the sockets that QEMU uses, for its user alone. */
export async function makeSockets(host: Host, id: string): Promise<void> {
  const { sockets } = pathsOf(id);
  const qemu = await host.stat('/var/lib/libvirt/qemu');
  await host.removeTree(sockets);
  await host.makeDirectory(sockets);
  await host.setAttributes(sockets, { mode: 0o700, ...(qemu ? { uid: qemu.uid, gid: qemu.gid } : {}) });
}

async function makeFiles(
  host: Host,
  description: Description,
  mode: Mode,
  templates: ReadonlyMap<string, string>,
  from: string,
): Promise<void> {
  const directory = directoryIn(description);
  if ((await host.stat(directory)) === undefined) {
    await host.makeDirectory(directory);
    await host.setAttributes(directory, { mode: DIRECTORY_MODE });
  }
  // First of all: whatever is here then is a move's.
  await host.write(`${directory}/${MARKER}`, markerText({ from, uuid: description.uuid, arrived: false }), {
    mode: DISK_MODE,
  });
  const qemu = await host.stat('/var/lib/libvirt/qemu');
  for (const { path, mode: bits, isQemus } of description.files) {
    if (dirname(path) !== directory) await host.makeDirectory(dirname(path));
    await host.write(path, '', { mode: bits, ...(isQemus && qemu ? { uid: qemu.uid, gid: qemu.gid } : {}) });
  }
  if (mode === 'cold') {
    if (description.nvram) await host.write(description.nvram.path, '', { mode: DISK_MODE });
    await host.write(definitionPath(description), '', { mode: DISK_MODE });
  }
  for (const disk of description.disks) {
    if (mode === 'cold') await host.write(disk.path, '', { mode: DISK_MODE });
    else await makeDisk(host, disk, templates);
  }
}

/** Makes a disk whose content comes by a live move. */
async function makeDisk(
  host: Host,
  { path, format, size, clusterSize, backing }: MovedDisk,
  templates: ReadonlyMap<string, string>,
): Promise<void> {
  const template = backing && templates.get(backing.path);
  if (backing && template === undefined) throw new Failure(`the template of ${path} is missing`);
  const options =
    format === 'qcow2' && clusterSize !== undefined ? ['-o', `cluster_size=${clusterSize}`] : [];
  const below = template === undefined ? [] : ['-F', 'qcow2', '-b', template];
  await qemuImg(host, path, ['create', '-q', '-f', format, ...options, ...below, path, String(size)]);
  await host.setAttributes(path, { mode: DISK_MODE });
}
