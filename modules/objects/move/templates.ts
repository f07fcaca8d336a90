import { basename, dirname, join } from 'node:path';
import type { Host } from '../../lib/host/host.ts';
import type { Description, MovedDisk } from './description.ts';

// Templates of the disks that move. They are compared by content: an overlay over another template of the same name would be
// damaged without anybody noticing.

type Backing = NonNullable<MovedDisk['backing']>;

/** The templates of a guest, each once. */
export const templatesOf = ({ disks }: Pick<Description, 'disks'>): Backing[] => [
  ...new Map(disks.flatMap(({ backing }) => (backing ? [[backing.path, backing] as const] : []))).values(),
];

/** Where a template is kept that was brought since the host has none, or another one, of its name. */
export const broughtPath = ({ path, sha256 }: Backing): string =>
  join(dirname(path), `moved-${sha256}.qcow2`);

/** Where it arrives. */
export const incomingPath = ({ path, sha256 }: Backing): string => join(dirname(path), `.moving-${sha256}`);

const DIRECTORY_MODE = 0o755;
const TEMPLATE_MODE = 0o444;

const isLike = async (host: Host, path: string, { length, sha256 }: Backing): Promise<boolean> => {
  const info = await host.stat(path);
  return info?.kind === 'file' && info.size === length && (await host.digest(path, 'sha256')) === sha256;
};

/**
 * Finds the template that this host has of the same content, whatever its name is. One that has arrived gets a name.
 * @returns its path; undefined if it has to be brought
 */
export async function findTemplate(host: Host, template: Backing): Promise<string | undefined> {
  host.report({ what: `compare ${basename(template.path)}`, done: undefined, total: undefined });
  const directory = dirname(template.path);
  const names = (await host.list(directory)).filter((name) => !name.startsWith('.'));
  // The same name first, since most files of that length are the same one.
  const candidates = [
    template.path,
    ...names.map((name) => join(directory, name)).filter((path) => path !== template.path),
  ];
  for (const path of candidates) if (await isLike(host, path, template)) return path;
  const incoming = incomingPath(template);
  if (!(await isLike(host, incoming, template))) return undefined;
  await host.setAttributes(incoming, { mode: TEMPLATE_MODE });
  await host.publish(incoming, broughtPath(template));
  return broughtPath(template);
}

/** Makes the empty file in which a template arrives. */
export async function expectTemplate(host: Host, template: Backing): Promise<void> {
  const path = incomingPath(template);
  if ((await host.stat(dirname(path))) === undefined) {
    await host.makeDirectory(dirname(path));
    await host.setAttributes(dirname(path), { mode: DIRECTORY_MODE });
  }
  await host.write(path, '', { mode: 0o600 });
}
