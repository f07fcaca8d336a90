import { describe, expect, it } from 'vitest';
import { sidecar } from '../../../build/docs.ts';
import { compileValidator } from '../../../build/validator.ts';
import { coerceOptions } from '../../../modules/lib/ansible/coerce.ts';
import { run } from '../../../modules/lib/ansible/run.ts';
import { defineOptions } from '../../../modules/lib/ansible/spec.ts';
import { counterModule, counterSpec, noHost } from '../../support/fake.ts';

const spec = { ...counterSpec, list: { ...counterSpec.list, mapping: 'name' } };
const validate = compileValidator(spec);

function call(args: object, state = new Map<string, number>()) {
  return run({ ...counterModule(state), spec }, validate, noHost, JSON.stringify(args));
}

describe('items that are a mapping', () => {
  it('are each run under its key, with what stands beside the mapping', async () => {
    const state = new Map<string, number>();
    const result = await call({ counters: { a: { value: 1 }, 7: {} }, value: 3 }, state);
    expect(result).toMatchObject({ changed: true, results: [{ item: '7' }, { item: 'a' }] });
    expect([...state].sort()).toEqual([
      ['7', 3],
      ['a', 1],
    ]);
  });

  it('are nothing to do where there are none, and one item is said without them', async () => {
    expect(await call({ counters: {} })).toEqual({ changed: false, results: [] });
    expect(await call({ name: 'a', value: 1 })).toMatchObject({ changed: true, name: 'a' });
  });

  it('are wrong in words that have the key', async () => {
    const result = await call({ counters: { 'a.b': { vlaue: 1 }, c: { parts: [{ tag: 5000 }] } } });
    expect(result.msg).toBe(
      "option 'counters['a.b'].vlaue': is unknown; did you mean 'value'?\noption 'counters['c'].parts[0].tag': 5000 must be from 0 to 4095",
    );
  });

  it.each([
    [[{ name: 'a' }], "option 'counters': is not a mapping of mappings"],
    ['text', "option 'counters': is not a mapping of mappings"],
    [{ a: null }, "option 'counters['a']': is not a mapping"],
    [{ a: ['x'] }, "option 'counters['a']': is not a mapping"],
    [
      { a: { name: 'b' } },
      "option 'counters['a'].name': is already set by the entry's key 'a': leave it out",
    ],
  ])('%j is refused', async (counters, msg) => {
    expect(await call({ counters })).toMatchObject({ failed: true, msg });
  });

  it('have no name beside them', async () => {
    const msg = "option 'name': is the key of each entry of 'counters': leave it out";
    expect(await call({ counters: {}, name: 'a' })).toMatchObject({ failed: true, msg });
  });

  it('are documented as what they are', () => {
    const text = sidecar(spec, {});
    expect(text).toContain('The key of an entry is its C(name), and its value takes the same options');
    expect(text).toContain('Required, here or as the key of each entry of C(counters).');
  });
});

describe('a mapping that is bare', () => {
  const specs = defineOptions({
    recipe: {
      type: 'dict',
      bare: true,
      description: '',
      options: { size: { type: 'str', default: '2G', description: '' } },
    },
    plain: { type: 'dict', description: '' },
  });

  it('counts as empty where its key stands alone, and others as not given', () => {
    expect(coerceOptions(specs, { recipe: null, plain: null })).toEqual({ recipe: { size: '2G' } });
    expect(coerceOptions(specs, {})).toEqual({});
  });
});

describe('what is to be brought from the controller', () => {
  const asked = (mode: object, missing: string[] = []) => {
    const plan = () => ({ changes: [], missing, uploads: { a: '/a' }, result: { value: 1 } });
    const module = { ...counterModule(new Map()), spec, plan };
    return run(
      module,
      validate,
      noHost,
      JSON.stringify({ name: 'a', ...mode, _ansible_piecewise_follow: true }),
    );
  };

  it('is asked for before anything is done, and in check mode beside what would be', async () => {
    expect(await asked({})).toEqual({ changed: false, piecewise_uploads: { a: '/a' } });
    expect(await asked({ _ansible_check_mode: true })).toMatchObject({
      value: 1,
      piecewise_uploads: { a: '/a' },
    });
  });

  it('is not asked for where something else is missing', async () => {
    expect(await asked({}, ['no program'])).toEqual({ changed: false, failed: true, msg: 'no program' });
    expect(await asked({ _ansible_check_mode: true }, ['no program'])).not.toHaveProperty(
      'piecewise_uploads',
    );
  });
});
