import type { Change } from '../../../lib/ansible/plan.ts';
import { Failure } from '../../../lib/failure.ts';
import { writeApplied } from '../../../lib/libvirt/applied.ts';
import { DOMAIN_IDENTITY } from '../../../lib/libvirt/identity.ts';
import { labelOf } from '../../../lib/libvirt/label.ts';
import { definitionTexts } from '../../../lib/libvirt/secrets.ts';
import { inOrderOf } from '../../../lib/xml/canonical.ts';
import type { Element } from '../../../lib/xml/element.ts';
import { serialiseXml } from '../../../lib/xml/serialise.ts';
import { nextDigest } from '../draft/digest.ts';
import type { DomainDraft } from '../draft/draft.ts';
import { hasAll, sameDefinition, sameMeaning } from '../draft/same.ts';
import type { State } from '../observe/state.ts';
import type { DomainOptions } from '../options/options.ts';
import { stillAttached } from './guest.ts';
import type { DefineStep, Step } from './step.ts';
import { type Findings, verdictOf } from './verdict.ts';

export interface DefinitionPlan {
  /** The persistent definition after the changes. */
  readonly definition: Element | undefined;
  readonly changes: readonly Change<DefineStep>[];
  readonly warnings: readonly string[];
}

/**
 * Plans the domain's persistent definition. Pure.
 * @throws Failure where libvirt refuses it, or would leave out a part of it that it does not know
 */
export function planDefinition(name: string, options: DomainOptions, state: State): DefinitionPlan {
  const { domain, draft } = state;
  if (!draft) return { definition: domain?.definition, changes: [], warnings: [] };
  const next = nextDefinition(name, draft, state);
  const warnings = [...unlistedWarning(name, draft), ...lossWarning(name, options, lossOf(draft, state))];
  const verdict = verdictOf(findingsOf(options, draft, state, next));
  const change = (texts: Pick<Change<Step>, 'before' | 'after'>, definition: Element): DefinitionPlan => {
    const step = defineStep(options, draft, state, { definition, next });
    return { definition: next, changes: [{ title: `${verdict} domain ${name}`, ...texts, step }], warnings };
  };
  switch (verdict) {
    case 'unchanged':
      return { definition: draft.current, changes: [], warnings };
    case 'adopt':
      return change(ADOPTION, draft.current ?? next);
    case 'define':
    case 'redefine':
      return change(definitionTexts(draft.current, next), draft.definition);
  }
}

// To adopt a domain changes nothing but the record in its metadata, which a diff doesn't show.
const ADOPTION = { before: 'not managed by this task\n', after: 'managed by this task\n' };

/** The definition as libvirt will have it, in the order of the current one. @throws Failure when libvirt refuses it */
function nextDefinition(name: string, draft: DomainDraft, { rehearsed, unchanged }: State): Element {
  if (draft.current && unchanged) return draft.current;
  if (rehearsed?.outcome === 'refused') {
    throw new Failure(`libvirt refuses domain ${name}: ${rehearsed.reason}`);
  }
  const isNormal = rehearsed?.outcome === 'defined';
  const definition = isNormal ? rehearsed.definition : draft.definition;
  if (!draft.current) return definition;
  return inOrderOf(draft.current, definition, DOMAIN_IDENTITY, isNormal ? undefined : sameMeaning);
}

function findingsOf(
  { adopt }: DomainOptions,
  { current, lastApplied, form, outline }: DomainDraft,
  { rehearsed, unchanged }: State,
  next: Element,
): Findings {
  const isSame = rehearsed?.outcome === 'defined' ? sameDefinition : sameMeaning;
  return {
    exists: current !== undefined,
    same: current !== undefined && (unchanged || isSame(current, next)),
    adopt,
    recorded: lastApplied?.form === form && sameDefinition(lastApplied.outline, outline),
  };
}

/**
 * The step that defines the domain.
 * @param to `definition` is what libvirt gets, and `next` what it makes of that
 */
function defineStep(
  options: DomainOptions,
  { current, lastApplied, form, outline }: DomainDraft,
  { domain, rehearsed, kvm, machineId }: State,
  { definition, next }: { readonly definition: Element; readonly next: Element },
): DefineStep {
  const known = { kvm, machineId };
  const applied = { form, outline, removed: stillAttached(domain, lastApplied?.removed, next) };
  const isNormal = rehearsed?.outcome === 'defined';
  const digest = isNormal || definition === current ? nextDigest(options, known, next, applied) : undefined;
  return {
    act: 'define',
    xml: serialiseXml(writeApplied(definition, { ...applied, digest })),
    validate: options.validate && !(isNormal && rehearsed.invalid !== undefined),
    outcome: isNormal ? { expected: next } : { known, applied },
  };
}

// libvirt keeps some elements that its schema doesn't know. Those that it leaves out are probably misspelled.
function lossOf(draft: DomainDraft, { rehearsed }: State): string | undefined {
  if (rehearsed?.outcome !== 'defined' || rehearsed.invalid === undefined) return undefined;
  return hasAll(rehearsed.definition, draft.desired) ? undefined : rehearsed.invalid;
}

function unlistedWarning(name: string, { unlisted }: DomainDraft): string[] {
  if (unlisted.length === 0) return [];
  const kept = unlisted.map(labelOf).join(', ');
  const fix = "'unlisted_devices: remove' removes them";
  return [`domain ${name} has devices that the task doesn't list; they are kept: ${kept} (${fix})`];
}

/** @throws Failure unless the task accepts the loss */
function lossWarning(name: string, { validate }: DomainOptions, loss: string | undefined): string[] {
  if (loss === undefined) return [];
  const warning = `libvirt leaves out a part of the definition of domain ${name}: ${loss}`;
  if (validate) throw new Failure(`${warning} ('validate: false' defines it without that part)`);
  return [warning];
}
