import type { Change, Plan } from '../lib/ansible/plan.ts';
import { Failure, OptionError } from '../lib/failure.ts';
import { deriveDomain } from '../lib/libvirt/derived.ts';
import { DOMAIN_IDENTITY } from '../lib/libvirt/identity.ts';
import { inventMissing } from '../lib/libvirt/invent.ts';
import { normaliseDomain } from '../lib/libvirt/normalise.ts';
import { maskSecrets } from '../lib/libvirt/secrets.ts';
import { unlistedDevices } from '../lib/libvirt/unlisted.ts';
import type { Domain } from '../lib/libvirt/virsh.ts';
import { childOf, childrenOf, type Element, sameElement, valueAt } from '../lib/xml/element.ts';
import { merge } from '../lib/xml/merge.ts';
import { serialiseXml } from '../lib/xml/serialise.ts';
import { buildDomain, type HostFacts } from './desired.ts';
import { type DomainOptions, isDefining, nameOf, parseOption } from './options.ts';

export interface State extends HostFacts {
  readonly domain: Domain | undefined;
  readonly machineId: string;
}

/** One call of libvirt. */
export type Step =
  | { readonly act: 'define'; readonly xml: string }
  | { readonly act: 'start' | 'resume' | 'shutdown' | 'undefine' }
  | { readonly act: 'autostart'; readonly on: boolean };

type DomainChange = Change<Step>;

const isOn = (state: string) => state !== 'shut off' && state !== 'crashed';

const text = (definition: Element) => serialiseXml(maskSecrets(definition));

interface Next {
  /** The definition as it will be. */
  readonly definition: Element;
  /** Devices that stay though the task doesn't list them. */
  readonly unlisted: readonly string[];
}

function nextDefinition(options: DomainOptions, state: State): Next | undefined {
  if (!isDefining(options)) return undefined;
  const current = state.domain?.definition;
  const given = options.xml === undefined ? buildDomain(options, state, !current) : parseOption(options.xml);
  const desired = normaliseDomain(given, current);
  const stated = valueAt(desired, 'uuid');
  if (current && stated && stated !== state.domain?.uuid) {
    throw new OptionError(
      'xml',
      `its UUID ${stated} isn't that of the domain, ${state.domain?.uuid}: leave it out`,
    );
  }
  const next = current ? merge(current, desired, DOMAIN_IDENTITY, deriveDomain) : desired;
  return {
    definition: inventMissing(next, state.machineId, defaultMacs(options)),
    unlisted: current ? unlistedDevices(current, desired) : [],
  };
}

const defaultMacs = ({ interfaces }: DomainOptions): Map<string, string> =>
  new Map(
    (interfaces ?? []).flatMap(({ target, default_mac }) =>
      target && default_mac ? [[target, default_mac.toLowerCase()]] : [],
    ),
  );

const interfacesOf = (definition: Element | undefined) =>
  childrenOf(definition && childOf(definition, 'devices'), 'interface').map((device) => ({
    target: valueAt(device, 'target/@dev'),
    mac: valueAt(device, 'mac/@address'),
  }));

function definitionChange(
  name: string,
  before: Element | undefined,
  after: Element | undefined,
): DomainChange[] {
  if (!after || (before && sameElement(before, after))) return [];
  const title = `${before ? 'redefine' : 'define'} domain ${name}`;
  return [
    {
      title,
      before: before && text(before),
      after: text(after),
      step: { act: 'define', xml: serialiseXml(after) },
    },
  ];
}

const acting = (title: string, before: string, after: string, step: Step): DomainChange => ({
  title,
  before: `${before}\n`,
  after: `${after}\n`,
  step,
});

function stateChange(name: string, wanted: DomainOptions['state'], now: string): DomainChange[] {
  if (wanted === 'running' && now === 'paused') {
    return [acting(`resume domain ${name}`, now, 'running', { act: 'resume' })];
  }
  if (wanted === 'running' && !isOn(now))
    return [acting(`start domain ${name}`, now, 'running', { act: 'start' })];
  if (wanted !== 'running' && isOn(now))
    return [acting(`shut down domain ${name}`, now, 'shut off', { act: 'shutdown' })];
  return [];
}

function autostartChange(name: string, wanted: boolean | undefined, now: boolean): DomainChange[] {
  if (wanted === undefined || wanted === now) return [];
  const word = (on: boolean) => `autostart ${on ? 'on' : 'off'}`;
  const title = `${wanted ? 'set' : 'clear'} autostart of domain ${name}`;
  return [acting(title, word(now), word(wanted), { act: 'autostart', on: wanted })];
}

function absentPlan(name: string, domain: Domain | undefined): Plan<Step> {
  if (!domain) return { changes: [], result: { actions: [], restart_required: false } };
  const changes = [
    ...stateChange(name, 'absent', domain.state),
    {
      title: `undefine domain ${name}`,
      before: text(domain.definition),
      after: undefined,
      step: { act: 'undefine' as const },
    },
  ];
  return { changes, result: { actions: changes.map(({ title }) => title), restart_required: false } };
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

function warningsOf(name: string, unlisted: readonly string[], restart: boolean): string[] {
  const kept = `domain ${name} has devices that the task doesn't list; they are kept: ${unlisted.join(', ')}`;
  const later = `domain ${name} is running: its new definition takes effect when it is started the next time`;
  return [...(unlisted.length > 0 ? [kept] : []), ...(restart ? [later] : [])];
}

const stateAfter = (wanted: DomainOptions['state'], now: string) =>
  wanted === 'present' ? now : wanted === 'running' ? 'running' : 'shut off';

/** From what the task says and what libvirt has to what is to be done. Pure. */
export function planDomain(options: DomainOptions, state: State): Plan<Step> {
  const name = nameOf(options);
  const { domain } = state;
  if (options.state === 'absent') return absentPlan(name, domain);
  refuse(name, options, domain);
  const next = nextDefinition(options, state);
  const now = domain?.state ?? 'shut off';
  const autostart = domain?.autostart ?? false;
  const defined = definitionChange(name, domain?.definition, next?.definition);
  const switched = options.state === 'present' ? [] : stateChange(name, options.state, now);
  const changes = [...defined, ...autostartChange(name, options.autostart, autostart), ...switched];
  const restart = defined.length > 0 && isOn(now) && options.state !== 'stopped';
  return {
    changes,
    warnings: warningsOf(name, next?.unlisted ?? [], restart),
    result: {
      domain: {
        name,
        uuid: valueAt(next?.definition ?? domain?.definition, 'uuid'),
        state: stateAfter(options.state, now),
        autostart: options.autostart ?? autostart,
        interfaces: interfacesOf(next?.definition ?? domain?.definition),
      },
      actions: changes.map(({ title }) => title),
      restart_required: restart,
    },
  };
}
