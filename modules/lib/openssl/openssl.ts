import { join } from 'node:path/posix';
import { Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { reasonOf, runOrFail } from '../host/process.ts';
import { randomWord } from '../host/self.ts';

/** What a certificate may be used for: by a server and a client, or by a client alone. */
export type Usage = 'peer' | 'client';

const PURPOSES: Readonly<Record<Usage, string>> = {
  peer: 'serverAuth,clientAuth',
  client: 'clientAuth',
};

/** The file of a key, readable by its owner alone. */
export const KEY_MODE = 0o600;

// Every key is one on this curve, so that a request with a weak key can be told by how its public key begins (RFC 5480).
const CURVE = 'P-256';
const PUBLIC_KEY =
  /^-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE[A-Za-z0-9+/=\n]+-----END PUBLIC KEY-----$/;

const openssl = (host: Host, args: readonly string[], input?: string): Promise<string> =>
  runOrFail(host, 'openssl', args, input === undefined ? {} : { input });

/** Makes a private key. The caller writes it to a file with KEY_MODE. */
export const newKey = (host: Host): Promise<string> =>
  openssl(host, ['genpkey', '-algorithm', 'EC', '-pkeyopt', `ec_paramgen_curve:${CURVE}`]);

/** The public key of a private one; undefined where the file has none. @param path of the private key */
export async function publicKeyOf(host: Host, path: string): Promise<string | undefined> {
  const { code, stdout } = await host.run('openssl', ['pkey', '-in', path, '-pubout']);
  const found = stdout.trim();
  return code === 0 && PUBLIC_KEY.test(found) ? found : undefined;
}

/** What a certificate says. */
export interface Certificate {
  /** Its common name. */
  readonly name: string;
  readonly publicKey: string;
  /** Whether its authority signed it for this usage, and it is valid now. */
  readonly trusted: boolean;
  /** Whether it ends within the days that were asked for. */
  readonly endsSoon: boolean;
}

const nameIn = (stdout: string): string => /^subject=(?:CN=)?(.*)$/m.exec(stdout)?.[1] ?? '';

const publicKeyIn = (stdout: string): string =>
  /-----BEGIN PUBLIC KEY-----[\s\S]*?-----END PUBLIC KEY-----/.exec(stdout)?.[0] ?? '';

const DAY = 86400;

/** How a certificate is judged. */
interface Expected {
  /** The file of the authority's certificate. */
  readonly authority: string;
  /** Not given for an authority's own. */
  readonly usage?: Usage;
  /** Days before its end at which it ends soon. */
  readonly days: number;
}

/** Reads a certificate; undefined where the file has none. */
export async function readCertificate(
  host: Host,
  path: string,
  { authority, usage, days }: Expected,
): Promise<Certificate | undefined> {
  const all = { peer: ['sslserver', 'sslclient'], client: ['sslclient'], none: ['any'] } as const;
  const purposes = all[usage ?? 'none'];
  const [shown, ...verified] = await Promise.all([
    host.run('openssl', [
      ...['x509', '-in', path, '-noout', '-subject', '-nameopt', 'RFC2253', '-pubkey'],
      ...['-checkend', String(days * DAY)],
    ]),
    ...purposes.map((purpose) =>
      // -no-CApath and -no-CAstore: the authorities of the system don't count.
      host.run('openssl', [
        ...['verify', '-no-CApath', '-no-CAstore', '-CAfile', authority, '-purpose', purpose, path],
      ]),
    ),
  ]);
  const publicKey = publicKeyIn(shown.stdout);
  if (!publicKey) return undefined;
  return {
    name: nameIn(shown.stdout),
    publicKey,
    trusted: verified.every(({ code }) => code === 0),
    endsSoon: shown.code !== 0,
  };
}

/** A request for a certificate. @param key the file of the private key @param name the common name */
export const newRequest = (host: Host, key: string, name: string): Promise<string> =>
  openssl(host, ['req', '-new', '-key', key, '-subj', `/CN=${name}`]);

/** A certificate that an authority signs itself, by which others recognise what it signs. */
export const newAuthority = (host: Host, key: string, name: string, days: number): Promise<string> =>
  openssl(host, [
    ...['req', '-x509', '-new', '-key', key, '-subj', `/CN=${name}`, '-days', String(days)],
    ...['-set_serial', `0x${serial()}`],
    ...['-addext', 'basicConstraints=critical,CA:TRUE,pathlen:0', '-addext', 'keyUsage=critical,keyCertSign'],
  ]);

// A positive number that nobody can guess.
const serial = () => `1${randomWord().slice(1)}`;

/** An authority's files. */
export interface Authority {
  readonly key: string;
  readonly certificate: string;
}

/** What is signed. */
export interface Signing {
  readonly name: string;
  readonly usage: Usage;
  readonly days: number;
  readonly request: string;
}

/**
 * Signs a request. Of the request only the public key counts: the name, the usage and the end are those that are given here.
 * @throws Failure where the request is of another name, isn't signed by its own key, or has a key of another kind
 */
export async function sign(host: Host, authority: Authority, signing: Signing): Promise<string> {
  const { name, usage, days, request } = signing;
  const checked = await host.run('openssl', ['req', '-noout', '-subject', '-nameopt', 'RFC2253', '-pubkey'], {
    input: request,
  });
  if (checked.code !== 0) throw new Failure(`the request of ${name} can't be read`);
  if (nameIn(checked.stdout) !== name) throw new Failure(`the request of ${name} is for another name`);
  if (!PUBLIC_KEY.test(publicKeyIn(checked.stdout))) {
    throw new Failure(`the request of ${name} has a key that is not of the curve ${CURVE}`);
  }
  return host.withNewDirectory('/run/piecewise-openssl-', async (directory) => {
    const extensions = join(directory, 'extensions');
    await host.write(
      extensions,
      [
        'basicConstraints=critical,CA:FALSE',
        'keyUsage=critical,digitalSignature',
        `extendedKeyUsage=critical,${PURPOSES[usage]}`,
        'subjectKeyIdentifier=hash',
        'authorityKeyIdentifier=keyid',
        '',
      ].join('\n'),
    );
    const signed = await host.run(
      'openssl',
      [
        ...['x509', '-req', '-CA', authority.certificate, '-CAkey', authority.key, '-subj', `/CN=${name}`],
        ...['-set_serial', `0x${serial()}`, '-days', String(days), '-extfile', extensions],
      ],
      { input: request },
    );
    if (signed.code === 0) return signed.stdout;
    // It looks at that itself, before it signs.
    if (signed.stderr.includes('self-signature')) {
      throw new Failure(`the request of ${name} is not signed by its own key`);
    }
    throw new Failure(reasonOf('openssl', signed.stderr, signed.code));
  });
}
