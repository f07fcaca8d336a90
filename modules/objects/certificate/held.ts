import { Failure, OptionError } from '../../lib/failure.ts';
import { type Host, readText } from '../../lib/host/host.ts';
import {
  type Certificate,
  KEY_MODE,
  newKey,
  newRequest,
  publicKeyOf,
  readCertificate,
  type Usage,
} from '../../lib/openssl/openssl.ts';
import { DIRECTORY, FILES } from '../../lib/ovn/files.ts';
import type { CertificateOptions } from './options.ts';

/** What a host has of its held. */
export interface Held {
  /** The public key of its private key. */
  readonly publicKey: string | undefined;
  readonly chassis: Certificate | undefined;
  readonly member: Certificate | undefined;
  /** The certificates of the authorities. */
  readonly authorities: { readonly members: string | undefined; readonly chassis: string | undefined };
}

const FILE_MODE = 0o644;

/** The kinds of certificate: for each its file, that of its authority, and its usage. */
const KINDS = {
  chassis: { file: FILES.chassis, authority: FILES.chassisAuthority, usage: 'client' },
  member: { file: FILES.member, authority: FILES.memberAuthority, usage: 'peer' },
} as const satisfies Record<string, { file: string; authority: string; usage: Usage }>;

type Kind = keyof typeof KINDS;

/** Reads what the host has. */
export async function observeHeld(host: Host, { renew_days: days }: CertificateOptions): Promise<Held> {
  const certificateOf = async (kind: Kind) => {
    const { file, authority, usage } = KINDS[kind];
    return (await host.stat(file)) ? readCertificate(host, file, { authority, usage, days }) : undefined;
  };
  const [publicKey, chassis, member, members, ofChassis] = await Promise.all([
    (await host.stat(FILES.key)) ? publicKeyOf(host, FILES.key) : undefined,
    certificateOf('chassis'),
    certificateOf('member'),
    readText(host, FILES.memberAuthority),
    readText(host, FILES.chassisAuthority),
  ]);
  return { publicKey, chassis, member, authorities: { members, chassis: ofChassis } };
}

function problemOf(name: string, kind: Kind, held: Held): string | undefined {
  const found = held[kind];
  if (!found) return 'missing';
  if (found.name !== name) return `of '${found.name}'`;
  if (found.publicKey !== held.publicKey) return 'of another key';
  return found.trusted ? undefined : 'not valid';
}

const kindsOf = ({ member }: CertificateOptions): Kind[] => (member ? ['chassis', 'member'] : ['chassis']);

/** What a host says of certificates that are valid, and are to be renewed. Pure. */
export const endingOf = (options: CertificateOptions, held: Held): string[] =>
  kindsOf(options).flatMap((kind) =>
    held[kind]?.trusted && held[kind].endsSoon ? [`the certificate of the ${kind} is about to end`] : [],
  );

/**
 * Why a host needs new certificates: what is wrong with those that it has. Pure. Without authorities, what is valid is kept: no host
 * could sign others.
 */
export function problemsOf(options: CertificateOptions, held: Held): string[] {
  const { chassis = '', authorities } = options;
  const wrong = kindsOf(options).flatMap((kind) => {
    const problem = problemOf(chassis, kind, held);
    return problem ? [`the certificate of the ${kind} is ${problem}`] : [];
  });
  const same = (['members', 'chassis'] as const).every(
    (name) =>
      held.authorities[name] !== undefined && (!authorities || held.authorities[name] === authorities[name]),
  );
  return [
    ...(held.publicKey ? [] : ['the key is missing']),
    ...wrong,
    ...(authorities ? endingOf(options, held) : []),
    ...(same ? [] : ['the authorities are others']),
  ];
}

/** Makes the key, if there is none, and a request. */
export async function applyRequest(host: Host, name: string, makeKey: boolean): Promise<string> {
  if (makeKey) {
    await host.makeDirectory(DIRECTORY);
    await host.write(FILES.key, await newKey(host), { mode: KEY_MODE });
  }
  return newRequest(host, FILES.key, name);
}

/**
 * Writes certificates, and the key once more. Open vSwitch's programs read both again when both files are newer than those that
 * they know, and look at the key first: so the key is written last (measured).
 */
export async function applyInstall(host: Host, options: CertificateOptions): Promise<void> {
  const { chassis = '', member, authorities = { members: '', chassis: '' }, certificates } = options;
  const key = await readText(host, FILES.key);
  if (key === undefined) throw new Failure(`there is no ${FILES.key}: run 'step: request' first`);
  const files: [string, string][] = [
    [FILES.memberAuthority, authorities.members],
    [FILES.chassisAuthority, authorities.chassis],
    [FILES.chassis, certificates.chassis],
    ...(member ? ([[FILES.member, certificates.member]] as [string, string][]) : []),
  ];
  await verified(host, chassis, options, files);
  for (const [path, text] of files) await host.write(path, text, { mode: FILE_MODE });
  await host.write(FILES.key, key, { mode: KEY_MODE });
}

/** Checks what was signed before it takes the place of what works. */
async function verified(
  host: Host,
  name: string,
  { member, renew_days: days }: CertificateOptions,
  files: readonly [string, string][],
): Promise<void> {
  await host.withNewDirectory('/run/piecewise-openssl-', async (directory) => {
    const at = (path: string) => `${directory}/${path.slice(DIRECTORY.length + 1)}`;
    for (const [path, text] of files) await host.write(at(path), text);
    const publicKey = await publicKeyOf(host, FILES.key);
    for (const kind of member ? (['chassis', 'member'] as const) : (['chassis'] as const)) {
      const { file, authority, usage } = KINDS[kind];
      const found = await readCertificate(host, at(file), { authority: at(authority), usage, days });
      if (found?.trusted && found.name === name && found.publicKey === publicKey) continue;
      throw new OptionError(
        `certificates.${kind}`,
        `is not one that the authority signed for ${name} and its key: run 'step: request' and 'step: sign' again`,
      );
    }
  });
}

/** Removes directories, and the one that they are in if nothing else is there. */
export async function applyAbsent(host: Host, directories: readonly string[]): Promise<void> {
  for (const directory of directories) await host.removeTree(directory);
  await host.removeDirectory('/etc/piecewise-cloud');
}
