import { createHash } from 'node:crypto';
import type { VolumeFile } from '../volume.ts';
import { SeedError } from './error.ts';
import { type MetaData, type MetaDataOptions, metaData } from './metadata.ts';
import { networkConfig } from './network.ts';
import { type UserData, userDataOf } from './userdata.ts';

export { SeedError } from './error.ts';

/** The options of a seed, by their names in a task. A mapping is written as YAML, a text as it is. */
export interface SeedOptions extends MetaDataOptions {
  readonly user_data?: UserData;
  readonly vendor_data?: UserData;
  readonly network_config?: Readonly<Record<string, unknown>> | string | undefined;
  /** Files besides those of cloud-init. */
  readonly extra?: readonly SeedFile[];
}

/** A file of a seed, with its digest. */
export interface SeedFile extends VolumeFile {
  /** sha256 of its content in hexadecimal. */
  readonly digest: string;
}

/** The files of a seed, and its instance-id. */
export interface Seed extends Omit<MetaData, 'text'> {
  readonly files: readonly SeedFile[];
}

/** The label that cloud-init looks for (cloudinit/sources/DataSourceNoCloud.py, fs_label). */
export const SEED_LABEL = 'cidata';

/** The files of a seed that cloud-init reads. */
export const CORE_FILES = ['meta-data', 'user-data', 'vendor-data', 'network-config'] as const;

/** The value of `instance_id` for an id that is derived from the seed's content. */
const ID_OF_CONTENT = 'content';

/**
 * The files of a NoCloud seed: `meta-data` and `user-data`, which cloud-init both requires, and `network-config` and
 * `vendor-data` where they are given. A blank text counts as not given.
 * @throws SeedError
 */
export function seedOf(options: SeedOptions): Seed {
  const { network_config, extra = [] } = options;
  const contents: [string, string | undefined][] = [
    ['user-data', userDataOf('user_data', options.user_data) ?? '#cloud-config\n{}\n'],
    ['vendor-data', userDataOf('vendor_data', options.vendor_data)],
    ['network-config', network_config === undefined ? undefined : networkConfig(network_config)],
  ];
  const files = contents.flatMap(([path, text]) => (text === undefined ? [] : [textFile(path, text)]));
  const all = [...files, ...extra];
  const { text, ...told } = metaData({ ...options, instance_id: idOf(options, all) });
  return { files: [textFile('meta-data', text), ...all], ...told };
}

const textFile = (path: string, text: string): SeedFile => {
  const content = utf8(path.replace('-', '_'), text);
  return { path, content, digest: digestOf(content) };
};

/** sha256 of a content in hexadecimal. */
export const digestOf = (content: Uint8Array): string => createHash('sha256').update(content).digest('hex');

// An id derived from the content changes with every file, and with the rest of the meta-data too.
function idOf(options: SeedOptions, files: readonly SeedFile[]): string | undefined {
  if (options.instance_id !== ID_OF_CONTENT) return options.instance_id;
  const { text } = metaData(options);
  return stableInstanceId(text, ...files.flatMap(({ path, digest }) => [path, digest]));
}

/**
 * An instance-id for a seed that has none: it depends on the names alone, and not on the content, since
 * a new id makes the guest run its per-instance modules again and make new SSH host keys.
 * @param names what identifies the seed, e.g. the host's machine-id and the image's path
 * @returns e.g. `iid-3f2a90c1d4e5b677`
 */
export const stableInstanceId = (...names: readonly string[]): string =>
  `iid-${createHash('sha256').update(JSON.stringify(names)).digest('hex').slice(0, 16)}`;

/** A text's bytes. @param option the option's name for the error */
export function utf8(option: string, text: string): Uint8Array {
  if (/\p{Surrogate}/u.test(text)) {
    throw new SeedError(option, 'has half a surrogate pair, which is no character: it can only be text');
  }
  return new TextEncoder().encode(text);
}
