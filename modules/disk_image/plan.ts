import type { Plan } from '../lib/ansible/plan.ts';
import type { OptionsOf } from '../lib/ansible/spec.ts';
import type { ImageInfo, SourceKind } from '../lib/disk/image.ts';
import { bytesOf, humanSize } from '../lib/disk/size.ts';
import { Failure, OptionError } from '../lib/failure.ts';
import type { spec } from './spec.ts';

export type ImageOptions = OptionsOf<typeof spec>;

export interface State {
  /** The disk: undefined when there is none, `unread` when nothing about it matters to the task. */
  readonly disk: ImageInfo | 'unread' | undefined;
  readonly source: SourceKind;
  /** The template's own, when it is a disk. */
  readonly sourceInfo: ImageInfo | undefined;
  /** Its digest, when the task has a checksum and a disk is to be made. */
  readonly digest: string | undefined;
}

export type Step =
  | { readonly act: 'create'; readonly source: 'disk' | 'archive'; readonly sourceFormat: string | undefined }
  | { readonly act: 'grow'; readonly format: string };

const tooSmall = (wanted: number, size: number, of: string) =>
  new OptionError(
    'size',
    `${humanSize(wanted)} is less than the ${humanSize(size)} of ${of}: a disk never shrinks`,
  );

/** From what the task says and what is on the host to what is to be done. Pure. */
export function planDisk(options: ImageOptions, state: State): Plan<Step> {
  const size = options.size === undefined ? undefined : bytesOf(options.size);
  return state.disk === undefined ? planNew(options, state, size) : planOld(options, state.disk, size);
}

function planOld({ dest }: ImageOptions, disk: ImageInfo | 'unread', size: number | undefined): Plan<Step> {
  if (disk === 'unread' || size === undefined) return { changes: [], result: { dest } };
  if (size < disk.size) throw tooSmall(size, disk.size, dest);
  const grow = {
    title: `grow disk ${dest}`,
    before: { size: humanSize(disk.size) },
    after: { size: humanSize(size) },
    step: { act: 'grow', format: disk.format } as const,
  };
  return { changes: size > disk.size ? [grow] : [], result: { dest, size } };
}

function planNew(options: ImageOptions, state: State, size: number | undefined): Plan<Step> {
  const { dest, source, checksum, format, backing } = options;
  const { sourceInfo, digest } = state;
  const wanted = checksum?.split(':')[1]?.toLowerCase();
  if (digest !== undefined && digest !== wanted) {
    throw new OptionError(
      'checksum',
      `${source} has ${checksum?.split(':')[0]}:${digest} and not ${checksum}`,
    );
  }
  if (backing === 'overlay' && state.source === 'archive') {
    throw new OptionError(
      'backing',
      `${source} is an archive, which nothing can be an overlay of: 'backing: copy'`,
    );
  }
  if (sourceInfo && size !== undefined && size < sourceInfo.size)
    throw tooSmall(size, sourceInfo.size, source);
  const known = size ?? sourceInfo?.size;
  const kind = state.source === 'archive' ? 'archive' : 'disk';
  const create = {
    title: `make disk ${dest}`,
    before: undefined,
    after: {
      from: source,
      backing,
      format,
      ...(known === undefined ? {} : { size: humanSize(known) }),
    },
    step: { act: 'create', source: kind, sourceFormat: sourceInfo?.format } as const,
  };
  return {
    changes: [create],
    missing:
      state.source === 'absent'
        ? [`${source} isn't there: the template that ${dest} is to be made from`]
        : [],
    result: { dest, ...(known === undefined ? {} : { size: known }) },
  };
}

/** Rules that the spec can't say. @throws OptionError */
export function checkOptions({ dest, source, format, backing }: ImageOptions): void {
  for (const [option, path] of Object.entries({ dest, source })) {
    if (!path.startsWith('/')) throw new OptionError(option, `'${path}' must be an absolute path`);
  }
  if (dest.endsWith('/')) throw new OptionError('dest', `'${dest}' is a directory: name the disk's file`);
  if (backing === 'overlay' && format === 'raw') {
    throw new OptionError('format', "an overlay is a qcow2: leave 'format' out, or 'backing: copy'");
  }
  if (dest === source) throw new Failure("'dest' and 'source' are the same file");
}
