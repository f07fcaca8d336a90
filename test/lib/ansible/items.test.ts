import { describe, expect, it } from 'vitest';
import { compileValidator } from '../../../build/validator.ts';
import type { Module } from '../../../modules/lib/ansible/plan.ts';
import { run } from '../../../modules/lib/ansible/run.ts';
import { Failure, Failures, OptionError } from '../../../modules/lib/failure.ts';
import { counterModule, counterSpec, noHost } from '../../support/fake.ts';

type Counter = ReturnType<typeof counterModule>;

const validate = compileValidator(counterSpec);
const listed = { ...counterSpec, list: { ...counterSpec.list, defaults: 'defaults' } };

function counters(more: Partial<Counter>) {
  const state = new Map<string, number>();
  const module = { ...counterModule(state), spec: listed, ...more } as Module<unknown, unknown, unknown>;
  const call = (args: object) => run(module, validate, noHost, JSON.stringify(args));
  return { state, call };
}

describe('rules between items', () => {
  const checkAll: Counter['checkAll'] = (items) =>
    items.map(({ options, path }) => {
      const other = items.find((one) => one.path !== path && one.options.value === options.value);
      return other && new OptionError('value', `is that of ${other.path} too`);
    });

  it('are errors of both, in the words of the task, and the others are carried out', async () => {
    const { call, state } = counters({ checkAll });
    const result = await call({
      counters: [
        { name: 'a', value: 1 },
        { name: 'b', value: 2 },
        { name: 'c', value: 1 },
      ],
    });
    expect(result.msg).toBe(
      "a: option 'counters[0].value': is that of counters[2] too\nc: option 'counters[2].value': is that of counters[0] too",
    );
    expect([...state]).toEqual([['b', 2]]);
  });

  it("don't see items that are wrong by themselves", async () => {
    const { call, state } = counters({ checkAll });
    await call({
      counters: [
        { name: 'a', value: 1 },
        { name: 'b', value: 1, wrong: 1 },
      ],
    });
    expect([...state]).toEqual([['a', 1]]);
  });

  it('may find several faults of one item, each said where it is', async () => {
    const { call } = counters({
      checkAll: (items) =>
        items.map(() => new Failures([new OptionError('name', 'x'), new OptionError('kind', 'y')])),
    });
    expect((await call({ name: 'a' })).msg).toBe("option 'name': x\noption 'kind': y");
    expect((await call({ counters: [{ name: 'a' }] })).msg).toBe(
      "a: option 'counters[0].name': x\noption 'counters[0].kind': y",
    );
  });
});

describe("items that aren't the task's", () => {
  const scope: Counter['scope'] = ({ kind, name, labels }) =>
    labels ? 'ignored' : kind === 'down' && name !== 'a' ? 'checked' : 'included';
  const { call, state } = counters({
    scope,
    noneIncluded: (items) => new Failure(`none of ${items.map(({ path }) => path)}`),
  });

  it("of others aren't even looked at", async () => {
    const counters = [{ name: 'x', labels: {}, nonsense: 1 }, { name: 'own' }];
    expect(await call({ counters })).toEqual({
      changed: false,
      results: [{ item: 'own', changed: false, name: 'own', value: 0 }],
    });
    expect(await call({ name: 'x', labels: {} })).toEqual({ changed: false, skipped: true });
  });

  it('and are aside are left out; where nothing else is, that may be an error', async () => {
    expect(
      (
        await call({
          counters: [
            { name: 'b', kind: 'down', password: 'long', value: 1 },
            { name: 'c', value: 1 },
          ],
        })
      ).results,
    ).toHaveLength(1);
    expect([...state.keys()]).toEqual(['c']);
    expect(await call({ counters: [{ name: 'b', kind: 'down', password: 'long' }] })).toEqual({
      changed: false,
      failed: true,
      msg: 'none of counters[0]',
    });
  });
});

describe('defaults of a list', () => {
  const { call } = counters({});
  it('hold for items that say nothing, and go before what is beside the list', async () => {
    const { results } = await call({
      counters: [{ name: 'a' }, { name: 'b', value: 3 }],
      defaults: { value: 2 },
      value: 1,
    });
    expect(results).toMatchObject([{ value: 2 }, { value: 3 }]);
  });

  it.each([5, 'text', [1]])('are a mapping: %j is none', async (defaults) => {
    expect((await call({ counters: [{ name: 'a' }], defaults })).msg).toBe(
      "option 'defaults': is not a mapping",
    );
  });
});

describe('uploads from the controller', () => {
  const { call, state } = counters({
    plan: () => ({
      changes: [{ title: 'x', before: 0, after: 1, step: 1 }],
      uploads: { file: '/srv/file' },
    }),
  });

  it('are asked for before anything is done, where the action plugin does them', async () => {
    expect(await call({ name: 'a', _ansible_piecewise_follow: true })).toEqual({
      changed: false,
      piecewise_uploads: { file: '/srv/file' },
    });
    expect(state.size).toBe(0);
  });

  it('are an error where it does not, and nothing in check mode', async () => {
    expect((await call({ name: 'a' })).msg).toMatch(/^\/srv\/file was not uploaded from the controller/);
    expect(await call({ name: 'a', _ansible_check_mode: true })).toEqual({ changed: true });
    expect(state.size).toBe(0);
  });
});

describe('the origins of items, which an action plugin tells', () => {
  const { call } = counters({});
  const counter = { name: 'a', value: 10 };
  const told = async (origins: unknown) =>
    (await call({ counters: [counter], _ansible_piecewise_origins: origins })).msg;

  it('are where errors are', async () => {
    expect(await told(['groups[0].types[1]'])).toBe(
      "option 'groups[0].types[1].value': 10 must be from 0 to 9",
    );
    expect(await told(['files/pf line 12'])).toBe("option 'files/pf line 12: value': 10 must be from 0 to 9");
  });

  it.each([
    [[null]],
    [[]],
    [['a', 'b']],
    [[5]],
    [[{ a: 1 }]],
    [['a\nb']],
    [['a\u001b[0m']],
    [['a\u202eb']],
    [['']],
    [['a'.repeat(301)]],
    ['a'],
    [{ 0: 'a', length: 1 }],
    [5],
  ])('are ignored where they are %j', async (origins) => {
    expect(await told(origins)).toBe("option 'counters[0].value': 10 must be from 0 to 9");
  });

  it('report what many items have in common once', async () => {
    const origins = ['groups[0].types[0]', 'groups[0].types[0]'];
    const { msg } = await call({
      counters: [counter, { ...counter, name: 'b' }],
      _ansible_piecewise_origins: origins,
    });
    expect(msg).toBe("option 'groups[0].types[0].value': 10 must be from 0 to 9");
  });
});

describe('items that stand for others', () => {
  const standIns: NonNullable<Counter['standIns']> = {
    isOne: ({ kind }) => kind === 'down',
    find: async (_, items, declared) =>
      items.map((item) =>
        item.name === 'bad'
          ? new Failure('the host does not answer')
          : {
              items: ['y', 'x'].map((name) => ({ ...item, name })),
              warnings: [`found beside ${declared.map(({ name }) => name)}`],
            },
      ),
  };
  const down = (name: string) => ({ name, kind: 'down', password: 'long', value: 3 });

  it('are replaced by what is found on the host, which is applied in their stead', async () => {
    const { call, state } = counters({ standIns });
    const result = await call({ counters: [down('all'), { name: 'z', value: 1 }, { name: 'w', wrong: 1 }] });
    expect((result.results as { item?: string }[]).map(({ item }) => item)).toEqual([
      'y',
      'x',
      'z',
      undefined,
    ]);
    expect(result.warnings).toEqual(['found beside all,z,w']);
    expect([...state]).toEqual([
      ['y', 3],
      ['x', 3],
      ['z', 1],
    ]);
  });

  it('are an error where the host does not answer, and the others are carried out', async () => {
    const { call, state } = counters({ standIns });
    expect(await call({ counters: [down('bad'), { name: 'z', value: 1 }] })).toMatchObject({
      failed: true,
      msg: 'bad: the host does not answer',
    });
    expect([...state]).toEqual([['z', 1]]);
  });

  it('ask the host for nothing where there are none', async () => {
    const find = () => {
      throw new Error('asked');
    };
    const { call } = counters({ standIns: { ...standIns, find } });
    expect(await call({ counters: [{ name: 'z', value: 1 }] })).toMatchObject({ changed: true });
  });
});
