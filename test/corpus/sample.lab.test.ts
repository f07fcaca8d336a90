import { describe, expect, it } from 'vitest';
import { sharedHypervisor } from '../lab/shared.ts';
import { corpus } from './corpus.ts';
import { evenly } from './documents.ts';
import { causesOf, isMet, MODES, ratesOf, tableOf } from './rates.ts';

/** Of all inputs; libvirt takes about two thirds of them here. `npm run test:corpus` looks at all. */
const SAMPLE = 40;

describe("libvirt's own test inputs", () => {
  it('are defined, repeated, adopted and edited truly', { timeout: 600_000 }, async () => {
    const hypervisor = await sharedHypervisor();
    const verdicts = await corpus(hypervisor, { choose: (all) => evenly(all, SAMPLE), modes: MODES });
    const rates = ratesOf(verdicts);
    expect(rates).toHaveLength(18);
    const missed = rates.filter((rate) => !isMet(rate));
    expect(missed.length, `${tableOf(missed)}\n${causesOf(verdicts)}`).toBe(0);
  });
});
