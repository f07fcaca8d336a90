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

describe('what the action plugin is asked', () => {
  // A counter is asked about when it would be set; one that is to be 9 can't be set without an answer.
  const asking = (state: Map<string, number>) => {
    const counter = counterModule(state);
    return {
      ...counter,
      plan: (...[options, now]: Parameters<typeof counter.plan>) => {
        const { name, value } = options;
        const otherwise = value === 9 ? { otherwise: `nobody says whether ${name} may be 9` } : {};
        const ask = now === value ? {} : { ask: { question: { name }, ...otherwise } };
        const uploads = name === 'c' ? { uploads: { image: '/srv/image' } } : {};
        return { ...counter.plan(options, now), ...uploads, ...ask };
      },
    };
  };
  const ask = (args: object, state: Map<string, number>) =>
    run(asking(state), validate, noHost, JSON.stringify(args));
  const asks = { _ansible_piecewise_asks: true };
  const follow = { _ansible_piecewise_follow: true };

  it.each([{}, check, follow])('is returned, and nothing is changed: %j', async (mode) => {
    const state = new Map([['a', 1]]);
    const counters = ['a', 'b', 'c'].map((name, i) => ({ name, value: i + 1 }));
    expect(await ask({ counters, ...asks, ...mode }, state)).toEqual({
      changed: false,
      piecewise_asks: [{ name: 'b' }, { name: 'c' }],
    });
    expect(await ask({ name: 'b', value: 9, ...asks, ...mode }, state)).toEqual({
      changed: false,
      piecewise_asks: [{ name: 'b' }],
    });
    expect([...state]).toEqual([['a', 1]]);
  });

  it('is nothing where no item asks, or nobody answers', async () => {
    const state = new Map([['a', 1]]);
    expect(await ask({ counters: [{ name: 'a', value: 1 }], ...asks }, state)).not.toHaveProperty(
      'piecewise_asks',
    );
    expect(await ask({ counters: [{ name: 'b', value: 2 }] }, state)).toMatchObject({ changed: true });
    expect(state.get('b')).toBe(2);
  });

  it('comes with the errors of other items, and an item with an error asks nothing', async () => {
    const state = new Map<string, number>();
    const counters = [
      { name: 'a', value: 1 },
      { name: 'b', value: 99 },
    ];
    const answer = await ask({ counters, ...asks }, state);
    expect(answer).toMatchObject({ changed: false, piecewise_asks: [{ name: 'a' }] });
    expect(answer.msg).toContain("option 'counters[1].value'");
    expect(answer).not.toHaveProperty('failed');
    expect(await ask({ counters: counters.slice(1), ...asks }, state)).toMatchObject({ failed: true });
    expect(state.size).toBe(0);
  });

  it.each([{}, check])('may be what a plan needs: %j', async (mode) => {
    const state = new Map<string, number>();
    const counters = [
      { name: 'a', value: 9 },
      { name: 'b', value: 2 },
    ];
    expect(await ask({ counters, ...mode }, state)).toMatchObject({
      failed: true,
      msg: 'a: nobody says whether a may be 9',
      results: [
        { item: 'a', failed: true, changed: false },
        { item: 'b', changed: true },
      ],
    });
    expect(state.has('a')).toBe(false);
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
