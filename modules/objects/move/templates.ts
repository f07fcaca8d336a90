import { basename, dirname, join } from 'node:path';
import { inspectOneFile } from '../../lib/disk/image/inspect.ts';
import { storeDirectory } from '../../lib/disk/template/key.ts';
import type { Host } from '../../lib/host/host.ts';
import type { Description, MovedDisk } from './description.ts';

// Templates of the disks that move. They are compared by content: an overlay over another template of the same name would be
// damaged without anybody noticing.

type Backing = NonNullable<MovedDisk['backing']>;

/** The templates of a guest, each once. */
export const templatesOf = ({ disks }: Pick<Description, 'disks'>): Backing[] => [
  ...new Map(disks.flatMap(({ backing }) => (backing ? [[backing.path, backing] as const] : []))).values(),
];

/** Where a template is kept that was brought. @param directory of the images of this host */
export const broughtPath = (directory: string, { sha256 }: Backing): string =>
  join(storeDirectory(directory), `moved-${sha256}.qcow2`);

/** Where it arrives. */
export const incomingPath = (directory: string, { sha256 }: Backing): string =>
  join(storeDirectory(directory), `.moving-${sha256}`);

const DIRECTORY_MODE = 0o755;
const TEMPLATE_MODE = 0o444;

const isLike = async (host: Host, path: string, { length, sha256 }: Backing): Promise<boolean> => {
  const info = await host.stat(path);
  return info?.kind === 'file' && info.size === length && (await host.digest(path, 'sha256')) === sha256;
};

/**
 * Finds the template that this host has of the same content, whatever its name is. One that has arrived gets a name.
 * @param directory of the images of this host
 * @returns its path; undefined if it has to be brought
 */
export async function findTemplate(
  host: Host,
  directory: string,
  template: Backing,
): Promise<string | undefined> {
  const name = basename(template.path);
  host.report({ what: `compare ${name}`, done: undefined, total: undefined });
  const store = storeDirectory(directory);
  const names = (await host.list(store)).filter((one) => !one.startsWith('.'));
  // The same name first, since most files of that name are the same one.
  const sorted = [...names.filter((one) => one === name), ...names.filter((one) => one !== name)];
  for (const one of sorted) if (await isLike(host, join(store, one), template)) return join(store, one);
  const incoming = incomingPath(directory, template);
  if (!(await isLike(host, incoming, template))) return undefined;
  // It is the new base of a disk, and comes from a host that isn't trusted.
  await inspectOneFile(host, incoming, incoming);
  const path = broughtPath(directory, template);
  await host.setAttributes(incoming, { mode: TEMPLATE_MODE });
  await host.publish(incoming, path);
  return path;
}

/** Makes the empty file in which a template arrives. @returns its path */
export async function expectTemplate(host: Host, directory: string, template: Backing): Promise<string> {
  const path = incomingPath(directory, template);
  if ((await host.stat(dirname(path))) === undefined) {
    await host.makeDirectory(dirname(path));
    await host.setAttributes(dirname(path), { mode: DIRECTORY_MODE });
  }
  await host.write(path, '', { mode: 0o600 });
  return path;
}
