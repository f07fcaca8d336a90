import { parseArgs } from 'node:util';
import { findHypervisor, startHypervisor } from '../lab/hypervisor.ts';
import type { Release } from '../lab/packages.ts';
import { say, stage } from '../support/stages.ts';
import { corpus } from './corpus.ts';
import { evenly } from './documents.ts';
import { causesOf, isMet, MODES, type Mode, ratesOf, tableOf } from './rates.ts';

// `npm run test:corpus`: libvirt_domain on every one of libvirt's own test inputs that the hypervisor's libvirt takes.
const usage = `usage: tsx test/corpus/main.ts [--only REGEX] [--sample N] [--mode dry-run|fallback] [--release 12|13]
                               [--hypervisor NAME]`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    sample: { type: 'string', default: 'all' },
    mode: { type: 'string', default: 'all' },
    release: { type: 'string', default: '12' },
    hypervisor: { type: 'string' },
  },
});

function modes(): readonly Mode[] {
  if (values.mode === 'all') return MODES;
  const mode = MODES.find((one) => one.replace(' ', '-') === values.mode);
  if (!mode) throw new Error(usage);
  return [mode];
}

async function main(): Promise<void> {
  const release = Number(values.release) as Release;
  const chosen = modes();
  const only = new RegExp(values.only);
  const count = values.sample === 'all' ? Number.POSITIVE_INFINITY : Number(values.sample);
  const name = values.hypervisor ?? `corpus${release}`;
  const known = await findHypervisor(name);
  const hypervisor = known ?? (await startHypervisor({ name, release }));
  try {
    const choose = <T extends { readonly file: string }>(all: readonly T[]) =>
      evenly(
        all.filter(({ file }) => only.test(file)),
        count,
      );
    const verdicts = await stage('corpus', () => corpus(hypervisor, { choose, modes: chosen, say }));
    const rates = ratesOf(verdicts);
    console.log(`${causesOf(verdicts)}\n\n${tableOf(rates)}`);
    process.exitCode = rates.length > 0 && rates.every(isMet) ? 0 : 1;
  } finally {
    if (!known) await hypervisor.remove();
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
