import { Failure } from '../../failure.ts';

/** A file in `/boot` of a file system. */
export interface BootFile {
  readonly inode: number;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
}

/** A kernel, and its initial RAM disk. */
export interface BootFiles {
  readonly kernel: BootFile;
  readonly initrd: BootFile;
}

/** Bytes that each may have. */
export const LARGEST = { kernel: 256 * 1024 ** 2, initrd: 1024 ** 3 } as const;

/** A regular file in `ls -p` of debugfs: /INODE/MODE/UID/GID/NAME/SIZE/. The names are not trusted, and links are left out. */
const LINE = /^\/(\d{1,10})\/10\d{4}\/\d+\/\d+\/([A-Za-z0-9][A-Za-z0-9._+~-]{0,200})\/(\d{1,16})\/$/;

function filesIn(listing: string): BootFile[] {
  return listing.split('\n').flatMap((line) => {
    const [, inode, name = '', size] = LINE.exec(line) ?? [];
    return inode === undefined ? [] : [{ inode: Number(inode), name, size: Number(size) }];
  });
}

const KERNEL = /^vmlinu[xz]-(.+)$/;

/** The names of the initial RAM disk of a kernel, of Debian and others. */
const initrdsOf = (version: string) => [
  `initrd.img-${version}`,
  `initramfs-${version}.img`,
  `initrd-${version}`,
  `initramfs-${version}`,
];

// Parts of digits are compared as numbers: 6.1.0-10 is newer than 6.1.0-9.
const newestFirst = new Intl.Collator('en', { numeric: true });

/**
 * Finds the newest kernel that has an initial RAM disk. Pure.
 * @param listing what `ls -p /boot` of debugfs prints
 * @param shown the file system, for messages
 * @throws Failure where there is none, and for a file that is too large
 */
export function bootFilesIn(listing: string, shown: string): BootFiles {
  const files = filesIn(listing);
  const found = files
    .flatMap((kernel): (BootFiles & { readonly version: string })[] => {
      const version = KERNEL.exec(kernel.name)?.[1];
      const initrd = files.find(({ name }) => version !== undefined && initrdsOf(version).includes(name));
      return version !== undefined && initrd ? [{ kernel, initrd, version }] : [];
    })
    .filter(({ version }) => !/rescue/.test(version))
    .sort((a, b) => newestFirst.compare(b.version, a.version));
  const [newest] = found;
  if (!newest) {
    throw new Failure(
      `${shown} has no kernel with an initial RAM disk in /boot: is /boot in another partition?`,
    );
  }
  const { kernel, initrd } = newest;
  checkSize(kernel, LARGEST.kernel, shown);
  checkSize(initrd, LARGEST.initrd, shown);
  return { kernel, initrd };
}

function checkSize({ name, size }: BootFile, largest: number, shown: string): void {
  if (size > 0 && size <= largest) return;
  throw new Failure(`${shown}: /boot/${name} has ${size} bytes, and at most ${largest} are read`);
}
