import { basename, dirname, isAbsolute, normalize } from 'node:path';
import { isMapping } from '../../lib/ansible/coerce.ts';
import { Failure } from '../../lib/failure.ts';

// What one host says of a guest to the host that it moves to. It holds no secret: it passes the controller.

/** The form of a description. */
const FORMAT = 1;

/** Most characters of a description. */
const MOST = 1024 ** 2;

/** A disk of the guest, in a file. */
export interface MovedDisk {
  readonly target: string;
  readonly path: string;
  readonly format: 'qcow2' | 'raw';
  /** Bytes that the guest sees. */
  readonly size: number;
  /** Bytes that the file takes on its file system. */
  readonly allocated: number;
  readonly clusterSize?: number | undefined;
  /** The template that it is an overlay of. */
  readonly backing?: { readonly path: string; readonly length: number; readonly sha256: string } | undefined;
}

/** Another file that the guest needs: its seed, an ISO, a kernel, the variables of its firmware. */
export interface MovedFile {
  readonly path: string;
  /** Bytes. */
  readonly length: number;
  readonly sha256: string;
  /** Permission bits. */
  readonly mode: number;
  /** Whether it belongs to the user of QEMU, and not to root. */
  readonly isQemus: boolean;
}

/** A network interface of the guest. */
export interface MovedInterface {
  readonly mac: string;
  readonly bridge?: string | undefined;
  /** A network of libvirt. */
  readonly network?: string | undefined;
  /** The interface id, on the bridge of OVN. */
  readonly port?: string | undefined;
}

/** The processor of a guest, and of its host. */
export interface MovedCpu {
  readonly mode?: string | undefined;
  /** The `<cpu>` that the running guest has, without what only its host has. */
  readonly xml?: string | undefined;
  /** The model of the host, with its features, as one text. */
  readonly host: string;
}

/** A guest that is to move. */
export interface Description {
  readonly format: typeof FORMAT;
  readonly name: string;
  readonly uuid: string;
  /** libvirt's name of the state. */
  readonly state: string;
  /** Whether it runs, or did before an attempt to move it. */
  readonly runs: boolean;
  readonly autostart: boolean;
  readonly arch: string;
  readonly machine: string;
  readonly type: string;
  readonly cpu: MovedCpu;
  readonly disks: readonly MovedDisk[];
  readonly files: readonly MovedFile[];
  /** The variables of its firmware, which a live move takes along by itself. */
  readonly nvram?: MovedFile | undefined;
  readonly interfaces: readonly MovedInterface[];
  /** What the guest has in the networks of the host, by the path of each file. */
  readonly attachments: Readonly<Record<string, string>>;
  /** Why it can't go at all, why not while it runs, and why not while it is off: for people. */
  readonly cannot: readonly string[];
  readonly cannotLive: readonly string[];
  readonly cannotCold: readonly string[];
}

// ansible-core 2.14 makes a mapping of a template's text that begins like one.
const PREFIX = 'guest ';

export const descriptionText = (description: Omit<Description, 'format'>): string =>
  `${PREFIX}${JSON.stringify({ format: FORMAT, ...description })}`;

const isText = (value: unknown): value is string => typeof value === 'string' && !value.includes('\0');
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isBoolean = (value: unknown) => typeof value === 'boolean';
const isOptional = (is: (value: unknown) => boolean) => (value: unknown) => value === undefined || is(value);
const isPath = (value: unknown): value is string =>
  isText(value) && isAbsolute(value) && normalize(value) === value && !value.endsWith('/');
const isDigest = (value: unknown) => isText(value) && /^[0-9a-f]{64}$/.test(value);
const isInterfaceId = (value: unknown) =>
  isText(value) && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
const isListOf = (is: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(is);

type Shape = Readonly<Record<string, (value: unknown) => boolean>>;

/** Whether a value is a mapping with these keys and no others, each as its test says. */
const isLike = (shape: Shape) => (value: unknown) =>
  isMapping(value) &&
  Object.keys(value).every((key) => key in shape) &&
  Object.entries(shape).every(([key, is]) => is(value[key]));

// A file of a guest is data: it isn't executed, and has no rights of its owner.
const isMode = (value: unknown) => isCount(value) && value <= 0o666 && (value & ~0o666) === 0;
const isFile = isLike({ path: isPath, length: isCount, sha256: isDigest, mode: isMode, isQemus: isBoolean });

/** A file of a guest in a network (objects/network/names.ts). */
const ATTACHMENT = /^\/etc\/piecewise-cloud\/networks\/[^/]+\/(names|reservations)\/[^/]+$/;

const isOf = (name: string, path: string) => [name, `.${name}`].includes(basename(path));

const isLikeOne = isLike({
  format: (value) => value === FORMAT,
  name: (value) => isText(value) && /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/.test(value),
  uuid: (value) => isText(value) && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value),
  state: isText,
  runs: isBoolean,
  autostart: isBoolean,
  arch: (value) => isText(value) && /^\w+$/.test(value),
  machine: (value) => isText(value) && /^[\w.-]+$/.test(value),
  type: (value) => value === 'kvm' || value === 'qemu',
  cpu: isLike({ mode: isOptional(isText), xml: isOptional(isText), host: isText }),
  disks: isListOf(
    isLike({
      target: isText,
      path: isPath,
      format: (value) => value === 'qcow2' || value === 'raw',
      size: isCount,
      allocated: isCount,
      clusterSize: isOptional(isCount),
      backing: isOptional(isLike({ path: isPath, length: isCount, sha256: isDigest })),
    }),
  ),
  files: isListOf(isFile),
  nvram: isOptional(isFile),
  interfaces: isListOf(
    isLike({
      mac: isText,
      bridge: isOptional(isText),
      network: isOptional(isText),
      port: isOptional(isInterfaceId),
    }),
  ),
  attachments: (value) =>
    isMapping(value) &&
    Object.entries(value).every(([path, text]) => isPath(path) && ATTACHMENT.test(path) && isText(text)),
  cannot: isListOf(isText),
  cannotLive: isListOf(isText),
  cannotCold: isListOf(isText),
});

const isDescription = (value: unknown): value is Description => isLikeOne(value);

/** @throws Failure for what is no description: a hypervisor doesn't trust another */
export function parseDescription(text: string): Description {
  try {
    const isOne = text.length <= MOST && text.startsWith(PREFIX);
    const value = isOne ? JSON.parse(text.slice(PREFIX.length)) : undefined;
    if (isDescription(value) && Object.keys(value.attachments).every((path) => isOf(value.name, path)))
      return value;
  } catch {
    // The same error.
  }
  throw new Failure(
    'the description of the guest is not one of this release: do both hosts get their modules from one run?',
  );
}

/** The directory of the VM: that of its first disk. */
export const directoryIn = ({ disks, name }: Pick<Description, 'disks' | 'name'>): string =>
  disks[0] ? dirname(disks[0].path) : `/var/lib/libvirt/images/${name}`;

/** Where libvirt keeps the variables of firmware. */
const NVRAM = '/var/lib/libvirt/qemu/nvram';

/** The file of a guest's variables of firmware. */
export const variablesPath = (name: string): string => `${NVRAM}/${name}_VARS.fd`;

/** All files of a guest. */
export const filesOf = ({ disks, files, nvram }: Pick<Description, 'disks' | 'files' | 'nvram'>) => [
  ...disks,
  ...files,
  ...(nvram ? [nvram] : []),
];

/** The paths of a guest's files that are not its own: not in a directory of its name, and not its variables of firmware. Pure. */
export function strayPaths(description: Description): string[] {
  const { name } = description;
  const directory = directoryIn(description);
  const isIn = (path: string) => dirname(path) === directory && basename(directory) === name;
  return filesOf(description)
    .map(({ path }) => path)
    .filter((path) => !isIn(path) && path !== variablesPath(name));
}

/**
 * The description that a step was given.
 * @throws Failure for one of another guest, or of one with files of others
 */
export function descriptionOf({
  name,
  description: text = '',
}: {
  readonly name: string;
  readonly description?: string;
}): Description {
  const description = parseDescription(text);
  if (description.name !== name)
    throw new Failure(`the description is that of '${description.name}', and not of '${name}'`);
  const [stray] = strayPaths(description);
  if (stray !== undefined) throw new Failure(`${stray} is not a file of the guest '${name}' alone`);
  return description;
}
