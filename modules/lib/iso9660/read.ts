import type { Image, Volume } from '../volume.ts';
import { fromUcs2, fromUtf8 } from './bytes.ts';
import { IsoError } from './image.ts';
import { compareCodePoints } from './order.ts';
import { type DirectoryRecord, parseRecord, readDirectory } from './readrecords.ts';
import { rockRidge } from './readrock.ts';
import { type Described, recognise } from './recognise.ts';
import { type Source, sourceOf } from './source.ts';
import { filesOf, type Hierarchy } from './walk.ts';

/**
 * What an image holds, whoever made it: an image of genisoimage, mkisofs, xorriso, of Windows' tools, or of ours. Only
 * descriptors and directories are read, never a file's content. Names are those of Rock Ridge, else of Joliet, as
 * Linux has it, else of an Enhanced Volume Descriptor, else of plain ISO 9660 in small letters, as Linux shows them.
 * UDF isn't read: of an image that has it too, it is the ISO 9660 half that is told. Hidden files are told,
 * associated ones aren't.
 * @throws IsoError when it is no such image, is cut short or damaged, has a path twice, or holds what isn't a plain
 * file (a symbolic link, a device, a file compressed by zisofs): so that it is never taken for an image without it
 */
export async function readIso(image: Image): Promise<Volume> {
  const source = sourceOf(image);
  const { primary, joliet, enhanced } = await recognise(source);
  const hierarchy =
    (await withRockRidge(source, primary)) ??
    (joliet && withNames(joliet, jolietName)) ??
    (enhanced && withNames(enhanced, enhancedName)) ??
    withNames(primary, plainName);
  const files = await filesOf(source, hierarchy);
  files.sort((a, b) => compareCodePoints(a.path, b.path));
  const twice = files.find(({ path }, i) => files[i + 1]?.path === path);
  if (twice) throw new IsoError(`the image has the file ${JSON.stringify(twice.path)} twice`);
  return { label: primary.label, files };
}

const jolietName = ({ identifier }: DirectoryRecord) => withoutVersion(fromUcs2(identifier));
const enhancedName = ({ identifier }: DirectoryRecord) => withoutVersion(fromUtf8(identifier));

/** The name that Linux makes of a plain identifier (fs/isofs/dir.c, isofs_name_translate). */
const plainName = ({ identifier }: DirectoryRecord) =>
  fromUtf8(identifier)
    .replace(/\.?;1$/, '')
    .replace(/[A-Z]/g, (char) => char.toLowerCase())
    .replace(/[;/]/g, '.');

const withoutVersion = (name: string) => name.replace(/;\d+$/, '');

function withNames({ root, block }: Described, nameOf: (record: DirectoryRecord) => string): Hierarchy {
  return {
    root: parseRecord(root, block).extent,
    block,
    meaningOf: async (record) => ({ name: nameOf(record) }),
  };
}

async function withRockRidge(source: Source, { root, block }: Described): Promise<Hierarchy | undefined> {
  const { extent } = parseRecord(root, block);
  const { self } = await readDirectory(source, extent, block);
  const rockRidgeOf = await rockRidge(source, self, block);
  if (!rockRidgeOf) return undefined;
  return {
    root: extent,
    block,
    meaningOf: async (record) => {
      const { name, movedTo, ...rest } = await rockRidgeOf(record);
      return {
        name: name ?? plainName(record),
        ...(movedTo === undefined ? {} : { movedTo: movedTo * block }),
        ...rest,
      };
    },
  };
}
