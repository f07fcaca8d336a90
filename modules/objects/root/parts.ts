import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { withDefaults } from '../../lib/ansible/coerce.ts';
import type { SeedFile } from '../../lib/cloudinit/seed.ts';
import { commonFiles, identityFiles, type RootFile, resolver } from '../../lib/container/identity.ts';
import type { Traits } from '../../lib/disk/unpack/root-archive.ts';
import { seedFrom } from '../seed/desired.ts';
import { type SeedOptions, seedOptions } from '../seed/options.ts';
import type { RootOptions } from './options.ts';

/** Where cloud-init looks for a seed in its own file system (cloudinit/sources/DataSourceNoCloud.py). */
export const SEED = 'var/lib/cloud/seed/nocloud';

/** Where a root is while it is removed: a part of a root must not be taken for one. */
export const removedPath = (dest: string): string => join(dirname(dest), `.${basename(dest)}.removed`);

/** The seed of a root, as the options of a seed. */
export function seedPartOf(root: RootOptions): SeedOptions {
  const { dest, hostname, user_data, meta_data, vendor_data, network_config, instance_id, validate } = root;
  const documents = { user_data, meta_data, vendor_data, network_config };
  return withDefaults(seedOptions, { dest, hostname, instance_id, validate, ...documents });
}

/** The files of the seed, and its instance-id. */
export function seedFilesOf(root: RootOptions): { files: SeedFile[]; instanceId: string } {
  const { files, instanceId } = seedFrom(seedPartOf(root));
  return { files: [...files], instanceId };
}

/** A file of the seed in the root. A seed holds secrets. */
export const inRoot = ({ path, content }: SeedFile): RootFile => ({
  path: `${SEED}/${path}`,
  content: content as Uint8Array,
  mode: 0o600,
  directoryMode: 0o755,
});

const hostnameOf = ({ hostname, dest }: RootOptions) => hostname ?? basename(dirname(dest));

/** What is written into a root without cloud-init, and what of it the result says. */
export const identityOf = (root: RootOptions, traits: Pick<Traits, 'network'>) =>
  identityFiles({ hostname: hostnameOf(root), nics: root.interfaces, keys: root.authorized_keys }, traits);

/** A digest of what a root without cloud-init was told. */
export function identityDigest(root: RootOptions): string {
  const told = [hostnameOf(root), root.interfaces, root.authorized_keys];
  return createHash('sha256').update(JSON.stringify(told)).digest('hex').slice(0, 16);
}

/** All files that a new root gets. */
export const filesOf = (root: RootOptions, traits: Traits): RootFile[] => [
  ...commonFiles(hostnameOf(root), traits),
  ...(traits.cloudInit
    ? // ifupdown without resolvconf takes no name servers from what cloud-init writes.
      [
        ...seedFilesOf(root).files.map(inRoot),
        ...(traits.network === 'ifupdown' ? resolver(root.interfaces) : []),
      ]
    : identityOf(root, traits).files),
];
