import { basename } from 'node:path';
import type { Change, Plan } from '../../lib/ansible/plan.ts';
import { type Checksum, checksumWarnings } from '../../lib/disk/fetch/checksum.ts';
import type { Found } from '../../lib/disk/image/disk.ts';
import type { Part } from '../../lib/disk/partition/extract.ts';
import { bytesToRead, keyOfPart, keyOfRoot, type Origin, templateKey } from '../../lib/disk/template/key.ts';
import { checkOrigin } from '../../lib/disk/template/options.ts';
import { Failure, OptionError } from '../../lib/failure.ts';
import { shownUrl } from '../../lib/host/url.ts';
import type { TemplateOptions } from './options.ts';

export interface State {
  /** The template to which the name leads: undefined when it doesn't exist, `taken` when it isn't a link to a template. */
  readonly current: string | 'taken' | undefined;
  /** The template to which it must lead; undefined when the state is absent. */
  readonly desired: string | undefined;
  /** Whether the desired template exists. */
  readonly kept: boolean;
  readonly source: Found | undefined;
  /** A source that a killed run made a template of, but didn't remove. */
  readonly left: string | undefined;
  readonly checksum: Checksum | undefined;
  /** The templates to which no name will lead, with the overlays that need each. */
  readonly unused: ReadonlyMap<string, readonly string[]>;
}

export type Step =
  | { readonly act: 'keep'; readonly key: string; readonly origin: Origin; readonly weight: number }
  | { readonly act: 'remove-source'; readonly source: string }
  | { readonly act: 'name'; readonly template: string }
  | { readonly act: 'unname' }
  | { readonly act: 'remove'; readonly template: string };

/** The result of a template. */
export interface TemplateResult {
  readonly dest: string;
  readonly template?: string;
  /** Templates to which no name leads, with the overlays that still need them. */
  readonly needed?: Readonly<Record<string, readonly string[]>>;
}

/** The key that identifies the template's content. @throws OptionError without a checksum and a version */
export function keyFor(options: TemplateOptions, checksum: Checksum | undefined): string {
  const key = keyOfPart(keyOfDisk(options, checksum), partOf(options));
  return options.root ? keyOfRoot(key) : key;
}

/** What is taken out of the disk; undefined for the whole disk. */
const partOf = ({ partition, kernel }: TemplateOptions): Part | undefined =>
  partition === undefined && !kernel ? undefined : { partition, kernel };

/** The key that identifies the content of the disk that the template is, or is a part of. @throws OptionError */
export function keyOfDisk({ version, member }: TemplateOptions, checksum: Checksum | undefined): string {
  if (checksum) return templateKey(checksum, member);
  if (version !== undefined) return `version-${version}`;
  throw new OptionError('checksum', "is required, or 'version' with a source: a template is stored under it");
}

/** Plans the changes from the options and the host's state. Pure. */
export function planTemplate(options: TemplateOptions, state: State): Plan<Step, TemplateResult> {
  const { dest } = options;
  const { current, desired, unused } = state;
  if (current === 'taken') {
    throw new Failure(`${dest} exists and is not a link to a template: move it, or use another name`);
  }
  const needed = [...unused].filter(([, overlays]) => overlays.length > 0);
  const changes = [
    ...(desired === undefined ? [] : templateChanges(options, state)),
    ...(current === desired ? [] : [nameChange(dest, current, desired)]),
    ...[...unused]
      .filter(([, overlays]) => overlays.length === 0)
      .map(([template]) => removeTemplate(template)),
  ];
  const { source, url } = options;
  const absent = desired !== undefined && !state.kept && url === undefined && !state.source;
  return {
    changes,
    warnings: desired === undefined ? [] : checksumWarnings(options.checksum),
    missing: absent ? [`${source} doesn't exist: ${dest} is made from it`] : [],
    result: {
      dest,
      ...(desired === undefined ? {} : { template: desired }),
      ...(needed.length > 0 ? { needed: Object.fromEntries(needed) } : {}),
    },
  };
}

function templateChanges(
  options: TemplateOptions,
  { kept, source: found, left, checksum }: State,
): Change<Step>[] {
  if (kept) return left === undefined ? [] : [removeSource(left)];
  const { dest, source, url, member, root, remove_source: take } = options;
  const origin = { url, source, checksum, member, root, take, part: partOf(options) };
  const step = {
    act: 'keep',
    key: keyFor(options, checksum),
    origin,
    weight: bytesToRead(url, found),
  } as const;
  return [
    {
      title: `make template ${basename(dest)}`,
      before: undefined,
      after: { from: url === undefined ? source : shownUrl(url) },
      step,
    },
  ];
}

const removeSource = (source: string): Change<Step> => ({
  title: `remove ${source}`,
  before: { source },
  after: undefined,
  step: { act: 'remove-source', source },
});

function nameChange(dest: string, current: string | undefined, desired: string | undefined): Change<Step> {
  const shown = (template: string | undefined) => (template === undefined ? undefined : { template });
  const step =
    desired === undefined ? ({ act: 'unname' } as const) : ({ act: 'name', template: desired } as const);
  const title = desired === undefined ? `remove the name ${dest}` : `name template ${dest}`;
  return { title, before: shown(current), after: shown(desired), step };
}

const removeTemplate = (template: string): Change<Step> => ({
  title: `remove template ${template}`,
  before: { template },
  after: undefined,
  step: { act: 'remove', template },
});

/** Rules that the spec can't express. @throws OptionError */
export function checkOptions(options: TemplateOptions): void {
  const { dest, state, source, url, version, overlay_directories } = options;
  const paths = [
    ['dest', dest],
    ['source', source],
    ...overlay_directories.map((path) => ['overlay_directories', path]),
  ];
  for (const [option = '', path] of paths) {
    if (path !== undefined && !path.startsWith('/'))
      throw new OptionError(option, `'${path}' must be an absolute path`);
  }
  if (dest.endsWith('/')) throw new OptionError('dest', `'${dest}' is a directory: give the template a name`);
  checkOrigin(options);
  for (const option of ['member', 'partition'] as const) {
    if (options.root && options[option] !== undefined)
      throw new OptionError(option, 'is only for disks: the root of a container is a whole archive');
  }
  if (options.root && options.kernel)
    throw new OptionError('kernel', 'is only for disks: a container runs with the kernel of its host');
  if (state === 'absent') return;
  if (source === undefined && url === undefined) {
    throw new OptionError('source', "is required, or 'url': what the template is made from");
  }
  if (url !== undefined && version !== undefined) {
    throw new OptionError('version', "is only for a 'source': use 'checksum' with a 'url'");
  }
  if (options.checksum === undefined) keyFor(options, undefined);
}
