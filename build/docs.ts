import { stringify } from 'yaml';
import type { ReturnField, Spec } from '../modules/lib/ansible/spec.ts';
import { returnsWithList, withList } from './list-form.ts';
import type { Added } from './option-docs.ts';
import { ruleSentences } from './rules.ts';
import { type Since, sinceOf } from './since.ts';

type Fields = Record<string, unknown>;

// The O() and V() markup is ansible-core 2.15's; 2.14 would print it unchanged.
const plain = (text: string) =>
  text.replace(/\b[OVE]\(([^)]*)\)/g, 'C($1)').replace(/\bRV\(([^)]*)\)/g, 'C($1)');

/** Texts within a value, as every release of ansible-doc shows them. */
export const plainAll = (value: unknown): unknown =>
  typeof value === 'string'
    ? plain(value)
    : Array.isArray(value)
      ? value.map(plainAll)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainAll(inner)]))
        : value;

// `!UNKNOWN` is how Ansible's documentation writes that an author has no account on GitHub.
const AUTHOR = 'The piecewise.cloud founders (!UNKNOWN)';

const ATTRIBUTES = {
  check_mode: { support: 'full', description: 'Reports what a run would change, and changes nothing.' },
  diff_mode: { support: 'full', description: 'Shows each change, before and after.' },
  async: {
    support: 'partial',
    description:
      'With C(poll=0) it runs in the background. Else it runs as without C(async), whose time limit does not hold: a long one is followed.',
  },
  platform: { support: 'full', platforms: 'debian', description: 'Tested on Debian 12 and 13.' },
};

// ansible-doc has no field for the type of a mapping's values.
const returnsDoc = (fields: Readonly<Record<string, ReturnField>>): Fields =>
  Object.fromEntries(
    Object.entries(fields).map(([name, { values: _, contains, ...field }]) => [
      name,
      { ...field, ...(contains ? { contains: returnsDoc(contains) } : {}) },
    ]),
  );

/** What a module's sidecar holds, in the markup of the newest Ansible. */
export function documentOf(spec: Spec, since: Since): Fields {
  const first = sinceOf(since, spec.module);
  const added: Added = (path) => {
    const version = sinceOf(since, spec.module, path);
    return version === first ? undefined : version;
  };
  const documentation = {
    module: spec.module,
    short_description: spec.summary,
    version_added: first,
    description: [...spec.description, ...ruleSentences(spec.rules)],
    author: [AUTHOR],
    ...(spec.requirements ? { requirements: [...spec.requirements] } : {}),
    options: withList(spec, added),
    attributes: { ...ATTRIBUTES, ...spec.attributes },
    ...(spec.seealso ? { seealso: spec.seealso.map((module) => ({ module })) } : {}),
    ...(spec.notes ? { notes: [...spec.notes] } : {}),
  };
  const values = returnsWithList(spec);
  const returns = Object.keys(values).length > 0 ? { RETURN: returnsDoc(values) } : {};
  return { DOCUMENTATION: documentation, EXAMPLES: spec.examples.trim(), ...returns };
}

/** The sidecar that ansible-doc reads beside a module that isn't Python. */
export function sidecar(spec: Spec, since: Since): string {
  const { DOCUMENTATION, EXAMPLES, ...returns } = documentOf(spec, since);
  const document = { DOCUMENTATION: plainAll(DOCUMENTATION), EXAMPLES, ...(plainAll(returns) as object) };
  return stringify(document, { lineWidth: 110, aliasDuplicateObjects: false, version: '1.1' });
}
