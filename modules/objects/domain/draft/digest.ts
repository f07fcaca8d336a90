import { createHash } from 'node:crypto';
import { type Applied, writeApplied } from '../../../lib/libvirt/applied.ts';
import { DOMAIN_IDENTITY } from '../../../lib/libvirt/identity.ts';
import { maskSecrets, secretsIn } from '../../../lib/libvirt/secrets.ts';
import { canonical } from '../../../lib/xml/canonical.ts';
import { type Element, valueAt } from '../../../lib/xml/element.ts';
import type { DomainOptions } from '../options/options.ts';
import { type DomainDraft, draftOf, type Known } from './draft.ts';
import { sameDefinition } from './same.ts';

/**
 * A digest of a draft's definition and of the current one, without secrets. libvirt normalises a definition when it
 * stores it, so the draft of a task that ran before differs from the current definition. The same digest again means
 * that libvirt would store the same again.
 */
function digestOf(definition: Element, current: Element): string {
  const text = [definition, current].map((one) => canonical(maskSecrets(one), DOMAIN_IDENTITY)).join('\n');
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Whether a draft changes nothing, as far as is known without libvirt. */
export function isUnchanged({ current, definition, lastApplied }: DomainDraft): boolean {
  if (current === undefined) return false;
  if (sameDefinition(current, definition)) return true;
  const secrets = (of: Element) => JSON.stringify(secretsIn(of));
  return lastApplied?.digest === digestOf(definition, current) && secrets(definition) === secrets(current);
}

/**
 * The digest by which the next run of the same task knows that it changes nothing.
 * @param next the definition as libvirt will have it
 */
export function nextDigest(
  options: DomainOptions,
  known: Omit<Known, 'domain'>,
  next: Element,
  applied: Applied,
): string | undefined {
  const off = { state: 'shut off', autostart: false, saved: false, live: undefined };
  const identity = { name: '', uuid: valueAt(next, 'uuid') ?? '', persistent: true };
  const domain = { ...identity, ...off, definition: writeApplied(next, applied) };
  const again = draftOf(options, { ...known, domain });
  return again && digestOf(again.definition, next);
}
