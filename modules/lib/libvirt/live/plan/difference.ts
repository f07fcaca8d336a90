import type { Element } from '../../../xml/element.ts';
import { ruleOf } from '../../../xml/merge.ts';
import { type Pairing, pairItems } from '../../../xml/pair.ts';
import { DOMAIN_IDENTITY } from '../../identity.ts';
import { fieldOf } from '../../label.ts';
import { expectedAt, type Holders, isRuntimeOnly } from './expected.ts';

/** A value of the running guest that differs from its definition. */
export interface Difference {
  /** Relative to the compared element: `source/@file`, `driver`. */
  readonly path: string;
  /** The attribute or text; undefined where it is missing, and for an element with children. */
  readonly live: string | undefined;
  readonly persistent: string | undefined;
}

/** A difference for a user, `model type cirrus → virtio`; a value that may be secret is left out. */
export function textOf({ path, live, persistent }: Difference): string {
  const values = [live, persistent].map((value) => value || 'none');
  const shown = /passwd/i.test(path) || (!live && !persistent) ? '' : ` ${values.join(' → ')}`;
  return `${fieldOf(path)}${shown}`;
}

/**
 * The differences between a live element and its definition, without those that any running guest has.
 * @param path the names from the root down to this element, joined by `/`
 */
export function differencesOf(live: Element, persistent: Element, path: string): Difference[] {
  return compare(live, persistent, path).map((found) => ({
    ...found,
    path: found.path.slice(path.length + 1),
  }));
}

function compare(live: Element, persistent: Element, path: string): Difference[] {
  const holders = { live, persistent };
  const attributes = union(Object.keys(live.attributes), Object.keys(persistent.attributes));
  return [
    ...compareValue(path, live.text.trim(), persistent.text.trim(), holders),
    ...attributes.flatMap((name) =>
      compareValue(`${path}/@${name}`, live.attributes[name], persistent.attributes[name], holders),
    ),
    ...union(namesIn(live), namesIn(persistent)).flatMap((name) =>
      compareList(holders, `${path}/${name}`, name),
    ),
  ];
}

const union = (a: readonly string[], b: readonly string[]) => [...new Set([...a, ...b])];

const namesIn = (element: Element) => element.children.map(({ name }) => name);

function compareValue(
  path: string,
  live: string | undefined,
  persistent: string | undefined,
  holders: Holders,
): Difference[] {
  const same =
    (live || undefined) === (persistent || undefined) || expectedAt(path)(live, persistent, holders);
  return same ? [] : [{ path, live, persistent }];
}

function compareList(holders: Holders, path: string, name: string): Difference[] {
  if (isRuntimeOnly(path)) return [];
  const { pairs, unmatched, added } = pairing(
    path,
    itemsOf(holders.live, name),
    itemsOf(holders.persistent, name),
  );
  const unpaired = (live: Element | undefined, persistent: Element | undefined): Difference[] => {
    const [current, next] = [live, persistent].map((item) => item?.text.trim());
    return expectedAt(path)(current, next, holders) ? [] : [{ path, live: current, persistent: next }];
  };
  return [
    ...[...pairs].flatMap(([live, persistent]) => compare(live, persistent, path)),
    ...unmatched.flatMap((item) => unpaired(item, undefined)),
    ...added.flatMap((item) => unpaired(undefined, item)),
  ];
}

const itemsOf = (element: Element, name: string) => element.children.filter((child) => child.name === name);

function pairing(path: string, live: readonly Element[], persistent: readonly Element[]): Pairing {
  const rule = ruleOf(DOMAIN_IDENTITY, path);
  if (rule !== undefined && rule !== 'atomic') return pairItems(live, persistent, rule);
  const both = Math.min(live.length, persistent.length);
  return {
    pairs: new Map(live.slice(0, both).map((item, i) => [item, persistent[i] as Element])),
    unmatched: live.slice(both),
    added: persistent.slice(both),
  };
}
