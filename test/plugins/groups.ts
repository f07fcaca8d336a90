import { Python } from './python.ts';

/** What is expanded: groups, texts of description files by their path, and whom it is for. */
export interface Case {
  readonly groups?: unknown;
  readonly files?: Readonly<Record<string, string>>;
  readonly hypervisor?: string;
  readonly overrides?: object;
}

/** An entry of the module's list, with where it comes from; or the error. */
export type Answer = { readonly entries: readonly Entry[] } | { readonly error: string };

export interface Entry {
  readonly origin: string;
  readonly values: Readonly<Record<string, unknown>> & { readonly name: string };
}

const CODE = `
from ansible_collections.piecewise.cloud.plugins.plugin_utils._vm_descriptions import kinds_of_text
from ansible_collections.piecewise.cloud.plugins.plugin_utils._vm_groups import GroupError, entries_of, kinds_of_groups
def answer(case):
    try:
        kinds = kinds_of_groups(case.get("groups"), "groups")
        for path, text in (case.get("files") or {}).items():
            kinds += kinds_of_text(text, path)
        found = entries_of(kinds, case.get("hypervisor", "hv1"), case.get("overrides"))
        return {"entries": [entry._asdict() for entry in found]}
    except GroupError as error:
        return {"error": str(error)}
`;

/** Expands groups as the action plugin does. */
export class Expander {
  private readonly python = new Python(CODE);
  readonly end = () => this.python.end();
  readonly expand = (one: Case) => this.python.ask<Answer>(one);

  /** @throws the error of the case */
  readonly entriesOf = async (one: Case): Promise<readonly Entry[]> => {
    const answer = await this.expand(one);
    if ('error' in answer) throw new Error(`${JSON.stringify(one)}: ${answer.error}`);
    return answer.entries;
  };
}

/** The VMs among entries: those that stand for no others. */
export const vmsOf = (entries: readonly Entry[]): Entry['values'][] =>
  entries.flatMap(({ values }) => (values.surplus === undefined ? [values] : []));
