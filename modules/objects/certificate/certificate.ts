import { type ObjectKind, type Outcome, observeEach, type Plan } from '../../lib/ansible/plan.ts';
import { OptionError } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { sign } from '../../lib/openssl/openssl.ts';
import { AUTHORITIES, AUTHORITY_DIRECTORY, DIRECTORY } from '../../lib/ovn/files.ts';
import {
  type Authorities,
  type AuthorityStep,
  applyAuthority,
  observeAuthorities,
  planAuthorities,
} from './authorities.ts';
import {
  applyAbsent,
  applyInstall,
  applyRequest,
  endingOf,
  type Held,
  observeHeld,
  problemsOf,
} from './held.ts';
import type { CertificateOptions } from './options.ts';
import type { CertificateResult } from './result.ts';

// The certificates of a host, step by step. A private key never leaves the host that made it: the controller carries requests
// and certificates, which are public.

type State =
  | { readonly step: 'authorities' | 'sign'; readonly found: Authorities }
  | { readonly step: 'request' | 'install'; readonly held: Held }
  | { readonly step: 'absent'; readonly exists: boolean };

type Step =
  | AuthorityStep
  | { readonly act: 'request'; readonly makeKey: boolean }
  | { readonly act: 'sign' | 'install' | 'absent' };

/** What each step needs beside `step`. */
const NEEDED: Readonly<Record<CertificateOptions['step'], readonly ('chassis' | 'request')[]>> = {
  authorities: [],
  request: ['chassis'],
  sign: ['chassis', 'request'],
  install: ['chassis'],
  absent: [],
};

function check(options: CertificateOptions): void {
  const { step, days, renew_days, member, certificates, authorities } = options;
  for (const name of NEEDED[step]) {
    if (!options[name]) throw new OptionError(name, `is required with 'step: ${step}'`);
  }
  if (renew_days >= days) {
    throw new OptionError(
      'renew_days',
      `is ${renew_days}, and a certificate is valid for ${days} ('days'): give less`,
    );
  }
  if (step !== 'install') return;
  for (const name of ['members', 'chassis'] as const) {
    if (!authorities?.[name])
      throw new OptionError(`authorities.${name}`, "is required with 'step: install'");
  }
  for (const name of member ? (['chassis', 'member'] as const) : (['chassis'] as const)) {
    if (!certificates[name])
      throw new OptionError(`certificates.${name}`, "is required with 'step: install'");
  }
}

async function observe(host: Host, options: CertificateOptions): Promise<State> {
  const { step } = options;
  switch (step) {
    case 'authorities':
    case 'sign':
      return { step, found: await observeAuthorities(host, options) };
    case 'request':
    case 'install':
      return { step, held: await observeHeld(host, options) };
    default:
      return {
        step,
        exists: (await Promise.all(directoriesOf(options).map((one) => host.stat(one)))).some(Boolean),
      };
  }
}

/** One change, without values that are no use to a reader. */
const one = (title: string, step: Step, after = ''): Plan<Step, CertificateResult> => ({
  changes: [{ title, before: '', after, step }],
});

function planSign(options: CertificateOptions, found: Authorities): Plan<Step, CertificateResult> {
  const { chassis = '', member } = options;
  const plan = one(
    `sign the certificate of ${chassis}`,
    { act: 'sign' },
    `${member ? 'chassis, member' : 'chassis'}\n`,
  );
  const complete = found.members !== undefined && found.chassis !== undefined;
  return complete
    ? plan
    : { ...plan, missing: ["this host has no authorities: run 'step: authorities' first"] };
}

/** What a host that leaves removes. */
const directoriesOf = ({ last }: CertificateOptions): string[] =>
  last ? [DIRECTORY, AUTHORITY_DIRECTORY] : [DIRECTORY];

function plan(options: CertificateOptions, state: State): Plan<Step, CertificateResult> {
  const { chassis = '', certificates } = options;
  switch (state.step) {
    case 'authorities':
      return planAuthorities(state.found);
    case 'sign':
      return planSign(options, state.found);
    case 'request': {
      const problems = problemsOf(options, state.held);
      const makeKey = state.held.publicKey === undefined;
      if (problems.length > 0)
        return one(
          `request certificates of ${chassis}`,
          { act: 'request', makeKey },
          `${problems.join('\n')}\n`,
        );
      const ending = endingOf(options, state.held);
      const warnings = ending.map(
        (what) => `${what}: a run that reaches the host with the authorities renews it`,
      );
      return { changes: [], warnings, result: { request: '' } };
    }
    case 'install':
      return problemsOf(options, state.held).length > 0
        ? one(`write the certificates of ${chassis}`, { act: 'install' }, certificates.chassis)
        : { changes: [] };
    default:
      return state.exists
        ? one(`remove ${directoriesOf(options).join(', ')}`, { act: 'absent' })
        : { changes: [] };
  }
}

async function signBoth(host: Host, { chassis: name = '', member, days, request }: CertificateOptions) {
  const of = { name, days, request };
  const chassis = await sign(host, AUTHORITIES.chassis, { ...of, usage: 'client' });
  if (!member) return { chassis, member: '' };
  return { chassis, member: await sign(host, AUTHORITIES.members, { ...of, usage: 'peer' }) };
}

async function apply(
  host: Host,
  step: Step,
  options: CertificateOptions,
): Promise<Outcome<CertificateResult> | undefined> {
  switch (step.act) {
    case 'authority': {
      await applyAuthority(host, step);
      const found = await observeAuthorities(host, options);
      return { result: { authorities: { members: '', chassis: '', ...found } } };
    }
    case 'request':
      return { result: { request: await applyRequest(host, options.chassis ?? '', step.makeKey) } };
    case 'sign':
      return { result: { certificates: await signBoth(host, options) } };
    case 'install':
      await applyInstall(host, options);
      return undefined;
    default:
      await applyAbsent(host, directoriesOf(options));
      return undefined;
  }
}

/** One step of the certificates of a host. */
export const certificate: ObjectKind<CertificateOptions, State, Step, CertificateResult> = {
  key: ({ chassis = 'authorities' }) => chassis,
  check,
  observe: (host, items) => observeEach(items, (options) => observe(host, options)),
  plan,
  apply,
};
