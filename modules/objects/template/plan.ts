import { basename } from 'node:path';
import type { Change, Plan } from '../../lib/ansible/plan.ts';
import { type Checksum, checksumWarnings } from '../../lib/disk/fetch/checksum.ts';
import type { Found } from '../../lib/disk/image/disk.ts';
import { bytesToRead, type Origin, templateKey } from '../../lib/disk/template/key.ts';
import { checkOrigin } from '../../lib/disk/template/options.ts';
import { Failure, OptionError } from '../../lib/failure.ts';
import { shownUrl } from '../../lib/host/url.ts';
import type { TemplateOptions } from './options.ts';

export interface State {
  /** Where the name leads: undefined when it isn't there, `taken` when it is a file and no link of ours. */
  readonly now: string | 'taken' | undefined;
  /** The template that it is to lead to; undefined when it is to be absent. */
  readonly wanted: string | undefined;
  /** Whether that is kept already. */
  readonly kept: boolean;
  readonly source: Found | undefined;
  /** The source that is to be removed, and that a killed run has left beside the template. */
  readonly left: string | undefined;
  readonly checksum: Checksum | undefined;
  /** The templates that no name leads to when this is done, with the overlays that each has. */
  readonly loose: ReadonlyMap<string, readonly string[]>;
}

export type Step =
  | { readonly act: 'keep'; readonly key: string; readonly origin: Origin; readonly weight: number }
  | { readonly act: 'take'; readonly source: string }
  | { readonly act: 'name'; readonly template: string }
  | { readonly act: 'unname' }
  | { readonly act: 'remove'; readonly template: string };

/** The result of a template. */
export interface TemplateResult {
  readonly dest: string;
  readonly template?: string;
  /** Templates that no name leads to, with the overlays that they stay for. */
  readonly needed?: Readonly<Record<string, readonly string[]>>;
}

/** What tells the template's content. @throws OptionError when the task gives nothing that does */
export function keyFor({ version, member }: TemplateOptions, checksum: Checksum | undefined): string {
  if (checksum) return templateKey(checksum, member);
  if (version !== undefined) return `version-${version}`;
  throw new OptionError('checksum', "is required, or 'version' with a source: a template is kept by it");
}

/** From what the task says and what is on the host to what is to be done. Pure. */
export function planTemplate(options: TemplateOptions, state: State): Plan<Step, TemplateResult> {
  const { dest } = options;
  const { now, wanted, loose } = state;
  if (now === 'taken') {
    throw new Failure(`${dest} exists and is not one of our templates: move it away, or give another name`);
  }
  const needed = [...loose].filter(([, overlays]) => overlays.length > 0);
  const changes = [
    ...(wanted === undefined ? [] : keeping(options, state)),
    ...(now === wanted ? [] : [naming(dest, now, wanted)]),
    ...[...loose].filter(([, overlays]) => overlays.length === 0).map(([template]) => removing(template)),
  ];
  const { source, url } = options;
  const absent = wanted !== undefined && !state.kept && url === undefined && !state.source;
  return {
    changes,
    warnings: wanted === undefined ? [] : checksumWarnings(options.checksum),
    missing: absent ? [`${source} isn't there: what ${dest} is to be made from`] : [],
    result: {
      dest,
      ...(wanted === undefined ? {} : { template: wanted }),
      ...(needed.length > 0 ? { needed: Object.fromEntries(needed) } : {}),
    },
  };
}

function keeping(options: TemplateOptions, { kept, source: found, left, checksum }: State): Change<Step>[] {
  if (kept) return left === undefined ? [] : [taking(left)];
  const { dest, source, url, member, remove_source: take } = options;
  const origin = { url, source, checksum, member, take };
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

const taking = (source: string): Change<Step> => ({
  title: `remove ${source}`,
  before: { source },
  after: undefined,
  step: { act: 'take', source },
});

function naming(dest: string, now: string | undefined, wanted: string | undefined): Change<Step> {
  const shown = (template: string | undefined) => (template === undefined ? undefined : { template });
  const step =
    wanted === undefined ? ({ act: 'unname' } as const) : ({ act: 'name', template: wanted } as const);
  const title = wanted === undefined ? `remove the name ${dest}` : `name template ${dest}`;
  return { title, before: shown(now), after: shown(wanted), step };
}

const removing = (template: string): Change<Step> => ({
  title: `remove template ${template}`,
  before: { template },
  after: undefined,
  step: { act: 'remove', template },
});

/** Rules that the spec can't say. @throws OptionError */
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
  if (state === 'absent') return;
  if (source === undefined && url === undefined) {
    throw new OptionError('source', "is required, or 'url': what the template is made from");
  }
  if (url !== undefined && version !== undefined) {
    throw new OptionError('version', "tells the content of a 'source'; what is fetched has a 'checksum'");
  }
  if (options.checksum === undefined) keyFor(options, undefined);
}
