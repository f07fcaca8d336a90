import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyItems } from '../../../modules/lib/ansible/apply.ts';
import type { Item } from '../../../modules/lib/ansible/items.ts';
import type { Module } from '../../../modules/lib/ansible/plan.ts';
import { Failure } from '../../../modules/lib/failure.ts';
import { noHost } from '../../support/fake.ts';

interface Step {
  readonly item: number;
  readonly isIndependent: boolean;
  readonly fails: boolean;
}
type Options = { readonly name: string };

const MODE = { check: false, diff: false, follow: false } as never;

/** A module whose changes take some turns of the event loop, and what it did: each change begins and ends. */
function recorded(isTogether: boolean) {
  const log: string[] = [];
  let now = 0;
  let most = 0;
  const module: Pick<Module<Options, null, Step>, 'key' | 'apply' | 'independent'> = {
    key: ({ name }) => name,
    ...(isTogether ? { independent: ({ isIndependent }) => isIndependent } : {}),
    apply: async (_, { item, fails }) => {
      log.push(`begin ${item}`);
      most = Math.max(most, ++now);
      for (let i = 0; i < 1 + (item % 3); i++) await null;
      now -= 1;
      log.push(`end ${item}`);
      if (fails) throw new Failure(`${item} is stuck`);
      return { warnings: [`changed ${item}`], result: { last: item } };
    },
  };
  return { module: module as Module<Options, null, Step>, log, most: () => most };
}

const STEP = fc.record({ isIndependent: fc.boolean(), fails: fc.nat(9).map((n) => n === 0) });

const itemsOf = (plans: readonly (readonly Omit<Step, 'item'>[])[]): Item<Options, null, Step>[] =>
  plans.map((steps, item) => ({
    ...{ path: `items[${item}]`, scope: 'included', options: { name: `${item}` }, state: null },
    plan: {
      warnings: [`about ${item}`],
      changes: steps.map((step, i) => ({
        title: `${item}.${i}`,
        before: 0,
        after: 1,
        step: { ...step, item },
      })),
    },
  })) as Item<Options, null, Step>[];

describe('items that begin with independent changes', () => {
  it('have the same reports as one after another, in their order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(STEP, { maxLength: 4 }), { maxLength: 8 }), async (plans) => {
        const [together, alone] = [recorded(true), recorded(false)];
        const reports = await applyItems(together.module, noHost, itemsOf(plans), MODE);
        expect(reports).toEqual(await applyItems(alone.module, noHost, itemsOf(plans), MODE));
        expect(alone.most()).toBeLessThanOrEqual(1);
        expect([...together.log].sort()).toEqual([...alone.log].sort());
      }),
    );
  });

  it('make them at the same time, some of them, and all others alone', async () => {
    const free = { isIndependent: true, fails: false };
    const { module, log, most } = recorded(true);
    await applyItems(module, noHost, itemsOf(Array.from({ length: 50 }, () => [free, free])), MODE);
    expect(most()).toBe(16);
    expect(log).toHaveLength(200);
  });

  it('wait for those before them that do not', async () => {
    const [free, bound] = [true, false].map((isIndependent) => ({ isIndependent, fails: false }));
    const { module, log } = recorded(true);
    const plans = [[free, bound], [free, bound], [bound, free], [], [free], [free]] as Omit<Step, 'item'>[][];
    await applyItems(module, noHost, itemsOf(plans), MODE);
    const text = log.map((one) => one.replace('begin ', '+').replace('end ', '-')).join(' ');
    expect(text).toMatch(/^\+0 \+1 -0 -1 \+0 -0 \+1 -1 \+2 -2 \+2 -2 \+4 \+5 /);
  });
});
