import { compareCodePoints, type Image, type Volume } from '../volume.ts';
import { fromUcs2, fromUtf8 } from './bytes.ts';
import { IsoError, SECTOR } from './image.ts';
import { type DirectoryRecord, parseRecord, readDirectory } from './readrecords.ts';
import { rockRidge } from './readrock.ts';
import { type Described, recognise } from './recognise.ts';
import { type Source, sourceOf } from './source.ts';
import { filesOf, type Hierarchy } from './walk.ts';

/**
 * What an image holds, whoever made it: an image of genisoimage, mkisofs, xorriso, of Windows' tools, or of ours. Only
 * descriptors and directories are read, never a file's content. Names are those of Rock Ridge, else of Joliet, as
 * Linux has it, else of an Enhanced Volume Descriptor, else of plain ISO 9660 in small letters, as Linux shows them.
 * UDF isn't read: of an image that has both, the ISO 9660 half is read. Hidden files are listed,
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

const jolietName = ({ identifier }: DirectoryRecord) => fromUcs2(identifier).replace(/;\d+$/, '');
/** Its names have no version number (ECMA-119, 4th edition, 7.5.1). */
const enhancedName = ({ identifier }: DirectoryRecord) => fromUtf8(identifier);

/** The name that Linux shows for a plain identifier (fs/isofs/dir.c, isofs_name_translate). */
const plainName = ({ identifier }: DirectoryRecord) =>
  fromUtf8(identifier)
    .replace(/\.?;1$/, '')
    .replace(/[A-Z]/g, (char) => char.toLowerCase())
    .replace(/[;/]/g, '.');

function withNames({ root }: Described, nameOf: (record: DirectoryRecord) => string): Hierarchy {
  return {
    root: parseRecord(root).extent,
    meaningOf: async (record) => ({ name: nameOf(record) }),
  };
}

async function withRockRidge(source: Source, { root }: Described): Promise<Hierarchy | undefined> {
  const { extent } = parseRecord(root);
  const { self } = await readDirectory(source, extent);
  const rockRidgeOf = await rockRidge(source, self);
  if (!rockRidgeOf) return undefined;
  return {
    root: extent,
    meaningOf: async (record) => {
      const { name, movedTo, ...rest } = await rockRidgeOf(record);
      return {
        name: name ?? plainName(record),
        ...(movedTo === undefined ? {} : { movedTo: movedTo * SECTOR }),
        ...rest,
      };
    },
  };
}
