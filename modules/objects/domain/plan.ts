import type { Change, Plan } from '../../lib/ansible/plan.ts';
import { Failure, OptionError } from '../../lib/failure.ts';
import { writeApplied } from '../../lib/libvirt/applied.ts';
import { DOMAIN_IDENTITY } from '../../lib/libvirt/identity.ts';
import { labelOf } from '../../lib/libvirt/label.ts';
import { type Domain, isOn } from '../../lib/libvirt/read.ts';
import type { Rehearsed } from '../../lib/libvirt/rehearse.ts';
import { definitionTexts } from '../../lib/libvirt/secrets.ts';
import { inOrderOf } from '../../lib/xml/canonical.ts';
import { childOf, childrenOf, type Element, valueAt } from '../../lib/xml/element.ts';
import { serialiseXml } from '../../lib/xml/serialise.ts';
import { isDefining, nameOf } from './options.ts';
import { absentPlan } from './plan/absent.ts';
import { type DomainDraft, hasAll, sameDefinition, sameMeaning, settledDigest } from './plan/draft.ts';
import { actionsOf, goneFrom, planGuest } from './plan/guest.ts';
import { planPower, stateAfter } from './plan/power.ts';
import type { DomainResult, State, Step } from './plan/state.ts';
import type { DomainOptions } from './table.ts';

type DomainChange = Change<Step>;

interface Next {
  /** The persistent definition as it will be. */
  readonly definition: Element | undefined;
  readonly changes: readonly DomainChange[];
  readonly warnings: readonly string[];
}

/** What libvirt makes of a draft, in the order of what is there. @throws Failure when it refuses it */
function outcome(name: string, draft: DomainDraft, rehearsed: Rehearsed | undefined): Element {
  if (rehearsed?.outcome === 'refused') {
    throw new Failure(`libvirt refuses domain ${name}: ${rehearsed.reason}`);
  }
  const asked = rehearsed?.outcome === 'defined';
  const definition = asked ? rehearsed.definition : draft.definition;
  if (!draft.current) return definition;
  return inOrderOf(draft.current, definition, DOMAIN_IDENTITY, asked ? undefined : sameMeaning);
}

// What libvirt's schema doesn't know is a slip of the pen where libvirt leaves it out, and its own affair where not.
function lossOf(draft: DomainDraft, rehearsed: Rehearsed | undefined): string | undefined {
  if (rehearsed?.outcome !== 'defined' || rehearsed.invalid === undefined) return undefined;
  return hasAll(rehearsed.definition, draft) ? undefined : rehearsed.invalid;
}

function planDefinition(name: string, options: DomainOptions, state: State): Next {
  const { domain, draft, there, rehearsed } = state;
  if (!draft) return { definition: domain?.definition, changes: [], warnings: [] };
  const { current, before, stated, form } = draft;
  const after = current && there ? current : outcome(name, draft, rehearsed);
  const warnings = [...unlistedWarning(name, draft), ...lossWarning(name, options, lossOf(draft, rehearsed))];
  const asked = rehearsed?.outcome === 'defined';
  const same = current !== undefined && (there || (asked ? sameDefinition : sameMeaning)(current, after));
  const adopted = before !== undefined && before.form === form && sameDefinition(before.stated, stated);
  if (same && (!options.adopt || adopted)) return { definition: current, changes: [], warnings };
  const applied = { form, stated, gone: goneFrom(domain, before?.gone, after) };
  const settled = asked || same ? settledDigest(options, state, after, applied) : undefined;
  const xml = serialiseXml(writeApplied(same ? current : draft.definition, { ...applied, settled }));
  const title = `${!current ? 'define' : same ? 'adopt' : 'redefine'} domain ${name}`;
  const texts = same ? ADOPTION : definitionTexts(current, after);
  const validate = options.validate && !(asked && rehearsed.invalid !== undefined);
  const { kvm, machineId } = state;
  const found = asked ? { expected: after } : { known: { kvm, machineId }, applied };
  const step = { act: 'define' as const, xml, validate, outcome: found };
  return { definition: after, changes: [{ title, ...texts, step }], warnings };
}

// What a definition says stays as it is; who answers for it is new.
const ADOPTION = { before: 'stated by nobody\n', after: 'stated by this task\n' };

function unlistedWarning(name: string, { unlisted }: DomainDraft): string[] {
  if (unlisted.length === 0) return [];
  const kept = unlisted.map(labelOf).join(', ');
  const way = "'unlisted_devices: remove' removes them";
  return [`domain ${name} has devices that the task doesn't list; they are kept: ${kept} (${way})`];
}

/** @throws Failure unless the task takes the loss */
function lossWarning(name: string, { validate }: DomainOptions, loss: string | undefined): string[] {
  if (loss === undefined) return [];
  const warning = `libvirt leaves out some of what the task states of domain ${name}: ${loss}`;
  if (validate) throw new Failure(`${warning} ('validate: false' takes it so)`);
  return [warning];
}

function autostartChange(name: string, wanted: boolean | undefined, now: boolean): DomainChange[] {
  if (wanted === undefined || wanted === now) return [];
  const text = (on: boolean) => `autostart ${on ? 'on' : 'off'}\n`;
  const title = `${wanted ? 'set' : 'clear'} autostart of domain ${name}`;
  return [{ title, before: text(now), after: text(wanted), step: { act: 'autostart', on: wanted } }];
}

function refuse(name: string, options: DomainOptions, domain: Domain | undefined): void {
  if (domain && !domain.persistent) {
    throw new Failure(
      `domain ${name} is transient, it has no definition to change: define it or shut it down first`,
    );
  }
  if (domain) return;
  if (!isDefining(options)) {
    throw new Failure(`there is no domain ${name}: give 'xml', or 'memory' and what else it is to have`);
  }
  if (options.xml === undefined && options.memory === undefined) {
    throw new OptionError('memory', `is needed to define domain ${name}`);
  }
}

const interfacesOf = (definition: Element | undefined) =>
  childrenOf(definition && childOf(definition, 'devices'), 'interface').map((device) => ({
    target: valueAt(device, 'target/@dev'),
    mac: valueAt(device, 'mac/@address'),
  }));

/** From what the task says and what libvirt has to what is to be done. Pure. */
export function planDomain(options: DomainOptions, state: State): Plan<Step, DomainResult> {
  const name = nameOf(options);
  const { domain } = state;
  if (options.state === 'absent') return absentPlan(options, state);
  refuse(name, options, domain);
  const next = planDefinition(name, options, state);
  const now = domain?.state ?? 'shut off';
  const guest = planGuest(options, state, next.definition);
  const power = planPower(name, options, now, guest.pending);
  const autostart = autostartChange(name, options.autostart, domain?.autostart ?? false);
  // A paused guest lets go of nothing, so one that is to run is woken before it is changed.
  const resumes = power.changes[0]?.step.act === 'resume';
  const changes = resumes
    ? [...next.changes, ...power.changes, ...guest.changes, ...autostart]
    : [...next.changes, ...guest.changes, ...autostart, ...power.changes];
  const pending = power.restarts || !isOn(stateAfter(options.state, now)) ? [] : guest.pending;
  return {
    changes,
    warnings: [...next.warnings, ...pendingWarning(name, pending)],
    result: {
      domain: {
        name,
        uuid: valueAt(next.definition, 'uuid'),
        state: stateAfter(options.state, now),
        autostart: options.autostart ?? domain?.autostart ?? false,
        interfaces: interfacesOf(next.definition),
      },
      actions: changes.flatMap(({ title, step }) =>
        step.act === 'update' ? actionsOf(step.update) : [title],
      ),
      restart_required: pending.length > 0,
      restart_reasons: pending,
    },
  };
}

const pendingWarning = (name: string, pending: readonly string[]): string[] =>
  pending.length === 0
    ? []
    : [
        `domain ${name} is running and has to be restarted for what can't be changed while it runs: ${pending.join('; ')}`,
      ];
