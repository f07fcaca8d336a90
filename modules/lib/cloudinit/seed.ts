import { createHash } from 'node:crypto';
import type { IsoFile } from '../iso9660/memory.ts';
import { forOption, SeedError } from './error.ts';
import { type MetaData, type MetaDataOptions, metaData } from './metadata.ts';
import { networkConfig } from './network.ts';
import { checkUserData } from './userdata.ts';
import { emitYaml } from './yaml.ts';

export { SeedError } from './error.ts';

type Given = Readonly<Record<string, unknown>> | string | undefined;

/** The options of a seed by their names in a task. A mapping is written as YAML, a text is taken as it is. */
export interface SeedOptions extends MetaDataOptions {
  readonly user_data?: Given;
  readonly vendor_data?: Given;
  readonly network_config?: Given;
}

/** The files of a seed, and what a guest is told by it. */
export interface Seed extends Omit<MetaData, 'text'> {
  readonly label: typeof SEED_LABEL;
  readonly files: readonly IsoFile[];
}

/** The label that cloud-init looks for (cloudinit/sources/DataSourceNoCloud.py, fs_label). */
export const SEED_LABEL = 'cidata';

/**
 * The files of a NoCloud seed: `meta-data` and `user-data`, which cloud-init both requires, and `network-config` and
 * `vendor-data` where they are given. A blank text counts as not given.
 * @throws SeedError
 */
export function seedOf(options: SeedOptions): Seed {
  const { text, ...told } = metaData(options);
  const contents: [string, string | undefined][] = [
    ['meta-data', text],
    ['user-data', cloudConfig('user_data', options.user_data) ?? CLOUD_CONFIG({})],
    ['vendor-data', cloudConfig('vendor_data', options.vendor_data)],
    [
      'network-config',
      options.network_config === undefined ? undefined : networkConfig(options.network_config),
    ],
  ];
  const files = contents.flatMap(([name, content]) =>
    content === undefined ? [] : [{ name, content: utf8(name.replace('-', '_'), content) }],
  );
  return { label: SEED_LABEL, files, ...told };
}

/**
 * An instance-id for a seed that has none: stable as long as what names the seed is, and nothing of its content, since
 * a new id makes the guest run its per-instance modules again and make new SSH host keys.
 * @param names what tells the seed from all others, e.g. the host's machine-id and the image's path
 * @returns e.g. `iid-3f2a90c1d4e5b677`
 */
export const stableInstanceId = (...names: readonly string[]): string =>
  `iid-${createHash('sha256').update(JSON.stringify(names)).digest('hex').slice(0, 16)}`;

const CLOUD_CONFIG = (value: unknown) => `#cloud-config\n${emitYaml(value)}`;

function cloudConfig(option: string, given: Given): string | undefined {
  if (typeof given !== 'string') {
    return given === undefined ? undefined : forOption(option, () => CLOUD_CONFIG(given));
  }
  if (given.trim() === '') return undefined;
  checkUserData(option, given);
  return given;
}

function utf8(option: string, text: string): Uint8Array {
  if (/\p{Surrogate}/u.test(text)) {
    throw new SeedError(option, 'has half a surrogate pair, which is no character: it can only be text');
  }
  return new TextEncoder().encode(text);
}
