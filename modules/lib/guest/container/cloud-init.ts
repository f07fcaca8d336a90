import type { Host, InsideFile } from '../../host/host.ts';
import { decodeText } from '../../host/text.ts';
import { isHere, processOf } from '../../libvirt/first-process.ts';
import type { Element } from '../../xml/element.ts';
import type { CloudInitStatus } from '../agent-answers.ts';
import { statusIn } from './status.ts';

/**
 * What is seen of cloud-init in a container: its status; that it is not installed there, or has written nothing since the container was
 * started; that it has written something else than it does; or that the container is another machine's.
 */
export type CloudInitInside = CloudInitStatus | 'missing' | 'unbegun' | 'invalid' | 'elsewhere';

/** Bytes of a file that are read: cloud-init writes some hundred, and its errors. */
const MOST = 256 * 1024;

/** Of this boot, since it is a new file system at each; and where cloud-init keeps what its links there lead to. */
const RUN = 'run/cloud-init';
const DATA = 'var/lib/cloud/data';

const PROGRAM = 'usr/bin/cloud-init';

/** A file that cloud-init leads to by a link. The link itself isn't followed: its guest may have made another one. */
async function fileOf(host: Host, root: string, name: string): Promise<InsideFile | 'other' | undefined> {
  const found = await host.readInside(root, `${RUN}/${name}`, MOST);
  return found === 'other' ? ((await host.readInside(root, `${DATA}/${name}`, MOST)) ?? 'other') : found;
}

async function seenIn(host: Host, root: string): Promise<CloudInitInside> {
  const status = await fileOf(host, root, 'status.json');
  if (status === 'other') return 'invalid';
  if (status !== undefined) {
    const result = await fileOf(host, root, 'result.json');
    return statusIn(decodeText(status.bytes), result !== undefined) ?? 'invalid';
  }
  // Of the generator, which finds no data source.
  if (await host.readInside(root, `${RUN}/disabled`, MOST)) return { status: 'disabled', detail: '' };
  return (await host.readInside(root, PROGRAM, MOST)) === undefined ? 'missing' : 'unbegun';
}

/**
 * Looks at what cloud-init has written in a running container: its files are read by way of its first process, and no program of the
 * container is run for that.
 * @param live the live XML of its domain
 */
export async function cloudInitIn(host: Host, uri: string, live: Element): Promise<CloudInitInside> {
  if (!isHere(uri)) return 'elsewhere';
  const controller = live.attributes.id ?? '';
  const process = await processOf(host, controller);
  if (process === undefined) return 'unbegun';
  // A component, since what leads to the root of a process is a link.
  const seen = await seenIn(host, `/proc/${process}/root/.`).catch(() => 'invalid' as const);
  // Another process may have its number by now.
  return (await processOf(host, controller)) === process ? seen : 'unbegun';
}
