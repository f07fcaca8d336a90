import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Checksum } from '../fetch/checksum.ts';
import type { Found } from '../image/disk.ts';
import type { Part } from '../partition/extract.ts';

/** What a template is made from. */
export interface Origin {
  readonly url?: string | undefined;
  /** A file on the host. */
  readonly source?: string | undefined;
  readonly checksum?: Checksum | undefined;
  readonly member?: string | undefined;
  /** What is taken out of the disk; the whole disk by default. */
  readonly part?: Part | undefined;
  /** Whether it is the root of a container, and not a disk. */
  readonly root?: boolean;
  /** Whether the source is removed after. */
  readonly take?: boolean;
}

/** The directory of the templates themselves, below the directory of their names. */
export const storeDirectory = (directory: string): string => join(directory, 'by-checksum');

/** What the keys of roots end with. No key of a disk has a '+'. */
const ROOT = '+root';

/** The key of a template that is the root of a container. @param key of what it is made from */
export const keyOfRoot = (key: string): string => `${key}${ROOT}`;

/** What the names of templates end with: those of disks, and of roots, which are archives. */
const ENDINGS = { disk: '.qcow2', root: '.tar' } as const;

/** Whether a file in the directory of templates is one. */
export const isTemplateName = (name: string): boolean =>
  !name.startsWith('.') && Object.values(ENDINGS).some((ending) => name.endsWith(ending));

/** Whether a template is the root of a container. */
export const isRootTemplate = (path: string): boolean => path.endsWith(`${ROOT}${ENDINGS.root}`);

/** The path of a template. @param key identifies its content */
export const storedPath = (directory: string, key: string): string =>
  join(storeDirectory(directory), `${key}${key.endsWith(ROOT) ? ENDINGS.root : ENDINGS.disk}`);

/** The key of a template that has a checksum. It is part of a file name. */
export const templateKey = ({ algorithm, digest }: Checksum, member?: string): string =>
  [algorithm, digest, ...(member === undefined ? [] : [nameOfMember(member)])].join('-');

/** The key of a template that is a part of the disk with a key. No key of a disk has a '+'. */
export const keyOfPart = (key: string, part: Part | undefined): string =>
  [
    key,
    ...(part?.partition === undefined ? [] : [`partition-${part.partition}`]),
    ...(part?.kernel ? ['kernel'] : []),
  ].join('+');

/** The files beside a template, with which its guests are booted. */
export const bootPathsOf = (template: string): { readonly kernel: string; readonly initrd: string } => {
  const stem = template.replace(/\.qcow2$/, '');
  return { kernel: `${stem}.kernel`, initrd: `${stem}.initrd` };
};

const LONGEST_NAME = 40;

// Different members must have different names, so a name that is changed gets a digest of the original.
function nameOfMember(member: string): string {
  const name = member.replace(/[^\w.-]/g, '_').slice(0, LONGEST_NAME);
  if (name === member) return name;
  return `${name}-${createHash('sha256').update(member).digest('hex').slice(0, 16)}`;
}

/** A guess how many times larger a packed file is when unpacked. */
const PACKED = 4;

/** About how many bytes are read and written for a template of an origin. */
export function bytesToRead(url: string | undefined, source: Found | undefined): number {
  if (url !== undefined) return Number.POSITIVE_INFINITY;
  return source ? source.length * (source.disk ? 1 : PACKED) : 0;
}
