import type { Host } from '../../lib/host/host.ts';
import { missingPrograms } from '../../lib/host/programs.ts';
import type { State as TemplateState } from '../template/plan.ts';
import { template } from '../template/template.ts';
import type { ImageOptions } from './options.ts';
import { comesIn, sourceOf, templateOf } from './parts.ts';

/** An image as it is. */
export interface State {
  readonly template: TemplateState | Error;
  /** Whether no image before it in the task brings the same content. */
  readonly first: boolean;
  /** Programs that are needed to make its template and that the host lacks, each with the way out. */
  readonly lacking: readonly string[];
}

/** What makes a disk of a format that guests have. */
const CONVERTING = ['qemu-img'];
/** What build-image.sh needs that not every Debian has; a host that boots by EFI may have grub-mkimage and not this. */
const BUILDING = ['debootstrap', 'mke2fs', 'sfdisk', '/usr/lib/grub/i386-pc/boot.img'];

function programsFor(
  { state, debootstrap }: ImageOptions,
  found: TemplateState | Error | undefined,
): string[] {
  if (state === 'absent' || found === undefined || found instanceof Error || found.kept) return [];
  return debootstrap && !found.source ? [...CONVERTING, ...BUILDING] : CONVERTING;
}

const brings = (image: ImageOptions, found: TemplateState | Error | undefined): boolean =>
  comesIn(image) && found !== undefined && !(found instanceof Error) && found.now !== 'taken';

/** Looks at the templates of all images together, and for programs only where something is to be made. */
export async function observe(host: Host, images: readonly ImageOptions[]): Promise<State[]> {
  const templates = await template.observe(host, images.map(templateOf));
  const needed = images.map((image, i) => programsFor(image, templates[i]));
  const missing = await missingPrograms(host, [...new Set(needed.flat())]);
  const bringing = images.map((image, i) => (brings(image, templates[i]) ? sourceOf(image) : undefined));
  return bringing.map((source, i) => ({
    template: templates[i] ?? new Error('no template'),
    first: source !== undefined && bringing.indexOf(source) === i,
    lacking: missing.filter(({ program }) => needed[i]?.includes(program)).map(({ problem }) => problem),
  }));
}
