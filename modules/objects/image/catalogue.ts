// Where distributions publish their images for clouds: the one table of them. A row is a name, the server, the directory on it,
// the file, and the list of checksums beside it. The names and directories are those of the distributions' documentation.

/** Where an image is published. */
interface Published {
  readonly server: string;
  readonly directory: string;
  readonly file: string;
  /** The list of checksums in the same directory. */
  readonly checksums: 'SHA256SUMS' | 'SHA512SUMS';
}

/** Debian's images for virtual machines, by their release and code name. */
const debian = (release: number, codename: string): Published => ({
  server: 'https://cloud.debian.org',
  directory: `images/cloud/${codename}/latest`,
  file: `debian-${release}-genericcloud-amd64.qcow2`,
  checksums: 'SHA512SUMS',
});

/** Ubuntu's images for clouds, by their release. */
const ubuntu = (release: string): Published => ({
  server: 'https://cloud-images.ubuntu.com',
  directory: `releases/${release}/release`,
  file: `ubuntu-${release}-server-cloudimg-amd64.img`,
  checksums: 'SHA256SUMS',
});

const CATALOGUE: Readonly<Record<string, Published>> = {
  'debian-11': debian(11, 'bullseye'),
  'debian-12': debian(12, 'bookworm'),
  'debian-13': debian(13, 'trixie'),
  'ubuntu-22.04': ubuntu('22.04'),
  'ubuntu-24.04': ubuntu('24.04'),
};

/** The names in the catalogue. */
export const CATALOGUED: readonly string[] = Object.keys(CATALOGUE);

/** What an image of the catalogue may be called. */
export const KNOWN: readonly string[] = CATALOGUED.flatMap((name) => [name, `${name}.qcow2`]);

/** What is downloaded, and by what it is verified. */
export interface Origin {
  readonly url: string;
  readonly checksum: string;
}

/**
 * Where an image of the catalogue is published.
 * @param name of the image, with or without `.qcow2`
 * @param mirror a URL that replaces the server's
 * @returns undefined for a name that is not in the catalogue
 */
export function publishedAt(name: string, mirror: string | undefined): Origin | undefined {
  const key = name.replace(/\.qcow2$/, '');
  const found = Object.hasOwn(CATALOGUE, key) ? CATALOGUE[key] : undefined;
  if (!found) return undefined;
  const { server, directory, file, checksums } = found;
  const base = `${(mirror ?? server).replace(/\/+$/, '')}/${directory}`;
  return { url: `${base}/${file}`, checksum: `${checksums.slice(0, 6).toLowerCase()}:${base}/${checksums}` };
}
