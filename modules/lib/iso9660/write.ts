import { ascii, concat, ucs2 } from './bytes.ts';
import { IsoError, type IsoFile, SECTOR, sectorsOf } from './image.ts';
import { checkNames, compareIdentifiers, isoIdentifiers, jolietIdentifiers } from './names.ts';
import {
  directoryBytes,
  directoryRecord,
  type Extent,
  MAX_RECORD,
  PARENT,
  PRIMARY,
  pathTable,
  SELF,
  SUPPLEMENTARY,
  systemUseOffset,
  terminator,
  volumeDescriptor,
} from './records.ts';
import { Continuations, fileUse, parentUse, rootUse } from './rockridge.ts';

export interface WriteOptions {
  /** The volume's label, 1 to 16 characters of printable ASCII (Joliet's field takes 16), e.g. `cidata`. */
  readonly label: string;
  /** Permission bits of every file in Rock Ridge, 0o444 by default; owner and group are root. */
  readonly fileMode?: number;
}

/** The system area, 16 sectors of zeros (ECMA-119, 6.2.1). */
const SYSTEM_AREA = 16;

/** The largest file of one extent (ECMA-119, 9.1.4: 32 bits). */
const MOST_BYTES = 0xffff_ffff;

interface Named extends IsoFile {
  readonly iso: string;
  readonly joliet: string;
}

interface Places {
  readonly isoRoot: Extent;
  readonly jolietRoot: Extent;
  readonly continuations: number;
  /** Where each file's content begins, in the order of the files. */
  readonly files: readonly number[];
}

/**
 * An image of files in its root: ISO 9660 level 2 (ECMA-119), Joliet, Rock Ridge. A pure function of the files:
 * the same bytes each time, in whatever order they are given.
 * @returns whole sectors of 2048 bytes, with nothing after the last file: the 150 sectors that genisoimage adds are
 * for the read-ahead of real CD drives
 * @throws IsoError when a name or the label can't be written, or a file is 4 GiB or more
 */
export function writeIso(files: readonly IsoFile[], { label, fileMode = 0o444 }: WriteOptions): Uint8Array {
  if (!/^[\x20-\x7e]{1,16}$/.test(label) || label !== label.trim()) {
    throw new IsoError(`the label ${JSON.stringify(label)} isn't 1 to 16 characters of printable ASCII`);
  }
  const named = nameFiles(files);
  const draft = directories(named, fileMode, DRAFT);
  const places = place(named, draft);
  const { iso, joliet, continuations } = directories(named, fileMode, places);

  const volume = (root: Extent, tables: number) => {
    const entries = [{ identifier: SELF, sector: root.sector, parent: 1 }];
    const [little, big] = [pathTable(entries, true), pathTable(entries, false)];
    return {
      tables: [little, big],
      descriptor: {
        label,
        sectors: places.files[named.length] ?? 0,
        pathTableLength: little.length,
        pathTableL: tables,
        pathTableM: tables + 1,
        root,
      },
    };
  };
  const primary = volume(places.isoRoot, SYSTEM_AREA + 3);
  const supplementary = volume(places.jolietRoot, SYSTEM_AREA + 5);

  return inSectors([
    new Uint8Array(SYSTEM_AREA * SECTOR),
    volumeDescriptor(PRIMARY, primary.descriptor, ascii),
    volumeDescriptor(SUPPLEMENTARY, supplementary.descriptor, ucs2),
    terminator(),
    ...primary.tables,
    ...supplementary.tables,
    iso,
    continuations,
    joliet,
    ...named.map(({ content }) => content),
  ]);
}

function nameFiles(files: readonly IsoFile[]): Named[] {
  const sorted = [...files].sort((a, b) => (a.name < b.name ? -1 : 1));
  const names = sorted.map(({ name }) => name);
  checkNames(names);
  const large = sorted.find(({ content }) => content.length > MOST_BYTES);
  if (large) throw new IsoError(`the file ${JSON.stringify(large.name)} is 4 GiB or more`);
  const [iso, joliet] = [isoIdentifiers(names), jolietIdentifiers(names)];
  return sorted.map((file, i) => ({ ...file, iso: iso[i] ?? '', joliet: joliet[i] ?? '' }));
}

// The length of a directory doesn't depend on where things lie, so a draft made with these gives the lengths.
const NOWHERE: Extent = { sector: 0, length: 0 };
const DRAFT: Places = { isoRoot: NOWHERE, jolietRoot: NOWHERE, continuations: 0, files: [] };

function directories(files: readonly Named[], mode: number, places: Places) {
  const continuations = new Continuations(places.continuations);
  const placed = files.map((file, i) => ({
    ...file,
    // An empty file lies nowhere: a place of its own could be after the image's end.
    extent: { sector: file.content.length > 0 ? (places.files[i] ?? 0) : 0, length: file.content.length },
  }));
  const iso = [
    directoryRecord(SELF, places.isoRoot, { directory: true, systemUse: rootUse(continuations) }),
    directoryRecord(PARENT, places.isoRoot, { directory: true, systemUse: parentUse() }),
    ...[...placed].sort(by('iso')).map((file) => {
      const room = MAX_RECORD - systemUseOffset(file.iso.length);
      const systemUse = fileUse(new TextEncoder().encode(file.name), mode, room, continuations);
      return directoryRecord(ascii(file.iso), file.extent, { systemUse });
    }),
  ];
  const joliet = [
    directoryRecord(SELF, places.jolietRoot, { directory: true }),
    directoryRecord(PARENT, places.jolietRoot, { directory: true }),
    ...[...placed].sort(by('joliet')).map((file) => directoryRecord(ucs2(file.joliet), file.extent)),
  ];
  return { iso: directoryBytes(iso), joliet: directoryBytes(joliet), continuations: continuations.bytes() };
}

// The version, the same everywhere, is no part of the extension that is compared.
const by = (kind: 'iso' | 'joliet') => (a: Named, b: Named) =>
  compareIdentifiers(a[kind].replace(/;1$/, ''), b[kind].replace(/;1$/, ''));

function place(files: readonly Named[], draft: ReturnType<typeof directories>): Places {
  const first = SYSTEM_AREA + 3 + 4;
  // Right behind its directory, since bsdtar (libarchive 3.6.2) looks for a continuation area nowhere else.
  const continuations = first + sectorsOf(draft.iso.length);
  const jolietRoot = continuations + sectorsOf(draft.continuations.length);
  const starts = [jolietRoot + sectorsOf(draft.joliet.length)];
  for (const { content } of files) starts.push((starts[starts.length - 1] ?? 0) + sectorsOf(content.length));
  return {
    isoRoot: { sector: first, length: draft.iso.length },
    jolietRoot: { sector: jolietRoot, length: draft.joliet.length },
    continuations,
    files: starts,
  };
}

const inSectors = (parts: readonly Uint8Array[]): Uint8Array =>
  concat(
    ...parts.flatMap((bytes) => [bytes, new Uint8Array(sectorsOf(bytes.length) * SECTOR - bytes.length)]),
  );
