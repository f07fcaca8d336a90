import { createHash } from 'node:crypto';
import { OptionError } from '../../../lib/failure.ts';
import {
  type Applied,
  bothStated,
  onlyPaths,
  readApplied,
  statementOf,
  withoutApplied,
  withoutPaths,
  writeApplied,
} from '../../../lib/libvirt/applied.ts';
import { DOMAIN_IDENTITY } from '../../../lib/libvirt/identity.ts';
import { meaningOf } from '../../../lib/libvirt/meaning.ts';
import { DOMAIN_RULES } from '../../../lib/libvirt/owned.ts';
import type { Domain } from '../../../lib/libvirt/read.ts';
import { type Redefinition, redefine } from '../../../lib/libvirt/redefine.ts';
import { maskSecrets, secretsIn } from '../../../lib/libvirt/secrets.ts';
import { canonical } from '../../../lib/xml/canonical.ts';
import { childOf, childrenOf, type Element, valueAt } from '../../../lib/xml/element.ts';
import { merge } from '../../../lib/xml/merge.ts';
import { buildDomain, deniedBy, type HostFacts } from '../desired.ts';
import { LEFT_ALONE, OPTION_PATHS } from '../options/paths.ts';
import { isDefining, parseOption } from '../options.ts';
import type { DomainOptions } from '../table.ts';

/** What is known of a domain before libvirt is asked what it would make of a new definition. */
export interface Known extends HostFacts {
  readonly domain: Domain | undefined;
  readonly machineId: string;
}

/** A definition that a task comes to, and what led to it. */
export interface DomainDraft extends Redefinition {
  /** The definition that is there, without what we keep in its metadata. */
  readonly current: Element | undefined;
  readonly desired: Element;
  /** What the last task of ours stated. */
  readonly before: Applied | undefined;
  readonly form: Applied['form'];
}

const pathsOf = (options: readonly (keyof typeof OPTION_PATHS)[]): ReadonlySet<string> =>
  new Set(options.flatMap((name) => OPTION_PATHS[name]));

// Options that are left out and whose paths the task so says nothing about.
const leftAlone = (options: DomainOptions): ReadonlySet<string> =>
  pathsOf(LEFT_ALONE.filter((name) => options[name] === undefined));

/**
 * What the last task stated, as far as this one speaks for it. XML speaks for the whole domain; options speak for what
 * options stated, and of what XML stated for what there is an option for.
 */
function answeredFor(options: DomainOptions, before: Applied | undefined): Element | undefined {
  if (!before || options.xml !== undefined) return before?.stated;
  const all = pathsOf(Object.keys(OPTION_PATHS) as (keyof typeof OPTION_PATHS)[]);
  const stated = before.form === 'xml' ? onlyPaths(before.stated, all) : before.stated;
  return withoutPaths(stated, leftAlone(options));
}

// What options deny (`console: false`) goes as if a task had stated it before, whoever it was.
function withDenied(options: DomainOptions, stated: Element | undefined): Element | undefined {
  const denied = deniedBy(options);
  if (denied.children.length === 0) return stated;
  const statement = statementOf(denied, DOMAIN_IDENTITY);
  return stated ? bothStated(stated, statement) : statement;
}

function speaksFor(options: DomainOptions, desired: Element): (deviceClass: string) => boolean {
  if (options.xml !== undefined) return () => true;
  const devices = childOf(desired, 'devices');
  return (name) =>
    childrenOf(devices, name).length > 0 ||
    (name === 'disk' && options.disks !== undefined) ||
    (name === 'interface' && options.interfaces !== undefined);
}

/** The definition that a task comes to. Pure. @returns undefined for a task that defines nothing */
export function draftOf(options: DomainOptions, known: Known): DomainDraft | undefined {
  if (!isDefining(options)) return undefined;
  const { domain, machineId } = known;
  const current = domain && withoutApplied(domain.definition);
  const given = options.xml === undefined ? buildDomain(options, known, !current) : parseOption(options.xml);
  const desired = withoutApplied(given);
  refuseOtherUuid(desired, domain);
  const before = domain && readApplied(domain.definition);
  const wanted = {
    desired,
    current,
    applied: withDenied(options, answeredFor(options, before)),
    removeUnlisted: options.unlisted_devices === 'remove',
    speaksFor: speaksFor(options, desired),
    machineId,
    macs: defaultMacs(options),
  };
  const redefinition = redefine(wanted);
  // What a new domain gets by default nobody stated: it stays when a later task doesn't say it either.
  const own =
    options.xml === undefined && !current
      ? redefine({ ...wanted, desired: buildDomain(options, known, false) }).stated
      : redefinition.stated;
  const kept = before && options.xml === undefined ? onlyPaths(before.stated, leftAlone(options)) : undefined;
  const stated = kept ? bothStated(kept, own) : own;
  const form = options.xml === undefined ? 'options' : 'xml';
  return { ...redefinition, stated, current, desired, before, form };
}

function refuseOtherUuid(desired: Element, domain: Domain | undefined): void {
  const stated = valueAt(desired, 'uuid')?.toLowerCase();
  if (!domain || !stated || stated === domain.uuid) return;
  throw new OptionError('xml', `its UUID ${stated} isn't that of the domain, ${domain.uuid}: leave it out`);
}

const defaultMacs = ({ interfaces }: DomainOptions): Map<string, string> =>
  new Map(
    (interfaces ?? []).flatMap(({ target, default_mac }) =>
      target && default_mac ? [[target, default_mac.toLowerCase()]] : [],
    ),
  );

/** Whether a definition has all that the task states, whatever its values. */
export function hasAll(definition: Element, { desired }: DomainDraft): boolean {
  const both = merge({ current: definition, desired }, DOMAIN_RULES);
  return sameDefinition(statementOf(both, DOMAIN_IDENTITY), statementOf(definition, DOMAIN_IDENTITY));
}

/** Whether two definitions mean the same. */
export const sameDefinition = (a: Element, b: Element, path = a.name): boolean =>
  canonical(a, DOMAIN_IDENTITY, path) === canonical(b, DOMAIN_IDENTITY, path);

/** The same where libvirt hasn't filled in and written as it does what one of them says. */
export const sameMeaning = (a: Element, b: Element, path = a.name): boolean =>
  sameDefinition(meaningOf(a), meaningOf(b), path);

/**
 * A digest of a draft and of what it is laid over, secrets left out: when both come again, so does what libvirt made of
 * them.
 */
function digestOf(definition: Element, current: Element): string {
  const text = [definition, current].map((one) => canonical(maskSecrets(one), DOMAIN_IDENTITY)).join('\n');
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Whether a draft is what is there already, without asking anybody. */
export function isThere({ current, definition, before }: DomainDraft): boolean {
  if (current === undefined) return false;
  if (sameDefinition(current, definition)) return true;
  const secrets = (of: Element) => JSON.stringify(secretsIn(of));
  return before?.settled === digestOf(definition, current) && secrets(definition) === secrets(current);
}

/**
 * The digest by which the next run of the same task knows that it has nothing to do.
 * @param next the definition as libvirt will have it
 */
export function settledDigest(
  options: DomainOptions,
  known: Omit<Known, 'domain'>,
  next: Element,
  applied: Applied,
): string | undefined {
  const off = { state: 'shut off', autostart: false, saved: false, live: undefined };
  const there = { name: '', persistent: true, ...off };
  const uuid = valueAt(next, 'uuid') ?? '';
  const domain = { ...there, uuid, definition: writeApplied(next, applied) };
  const again = draftOf(options, { ...known, domain });
  return again && digestOf(again.definition, next);
}
