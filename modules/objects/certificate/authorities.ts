import type { Change, Plan } from '../../lib/ansible/plan.ts';
import { type Host, readText } from '../../lib/host/host.ts';
import { KEY_MODE, newAuthority, newKey, publicKeyOf, readCertificate } from '../../lib/openssl/openssl.ts';
import { AUTHORITIES, AUTHORITY_DIRECTORY } from '../../lib/ovn/files.ts';
import type { CertificateOptions } from './options.ts';
import type { CertificateResult } from './result.ts';

type Name = keyof typeof AUTHORITIES;

const NAMES = ['members', 'chassis'] as const satisfies readonly Name[];

/** Days that an authority is valid. */
const VALID = 7300;

/** An authority's certificate, where it has its key and outlives what it signs. */
export type Authorities = Readonly<Partial<Record<Name, string>>>;

/** Makes an authority. */
export interface AuthorityStep {
  readonly act: 'authority';
  readonly name: Name;
}

const DIRECTORY_MODE = 0o700;

async function readAuthority(host: Host, name: Name, days: number): Promise<string | undefined> {
  const { key, certificate } = AUTHORITIES[name];
  const text = await readText(host, certificate);
  if (text === undefined) return undefined;
  const [publicKey, found] = await Promise.all([
    publicKeyOf(host, key),
    readCertificate(host, certificate, { authority: certificate, days }),
  ]);
  const usable = found && found.publicKey === publicKey && found.trusted && !found.endsSoon;
  return usable ? text : undefined;
}

/** Reads the authorities. */
export async function observeAuthorities(host: Host, { days }: CertificateOptions): Promise<Authorities> {
  const [members, chassis] = await Promise.all(NAMES.map((name) => readAuthority(host, name, days)));
  return { ...(members === undefined ? {} : { members }), ...(chassis === undefined ? {} : { chassis }) };
}

/** Plans those that are missing, or don't outlive what they sign. Pure. */
export function planAuthorities(found: Authorities): Plan<AuthorityStep, CertificateResult> {
  const missing = NAMES.filter((name) => found[name] === undefined);
  return {
    changes: missing.map(
      (name): Change<AuthorityStep> => ({
        title: `make the authority that signs certificates of ${name}`,
        before: '',
        after: `${AUTHORITIES[name].certificate}\n`,
        step: { act: 'authority', name },
      }),
    ),
    result: { authorities: { members: '', chassis: '', ...found } },
  };
}

/** Makes one. The certificate comes last: without it, the key counts as missing. */
export async function applyAuthority(host: Host, { name }: AuthorityStep) {
  const { key, certificate } = AUTHORITIES[name];
  await host.makeDirectory(AUTHORITY_DIRECTORY);
  await host.setAttributes(AUTHORITY_DIRECTORY, { mode: DIRECTORY_MODE });
  await host.remove(certificate);
  await host.write(key, await newKey(host), { mode: KEY_MODE });
  const text = await newAuthority(host, key, `piecewise-cloud OVN ${name}`, VALID);
  await host.write(certificate, text, { mode: KEY_MODE });
  return text;
}
