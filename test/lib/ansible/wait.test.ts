import { expect, it } from 'vitest';
import { compileValidator } from '../../../build/validator.ts';
import type { WaitOutcome } from '../../../modules/lib/ansible/plan.ts';
import { run } from '../../../modules/lib/ansible/run.ts';
import { OptionError } from '../../../modules/lib/failure.ts';
import { counterModule, counterSpec, noHost } from '../../support/fake.ts';

const validate = compileValidator(counterSpec);

/** A module that waits for counters with a kind. */
function waiting(
  outcome: (name: string) => WaitOutcome,
  {
    fail = [],
    settled = false,
    now = {},
    serial = 0,
  }: { fail?: string[]; settled?: boolean; now?: object; serial?: number } = {},
) {
  const state = new Map(Object.entries(now) as [string, number][]);
  const calls: string[] = [];
  const module = {
    ...counterModule(state, fail),
    serial: () => serial,
    waiting: {
      isAwaited: ({ kind }: { kind?: string }) => kind !== undefined,
      outcomesNow: async (_: unknown, items: readonly { options: { name: string } }[]) =>
        settled ? items.map(({ options }) => outcome(options.name)) : undefined,
      waitForAll: async (_: unknown, items: readonly { options: { name: string } }[]) => {
        const names = items.map(({ options }) => options.name);
        // What is waited for has been applied, all of it.
        calls.push(`${names.join()} with ${[...state.keys()].join()}`);
        return names.map(outcome);
      },
    },
  };
  const call = (args: object, detach?: () => Promise<Record<string, unknown>>) =>
    run(module, validate, noHost, JSON.stringify(args), { detach });
  return { call, calls };
}

const UP = { kind: 'up', password: 'secret' };
const vms = [
  { name: 'a', value: 1, ...UP },
  { name: 'b', value: 2 },
  { name: 'c', value: 3, ...UP },
];

it('waits for all items that need it, together, after all are applied', async () => {
  const { call, calls } = waiting((name) => ({ result: { waited: name }, warnings: [`${name} was slow`] }));
  const result = await call({ counters: vms });
  expect(calls).toEqual(['a,c with a,b,c']);
  expect(result).toMatchObject({
    changed: true,
    results: [{ item: 'a', waited: 'a' }, { item: 'b' }, { item: 'c', waited: 'c' }],
    warnings: ['a was slow', 'c was slow'],
  });
  expect(result).not.toHaveProperty('failed');
});

it('a failure names the option, keeps what was changed, and hides no other result and no secret', async () => {
  const { call } = waiting((name) =>
    name === 'c'
      ? { error: new OptionError('kind', 'prints secret'), result: { waited: 9 } }
      : { result: { waited: 1 } },
  );
  const result = await call({ counters: vms });
  expect(result).toMatchObject({
    failed: true,
    changed: true,
    results: [
      { waited: 1, changed: true },
      { changed: true },
      {
        failed: true,
        changed: true,
        waited: 9,
        value: 3,
        msg: expect.stringMatching(/^option 'counters\[2\]\.kind': prints \*+$/),
      },
    ],
  });
  expect(JSON.stringify(result)).not.toContain('secret');
});

it('what goes wrong in waiting itself is the failure of each', async () => {
  const { call } = waiting(() => {
    throw new Error('lost');
  });
  expect(await call({ counters: vms })).toMatchObject({
    results: [{ failed: true, msg: 'lost', changed: true }, { changed: true }, { failed: true }],
  });
});

it('does not wait in check mode, nor for items that failed', async () => {
  const checked = waiting(() => ({ result: { waited: 1 } }));
  const result = await checked.call({ counters: vms, _ansible_check_mode: true });
  expect(checked.calls).toEqual([]);
  expect(JSON.stringify(result)).not.toContain('waited');
  const failing = waiting(() => ({ result: { waited: 1 } }), { fail: ['a'] });
  expect(await failing.call({ counters: vms })).toMatchObject({
    results: [{ failed: true, msg: 'a is stuck' }, {}, { waited: 1 }],
  });
  expect(failing.calls).toEqual(['c with b,c']);
});

it('what was seen before is the result, and nothing is looked at again', async () => {
  const { call, calls } = waiting((name) => ({ result: { waited: name }, warnings: [`${name} is odd`] }), {
    now: { a: 1, b: 2, c: 3 },
    settled: true,
  });
  const result = await call({ counters: vms, _ansible_piecewise_follow: true }, async () => ({}));
  expect(result).toMatchObject({
    changed: false,
    results: [{ waited: 'a' }, { item: 'b' }, { waited: 'c' }],
    warnings: ['a is odd', 'c is odd'],
  });
  expect(calls).toEqual([]);
  // Without anyone who follows, it is done here, and waited for.
  expect(await call({ counters: vms })).toMatchObject({ results: [{ waited: 'a' }, {}, { waited: 'c' }] });
  expect(calls).toEqual(['a,c with a,b,c']);
});

it('a run that has to wait is a long one', async () => {
  const detach = async () => ({ directory: '/d' });
  const follow = { _ansible_piecewise_follow: true };
  const detached = async (args: object, how: Parameters<typeof waiting>[1]) =>
    'piecewise_detached' in (await waiting(() => ({}), how).call({ ...args, ...follow }, detach));
  const same = { name: 'a', value: 1 };
  // Nothing changes, and all is ready.
  expect(await detached({ ...same, ...UP }, { now: { a: 1 }, settled: true })).toBe(false);
  expect(await detached({ ...same, ...UP }, { now: { a: 1 }, settled: false })).toBe(true);
  // A change may be the start of the guest.
  expect(await detached({ ...same, ...UP }, { settled: true })).toBe(true);
  expect(await detached(same, { settled: false })).toBe(false);
});

it('waits for one after the other where they are changed one at a time', async () => {
  const { call, calls } = waiting(() => ({}), { serial: 1, now: { b: 2 } });
  const result = await call({ counters: vms });
  // What changes nothing is no turn of its own.
  expect(calls).toEqual(['a with b,a', 'c with b,a,c']);
  expect(result).toMatchObject({ results: [{ changed: true }, { changed: false }, { changed: true }] });
  const two = waiting(() => ({}), { serial: 2 });
  await two.call({ counters: [...vms, { name: 'd', value: 4, ...UP }] });
  expect(two.calls).toEqual(['a with a,b', 'c,d with a,b,c,d']);
});

it('leaves those after one that fails as they are, and says so', async () => {
  for (const { outcome, fail } of [
    { outcome: { error: new OptionError('kind', 'is not ready') }, fail: [] },
    { outcome: {}, fail: ['a'] },
  ]) {
    const { call } = waiting(() => outcome, { serial: 1, fail, now: { b: 2 } });
    const { results, ...rest } = await call({ counters: vms });
    expect(rest).toMatchObject({ failed: true, changed: fail.length === 0 });
    expect(results).toMatchObject([
      { item: 'a', failed: true },
      { item: 'b', changed: false },
      { item: 'c', failed: true, changed: false, msg: "left as it is, since a failed ('serial' is given)" },
    ]);
    expect((results as object[])[1]).not.toHaveProperty('failed');
  }
});
