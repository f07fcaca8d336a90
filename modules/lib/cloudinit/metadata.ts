import { forOption, SeedError } from './error.ts';
import { emitYaml } from './yaml/emit.ts';
import { parseYaml } from './yaml/parse.ts';
import { isMapping } from './yaml/value.ts';

type Mapping = Readonly<Record<string, unknown>>;

export interface MetaDataOptions {
  readonly meta_data?: Mapping | string | undefined;
  readonly instance_id?: string | undefined;
  readonly hostname?: string | undefined;
  /** The id where none is given: stable for the seed, see `stableInstanceId`. */
  readonly defaultInstanceId: string;
}

export interface MetaData {
  readonly text: string;
  readonly instanceId: string;
  readonly instanceIdFrom: 'instance_id' | 'meta_data' | 'default';
  /** `local-hostname`, where it is given. */
  readonly hostname: string | undefined;
}

/**
 * The file `meta-data`, which always has an `instance-id`: without one cloud-init takes `nocloud`
 * (cloudinit/sources/DataSourceNoCloud.py), so that it couldn't tell a clone from its template.
 * @throws SeedError when `meta_data` is not a mapping, or contradicts `instance_id` or `hostname`
 */
export function metaData(options: MetaDataOptions): MetaData {
  const given = options.meta_data ?? {};
  const mapping = mappingOf(given);
  const givenId = textAt(mapping, 'instance-id');
  const id = oneOf('instance_id', options.instance_id, 'instance-id', givenId);
  const hostname = oneOf('hostname', options.hostname, 'local-hostname', textAt(mapping, 'local-hostname'));
  const instanceId = id ?? options.defaultInstanceId;
  const said = {
    'instance-id': instanceId,
    ...(hostname === undefined ? {} : { 'local-hostname': hostname }),
  };
  const added = Object.fromEntries(Object.entries(said).filter(([key]) => isAbsent(mapping[key])));
  const text =
    typeof given === 'string'
      ? extended(given, mapping, added)
      : forOption('meta_data', () => emitYaml({ ...added, ...mapping, ...added }));
  const instanceIdFrom = givenId !== undefined ? 'meta_data' : id !== undefined ? 'instance_id' : 'default';
  return { text, instanceId, instanceIdFrom, hostname };
}

function mappingOf(given: Mapping | string): Mapping {
  const value = typeof given === 'string' ? forOption('meta_data', () => parseYaml(given)) : given;
  if (value === undefined) return {};
  if (!isMapping(value)) throw new SeedError('meta_data', "must be a mapping, such as 'local-hostname: web'");
  return value;
}

const isAbsent = (value: unknown) => value === undefined || value === null || value === '';

// cloud-init converts an instance-id that YAML reads as a number to a text.
function textAt(mapping: Mapping, key: string): string | undefined {
  const value = mapping[key];
  if (isAbsent(value)) return undefined;
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  throw new SeedError('meta_data', `its '${key}' must be a text: quote it`);
}

function oneOf(option: string, given: string | undefined, key: string, inMetaData: string | undefined) {
  if (given === undefined) return inMetaData;
  if (given.trim() === '' || /[\r\n]/.test(given)) {
    throw new SeedError(option, 'must be one line of text; leave the option out for the default');
  }
  if (inMetaData !== undefined && inMetaData !== given) {
    throw new SeedError(
      option,
      `is '${given}', but meta_data has '${key}: ${inMetaData}': give it in one place only`,
    );
  }
  return given;
}

// Lines are added to the end of the user's text, if the result reads back as intended.
function extended(text: string, mapping: Mapping, added: Mapping): string {
  if (Object.keys(added).length === 0) return text;
  const whole = { ...mapping, ...added };
  if (Object.keys(mapping).length === 0) return emitYaml(whole);
  const lines = `${text}${text.endsWith('\n') ? '' : '\n'}${emitYaml(added)}`;
  try {
    if (JSON.stringify(parseYaml(lines)) === JSON.stringify(whole)) return lines;
  } catch {
    // To a flow mapping, or after a document's end, no lines can be added: the text is rewritten.
  }
  return forOption('meta_data', () => emitYaml(whole));
}
