import type { Host } from '../../lib/host/host.ts';
import { missingPrograms } from '../../lib/host/programs.ts';
import type { State as TemplateState } from '../template/plan.ts';
import { template } from '../template/template.ts';
import type { ImageOptions } from './options.ts';
import { hasNewSource, sourceOf, templateOf } from './parts.ts';

/** The state of an image on the host. */
export interface State {
  readonly template: TemplateState | Error;
  /** Whether it is the first image of the task with this source. */
  readonly first: boolean;
  /** Messages for missing programs that are needed to make its template. */
  readonly lacking: readonly string[];
}

/** Programs for every template. */
const CONVERTING = ['qemu-img'];
/** Programs for the roots of containers. */
const ARCHIVING = ['tar'];
/** Programs for build-image.sh. A host that boots by EFI may have grub-mkimage without boot.img. */
const BUILDING = ['debootstrap', 'mke2fs', 'sfdisk', '/usr/lib/grub/i386-pc/boot.img'];

function programsFor(
  { state, kind, debootstrap, partition, kernel }: ImageOptions,
  found: TemplateState | Error | undefined,
): string[] {
  if (state === 'absent' || found === undefined || found instanceof Error || found.kept) return [];
  if (kind === 'container') return [...ARCHIVING, ...(debootstrap && !found.source ? ['debootstrap'] : [])];
  return [
    ...CONVERTING,
    ...(debootstrap && !found.source ? BUILDING : []),
    ...(partition === undefined ? [] : ['sfdisk']),
    ...(kernel ? ['debugfs'] : []),
  ];
}

const needsSource = (image: ImageOptions, found: TemplateState | Error | undefined): boolean =>
  hasNewSource(image) && found !== undefined && !(found instanceof Error) && found.current !== 'taken';

/** Reads the templates of all images together, and checks for programs only when something must be made. */
export async function observe(host: Host, images: readonly ImageOptions[]): Promise<State[]> {
  const templates = await template.observe(host, images.map(templateOf));
  const needed = images.map((image, i) => programsFor(image, templates[i]));
  const missing = await missingPrograms(host, [...new Set(needed.flat())]);
  const sources = images.map((image, i) => (needsSource(image, templates[i]) ? sourceOf(image) : undefined));
  return sources.map((source, i) => ({
    template: templates[i] ?? new Error('no template'),
    first: source !== undefined && sources.indexOf(source) === i,
    lacking: missing.filter(({ program }) => needed[i]?.includes(program)).map(({ problem }) => problem),
  }));
}
