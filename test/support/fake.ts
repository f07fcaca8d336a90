import type { Module } from '../../modules/lib/ansible/plan.ts';
import { defineSpec, type OptionsOf } from '../../modules/lib/ansible/spec.ts';
import { Failure } from '../../modules/lib/failure.ts';
import type { Host } from '../../modules/lib/host/host.ts';

export const counterSpec = defineSpec({
  module: 'counter',
  summary: 'Keeps counters, for the tests of the runner',
  description: ['A module as small as can be.'],
  list: { option: 'counters', description: 'Several.' },
  options: {
    name: { type: 'str', required: true, description: 'Which.', aliases: ['counter'] },
    value: { type: 'int', default: 0, minimum: 0, maximum: 9, description: 'What it is to be.' },
    kind: { type: 'str', choices: ['up', 'down'], description: 'A choice.' },
    tags: { type: 'list', elements: { type: 'str' }, description: 'A list.' },
    labels: { type: 'dict', values: 'str', description: 'Free keys.' },
    parts: {
      type: 'list',
      description: 'Mappings.',
      elements: {
        type: 'dict',
        options: { tag: { type: 'int', minimum: 0, maximum: 4095, description: 'A tag.' } },
      },
    },
    password: { type: 'str', secret: true, description: 'A secret.' },
    data: { type: 'raw', secret: true, description: 'A secret mapping.' },
  },
  rules: { mutuallyExclusive: [['tags', 'labels']], requiredTogether: [['kind', 'password']] },
  examples: '',
  returns: {},
});

type Options = OptionsOf<typeof counterSpec>;

/** A module over counters in memory; `fail` names the counters whose change goes wrong. */
export function counterModule(
  state: Map<string, number>,
  fail: readonly string[] = [],
): Module<Options, number, number> {
  return {
    spec: counterSpec,
    key: ({ name }) => name,
    observe: async (_, items) => items.map(({ name }) => state.get(name) ?? 0),
    plan: ({ name, value, password }, now) => ({
      changes:
        now === value
          ? []
          : [{ title: `set ${name}`, before: { value: now }, after: { value, password }, step: value }],
      missing: name === 'orphan' ? ['the parent of orphan is missing'] : [],
      result: { name, value },
    }),
    apply: async (_, step, { name }) => {
      if (fail.includes(name)) throw new Failure(`${name} is stuck`);
      state.set(name, step);
      return undefined;
    },
  };
}

/** A host whose every use is an error: for what must be pure. */
export const noHost = new Proxy({} as Host, {
  get: (_, name) => () => {
    throw new Error(`the host was used: ${String(name)}`);
  },
});
