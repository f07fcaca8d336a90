import { describe, expect, it } from 'vitest';
import { defineModule } from '../../../modules/lib/ansible/module.ts';
import type { ObjectKind } from '../../../modules/lib/ansible/plan.ts';
import { defineSpec } from '../../../modules/lib/ansible/spec.ts';

const text = { description: 'A text.', returned: 'always', type: 'str' } as const;

const spec = defineSpec({
  module: 'thing',
  summary: 'Manage things',
  description: [],
  options: {},
  examples: '',
  returns: {
    name: text,
    size: { ...text, type: 'int' },
    tags: { ...text, type: 'list', elements: 'str' },
    parts: { ...text, type: 'list', elements: 'dict', contains: { name: text } },
    ids: { ...text, type: 'dict', values: text },
  },
});

const kindOf = <Result extends object>(result: Result): ObjectKind<object, object, never, Result> => ({
  key: () => 'thing',
  observe: async (_, items) => items.map(() => ({})),
  plan: () => ({ changes: [], result }),
  apply: async () => undefined,
});

/** tsc refuses each line below that isn't an error: the test of the linters runs it. */
const undocumented = () => {
  // @ts-expect-error -- a key of its own
  defineModule(spec, kindOf({ name: 'a', colour: 'red' }));
  // @ts-expect-error -- a key in a list
  defineModule(spec, kindOf({ parts: [{ name: 'a', colour: 'red' }] }));
  // @ts-expect-error -- a number is documented
  defineModule(spec, kindOf({ size: 'large' }));
  // @ts-expect-error -- JSON has a null, which is no text
  defineModule(spec, kindOf({ name: null as string | null }));
  // @ts-expect-error -- a list of texts is documented
  defineModule(spec, kindOf({ tags: [1] }));
  // @ts-expect-error -- all values are texts
  defineModule(spec, kindOf({ ids: { a: 1 } }));
  // @ts-expect-error -- the type says nothing of it
  defineModule(spec, kindOf({ name: 'a' as unknown }));
};

describe('a module', () => {
  it('is its object with its spec, and returns what is documented', () => {
    const kind = kindOf({ name: 'a', size: 1, tags: ['b'], parts: [{ name: 'c' }], ids: { d: 'e' } });
    const module = defineModule(spec, kind);
    expect(module.spec).toBe(spec);
    expect(module.plan({}, {})).toEqual(kind.plan({}, {}));
    // JSON leaves undefined values out.
    expect(defineModule(spec, kindOf({ name: 'a' as string | undefined })).key({})).toBe('thing');
    expect(undocumented).not.toThrow();
  });
});
