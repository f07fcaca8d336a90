import { together } from '../../lib/ansible/problems.ts';
import { checkLabel } from '../../lib/cloudinit/image.ts';
import { judged } from '../../lib/cloudinit/judge.ts';
import { CORE_FILES, type Seed, seedOf, stableInstanceId } from '../../lib/cloudinit/seed.ts';
import { asOption, OptionError } from '../../lib/failure.ts';
import { extraFiles, extraSeedFiles, type SourceFile } from './extra.ts';
import type { SeedOptions } from './options.ts';

type Content = Record<string, unknown> | string | undefined;

function contentOf(options: SeedOptions, name: 'meta_data' | 'network_config'): Content {
  const value = options[name];
  if (value === undefined || typeof value === 'string') return value;
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Content;
  throw new OptionError(name, 'is neither a mapping nor a text');
}

function userDataIn(options: SeedOptions, name: 'user_data' | 'vendor_data'): Content | unknown[] {
  const value = options[name];
  if (value === undefined || typeof value === 'string' || Array.isArray(value)) return value;
  if (typeof value === 'object' && value !== null) return value as Content;
  throw new OptionError(name, 'is neither a mapping, nor a text, nor a list of parts');
}

const documentsOf = (options: SeedOptions) => ({
  user_data: userDataIn(options, 'user_data'),
  vendor_data: userDataIn(options, 'vendor_data'),
  network_config: contentOf(options, 'network_config'),
});

/** The seed that the options describe. @throws OptionError */
export function seedFrom(options: SeedOptions, sources: ReadonlyMap<string, SourceFile> = new Map()): Seed {
  const { dest, hostname, instance_id, extra_files } = options;
  return seedOf({
    ...documentsOf(options),
    meta_data: contentOf(options, 'meta_data'),
    hostname,
    instance_id,
    defaultInstanceId: stableInstanceId(dest),
    extra: extraSeedFiles(extraFiles(extra_files), sources),
  });
}

/** Rules that the table of options can't express. @throws OptionError */
export function checkOptions(options: SeedOptions): void {
  const { dest, state, label } = options;
  if (!dest.startsWith('/')) throw new OptionError('dest', `'${dest}' must be an absolute path`);
  if (dest.endsWith('/')) throw new OptionError('dest', `'${dest}' is a directory: name the seed's file`);
  asOption('label', () => checkLabel(label));
  if (state === 'absent') return;
  for (const { path, option } of extraFiles(options.extra_files)) {
    const core = CORE_FILES.find((name) => name === path.toLowerCase());
    if (core)
      throw new OptionError(option, `is cloud-init's own file: give it as '${core.replace('-', '_')}'`);
  }
  seedFrom(options);
}

/** What cloud-init would refuse or ignore, as warnings. @throws Failure where `validate` makes it an error */
export function findingsOf(options: SeedOptions): string[] {
  if (options.validate === 'off') return [];
  const found = judged(documentsOf(options)).map(({ option, level, message }) => ({
    level,
    failure: new OptionError(option, message),
  }));
  const errors = found.filter(({ level }) => level === 'error' && options.validate === 'strict');
  if (errors.length > 0) throw together(errors.map(({ failure }) => failure));
  return found.map(({ failure }) => failure.message);
}
