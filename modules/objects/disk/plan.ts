import type { Plan } from '../../lib/ansible/plan.ts';
import { type Checksum, checksumWarnings } from '../../lib/disk/fetch/checksum.ts';
import { humanSize, parseSize } from '../../lib/disk/formats/size.ts';
import type { Disk, Found } from '../../lib/disk/image/disk.ts';
import type { Layout } from '../../lib/disk/image/write.ts';
import { bytesToRead, storedPath, templateKey } from '../../lib/disk/template/key.ts';
import { checkOrigin } from '../../lib/disk/template/options.ts';
import type { Source } from '../../lib/disk/template/source.ts';
import { Failure, OptionError } from '../../lib/failure.ts';
import { shownUrl } from '../../lib/host/url.ts';
import { declaredFormat, type Existing } from './existing.ts';
import type { DiskOptions } from './options.ts';

export interface State {
  /** The existing disk. */
  readonly disk: Existing | undefined;
  /** The source on the host, when a disk must be made from it. */
  readonly source: Source | undefined;
  /** The task's checksum, when a disk must be made. */
  readonly checksum: Checksum | undefined;
  /** The stored template with that checksum, if it exists. */
  readonly kept: Disk | undefined;
}

export type Step =
  | {
      readonly act: 'create';
      readonly from: string;
      readonly checksum: Checksum | undefined;
      /** The key under which the template is stored; undefined when it isn't. */
      readonly key: string | undefined;
      readonly layout: Layout;
      readonly size: number | undefined;
      /** Bytes to read for it; infinite when unknown. */
      readonly weight: number;
    }
  | { readonly act: 'create-empty'; readonly layout: Layout; readonly size: number }
  | { readonly act: 'grow'; readonly layout: Layout; readonly size: number }
  | { readonly act: 'remove' };

/** Bytes that a step reads or writes. */
export function weightOfStep(step: Step): number {
  if (step.act === 'create') return step.weight;
  return step.act === 'create-empty' && step.layout.preallocation !== 'off' ? step.size : 0;
}

/** The result of a disk. */
export interface DiskResult {
  readonly dest: string;
  /** Bytes that the guest sees, if known. */
  readonly size?: number;
  /** The stored template that the disk is made from. */
  readonly template?: string;
}

const tooSmall = (desired: number, size: number, of: string) =>
  new OptionError(
    'size',
    `${humanSize(desired)} is less than the ${humanSize(size)} of ${of}: a disk never shrinks`,
  );

/** Bytes. qemu-img's smallest unit of a disk's size. */
const SECTOR = 512;

const inBytes = (text: string | undefined) => (text === undefined ? undefined : parseSize(text));

/** Whether the template is stored for other disks, too. */
export const isKept = ({ url, backing }: DiskOptions, source: Found | undefined): boolean =>
  url !== undefined || (backing === 'overlay' && source !== undefined && !source.disk);

/** Whether the disk is made from nothing. */
const isEmpty = ({ source, url }: DiskOptions): boolean => source === undefined && url === undefined;

/** Plans the changes from the options and the host's state. Pure. */
export function planDisk(options: DiskOptions, state: State): Plan<Step, DiskResult> {
  if (options.state === 'absent') return planAbsent(options, state);
  if (state.disk) return planExisting(options, state.disk);
  return isEmpty(options) ? planEmpty(options) : planNew(options, state);
}

function planAbsent({ dest }: DiskOptions, { disk }: State): Plan<Step, DiskResult> {
  const [guest] = disk?.guests ?? [];
  if (guest !== undefined)
    throw new Failure(`${dest} can't be removed: it is a disk of the guest '${guest}'`);
  const remove = {
    title: `remove disk ${dest}`,
    before: `${dest}\n`,
    after: undefined,
    step: { act: 'remove' } as const,
  };
  return { changes: disk ? [remove] : [], result: { dest } };
}

function planExisting(options: DiskOptions, { guestFormat, disk }: Existing): Plan<Step, DiskResult> {
  const { dest, cluster_size, preallocation, size: desired } = options;
  if (!disk) return { changes: [], result: { dest } };
  const format = declaredFormat(options);
  const size = inBytes(desired);
  const clusterSize = inBytes(cluster_size);
  if (size !== undefined && size < disk.size) throw tooSmall(size, disk.size, dest);
  const isOther = format !== undefined && format !== disk.format;
  const larger = size !== undefined && size > disk.size;
  if (larger && isOther) {
    throw new OptionError(
      'format',
      `${dest} is ${disk.format} to the guest '${guestFormat?.guest}', and can't be grown as ${format}: set that format, or omit 'size'`,
    );
  }
  const unlike = [
    ...(isOther ? [`'format' is ${disk.format} and not ${format}`] : []),
    ...(clusterSize !== undefined && disk.clusterSize !== undefined && clusterSize !== disk.clusterSize
      ? [`'cluster_size' is ${humanSize(disk.clusterSize)} and not ${cluster_size}`]
      : []),
  ];
  const layout = { format: disk.format, preallocation, clusterSize: undefined };
  const grow = {
    title: `grow disk ${dest}`,
    before: { size: humanSize(disk.size) },
    after: { size: humanSize(size ?? 0) },
    step: { act: 'grow', layout, size: size ?? 0 } as const,
  };
  return {
    changes: larger ? [grow] : [],
    warnings: unlike.map((what) => `${dest} exists, and its ${what}: an existing disk isn't converted`),
    result: { dest, size: size ?? disk.size },
  };
}

function planEmpty(options: DiskOptions): Plan<Step, DiskResult> {
  const { dest, format = 'qcow2', preallocation, cluster_size } = options;
  const size = inBytes(options.size) ?? 0;
  const layout = { format, preallocation, clusterSize: inBytes(cluster_size) };
  const create = {
    title: `make empty disk ${dest}`,
    before: undefined,
    after: { format, size: humanSize(size) },
    step: { act: 'create-empty', layout, size } as const,
  };
  return { changes: [create], result: { dest, size } };
}

function planNew(options: DiskOptions, { source, checksum, kept }: State): Plan<Step, DiskResult> {
  const { dest, url, member, backing, preallocation, cluster_size, templates } = options;
  const keep = isKept(options, source);
  if (keep && !checksum) {
    const why = `${options.source} is packed, and the template for an overlay is stored under it`;
    throw new OptionError(
      'checksum',
      `is required: ${url === undefined ? why : 'what is fetched is stored under it'}`,
    );
  }
  const key = keep && checksum ? templateKey(checksum, member) : undefined;
  const template = kept ?? source?.disk;
  const size = inBytes(options.size);
  const from = url === undefined ? (options.source ?? '') : shownUrl(url);
  if (template && size !== undefined && size < template.size) throw tooSmall(size, template.size, from);
  const known = size ?? template?.size;
  const format = backing === 'overlay' ? 'qcow2' : (options.format ?? 'qcow2');
  const layout = { format, preallocation, clusterSize: inBytes(cluster_size) };
  const weight = weightOf(options, source, kept);
  const create = {
    title: `make disk ${dest}`,
    before: undefined,
    after: { from, backing, format, ...(known === undefined ? {} : { size: humanSize(known) }) },
    step: {
      act: 'create',
      from: source?.path ?? options.source ?? '',
      checksum,
      key,
      layout,
      size,
      weight,
    } as const,
  };
  const absent = url === undefined && !source;
  return {
    changes: [create],
    warnings: checksumWarnings(options.checksum),
    missing: absent ? [`${from} doesn't exist: ${dest} is made from it`] : [],
    result: {
      dest,
      ...(known === undefined ? {} : { size: known }),
      ...(key === undefined ? {} : { template: storedPath(templates, key) }),
    },
  };
}

function weightOf(
  { url, backing, checksum }: DiskOptions,
  source: Found | undefined,
  kept: Disk | undefined,
): number {
  const template = kept ?? source?.disk;
  if (!template) return bytesToRead(url, source);
  const read = checksum === undefined || kept ? 0 : (source?.length ?? 0);
  return read + (backing === 'overlay' ? 0 : template.size);
}

/** Rules that the spec can't express. @throws OptionError */
export function checkOptions(options: DiskOptions): void {
  const { dest, source, templates, format, backing, preallocation, cluster_size, member } = options;
  for (const [option, path] of Object.entries({ dest, source, templates })) {
    if (path !== undefined && !path.startsWith('/')) {
      throw new OptionError(option, `'${path}' must be an absolute path`);
    }
  }
  checkOrigin(options);
  if (dest.startsWith('/dev/')) {
    throw new OptionError('dest', `'${dest}' would be in memory: a disk is made as a file on a file system`);
  }
  if (options.state === 'absent') return;
  if (isEmpty(options)) checkEmpty(options);
  const size = inBytes(options.size) ?? 0;
  if (size % SECTOR !== 0 || !Number.isSafeInteger(size)) {
    throw new OptionError('size', `${options.size} is not a valid size: use a multiple of ${SECTOR} bytes`);
  }
  if (dest.endsWith('/')) throw new OptionError('dest', `'${dest}' is a directory: name the disk's file`);
  if (dest === source) throw new Failure("'dest' and 'source' are the same file");
  if (member?.endsWith('/')) throw new OptionError('member', `'${member}' is a directory`);
  const raw = format === 'raw';
  if (raw && backing === 'overlay') {
    throw new OptionError('format', "an overlay is a qcow2: leave 'format' out, or 'backing: copy'");
  }
  if (raw && preallocation === 'metadata') {
    throw new OptionError('preallocation', 'a raw disk has no tables: falloc, full or off');
  }
  if (backing === 'overlay' && preallocation !== 'off') {
    throw new OptionError(
      'preallocation',
      "an overlay takes no room before it is written to: 'backing: copy'",
    );
  }
  if (cluster_size === undefined) return;
  const clusterSize = parseSize(cluster_size) ?? 0;
  if (raw) throw new OptionError('cluster_size', 'a raw disk has no clusters: leave it out');
  if (clusterSize < 512 || clusterSize > 2 * 1024 ** 2 || !Number.isInteger(Math.log2(clusterSize))) {
    throw new OptionError('cluster_size', `${cluster_size} is not a power of two from 512 to 2M`);
  }
}

function checkEmpty({ size, format, backing, checksum, member }: DiskOptions): void {
  const required = (why: string) => new OptionError('source', `is required, or 'url': ${why}`);
  if (backing === 'overlay') throw required('what the disk is an overlay of');
  if (checksum !== undefined) throw required("what 'checksum' is for");
  if (member !== undefined) throw required("what 'member' is in");
  if (size === undefined) throw required("what the disk is made from. An empty disk needs 'size'");
  if (format === undefined)
    throw new OptionError('format', 'is required for an empty disk: set qcow2 or raw');
  if (parseSize(size) === 0) throw new OptionError('size', 'an empty disk must be larger than 0');
}
