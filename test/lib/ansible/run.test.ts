import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileValidator } from '../../../build/validator.ts';
import { run } from '../../../modules/lib/ansible/run.ts';
import { counterModule, counterSpec, noHost } from '../../support/fake.ts';
import { expectUnchanged } from '../../support/unchanged.ts';

const validate = compileValidator(counterSpec);

async function call(args: object | string, state = new Map<string, number>(), fail: string[] = []) {
  const json = typeof args === 'string' ? args : JSON.stringify(args);
  return run(counterModule(state, fail), validate, noHost, json);
}

const check = { _ansible_check_mode: true, _ansible_diff: true };

describe('one item', () => {
  it('changes once, and says so', async () => {
    const state = new Map<string, number>();
    expect(await call({ name: 'a', value: 3 }, state)).toMatchObject({ changed: true, name: 'a', value: 3 });
    expect(state.get('a')).toBe(3);
    expect(await call({ name: 'a', value: 3 }, state)).toMatchObject({ changed: false });
  });

  it('only plans in check mode, and predicts what the run then does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 9 }), async (now, value) => {
        const state = new Map([['a', now]]);
        const predicted = await call({ name: 'a', value, ...check }, state);
        expect(state.get('a')).toBe(now);
        expect(await call({ name: 'a', value, _ansible_diff: true }, state)).toEqual(predicted);
        expectUnchanged(await call({ name: 'a', value, ...check }, state));
      }),
    );
  });

  it('gives a diff only where it is asked for', async () => {
    expect(await call({ name: 'a', value: 1 })).not.toHaveProperty('diff');
    const { diff } = await call({ name: 'a', value: 1, _ansible_diff: true });
    expect(diff).toEqual([
      {
        before_header: 'set a',
        after_header: 'set a',
        before: '{\n  "value": 0\n}\n',
        after: '{\n  "value": 1\n}\n',
      },
    ]);
  });

  it('takes a missing prerequisite as a warning in check mode, and as an error before anything is done', async () => {
    const state = new Map<string, number>();
    const predicted = await call({ name: 'orphan', value: 1, ...check }, state);
    expect(predicted).toMatchObject({ changed: true, warnings: ['the parent of orphan is missing'] });
    expect(await call({ name: 'orphan', value: 1 }, state)).toMatchObject({
      failed: true,
      changed: false,
      msg: 'the parent of orphan is missing',
    });
    expect(state.size).toBe(0);
  });
});

describe('a change that came to nothing', () => {
  it('is not a change: it is in no list, no diff, and the task has changed nothing', async () => {
    const titled = (one: ReturnType<typeof counterModule>, changed: boolean) => ({
      ...one,
      plan: (...of: Parameters<typeof one.plan>) => ({ ...one.plan(...of), result: { actions: ['set a'] } }),
      apply: async () => ({ changed, dropped: { actions: ['set a'] }, added: { reasons: ['it waits'] } }),
    });
    const of = (changed: boolean) => {
      const json = JSON.stringify({ name: 'a', value: 1, _ansible_diff: true });
      return run(titled(counterModule(new Map()), changed), validate, noHost, json);
    };
    expect(await of(false)).toEqual({ changed: false, actions: [], reasons: ['it waits'], diff: [] });
    expect(await of(true)).toMatchObject({ changed: true, actions: [], diff: [{ after_header: 'set a' }] });
  });
});

describe('list form', () => {
  it('runs each item, with what stands beside the list for all of them', async () => {
    const state = new Map<string, number>();
    const result = await call({ value: 4, counters: [{ name: 'a' }, { name: 'b', value: 5 }] }, state);
    expect([...state]).toEqual([
      ['a', 4],
      ['b', 5],
    ]);
    expect(result.results).toMatchObject([
      { item: 'a', changed: true },
      { item: 'b', changed: true },
    ]);
  });

  it('does not let one failed item hide the others', async () => {
    const state = new Map<string, number>();
    const counters = [
      { name: 'a', value: 99 },
      { name: 'b', value: 1 },
      { name: 'c', value: 1 },
      { nme: 'd' },
    ];
    const result = await call({ counters }, state, ['c']);
    expect(result).toMatchObject({ changed: true, failed: true });
    expect(result.msg).toContain("option 'counters[0].value': 99 must be from 0 to 9");
    expect(result.msg).toContain('c: c is stuck');
    expect(result.msg).toContain("option 'counters[3].nme': is unknown; did you mean 'name'?");
    expect([...state]).toEqual([['b', 1]]);
  });

  it('refuses the same thing twice', async () => {
    const result = await call({
      counters: [
        { name: 'a', value: 1 },
        { name: 'a', value: 2 },
      ],
    });
    expect(result.msg).toContain("counters[1]: 'a' is in counters[0] already");
  });

  it('has nothing to do for an empty list', async () => {
    expect(await call({ counters: [] })).toMatchObject({ changed: false, results: [] });
  });
});

describe('what is wrong with the options', () => {
  const rows: [string, object | string, string][] = [
    ['an unknown name, with the nearest', { nam: 'a' }, "option 'nam': is unknown; did you mean 'name'?"],
    ['one that resembles none', { name: 'a', zzzzzz: 1 }, 'is unknown; known are counter, data, kind'],
    ['a required option', {}, "option 'name': is required"],
    ['a choice', { name: 'a', kind: 'x', password: 'p' }, `option 'kind': "x" must be one of up, down`],
    [
      'a number out of range',
      { name: 'a', parts: [{ tag: 1 }, { tag: 5000 }] },
      "option 'parts[1].tag': 5000 must be from 0 to 4095",
    ],
    ['a word for a number', { name: 'a', value: 'many' }, `option 'value': "many" is not a whole number`],
    [
      'options that exclude each other',
      { name: 'a', tags: [], labels: {} },
      "options 'tags', 'labels' exclude each other",
    ],
    ['options that belong together', { name: 'a', kind: 'up' }, "option 'kind' needs 'password' as well"],
    [
      'a number beyond 2^53',
      '{"name": "a", "value": 9007199254740993}',
      "'value': a whole number beyond 2^53",
    ],
    ['a key __proto__', '{"name": "a", "labels": {"__proto__": 1}}', "'__proto__' is not taken"],
    [
      "a date that became Python's repr",
      { name: 'a', labels: "{'since': datetime.date(2026, 1, 1)}" },
      "option 'labels': a bare date in it did not survive Ansible 2.14: quote the date",
    ],
  ];
  it.each(rows)('%s', async (_, args, message) => {
    const result = await call(args);
    expect(result).toMatchObject({ failed: true, changed: false });
    expect(result.msg).toContain(message);
    expect(result).not.toHaveProperty('exception');
  });
});

describe('secrets', () => {
  it('appear in no result, diff or error', async () => {
    const password = 'correct horse';
    const data = { users: [{ name: 'joe', passwd: 'battery staple' }] };
    const all = [
      await call({ name: `x ${password} y battery staple`, value: 1, kind: 'up', password, data, ...check }),
      await call({ name: 'a', value: 1, kind: 'up', password: { not: password } }),
      await call({ name: 'stuck', value: 1, kind: 'up', password }, new Map(), ['stuck']),
      await call({ counters: [{ name: 'a', kind: 'up', password, value: 11 }] }),
    ];
    for (const result of all) {
      expect(JSON.stringify(result)).not.toContain(password);
      expect(JSON.stringify(result)).not.toContain('battery staple');
    }
    expect(JSON.stringify(all[0])).toContain('********');
    expect(JSON.stringify(all[0])).toContain('x ');
  });
});
