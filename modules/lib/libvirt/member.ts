import { childOf, childrenOf, type Element, element } from '../xml/element.ts';

/** The namespace of a domain's element that tells its group: `virsh metadata DOMAIN --config --uri NAMESPACE`. */
export const MEMBER_NAMESPACE = 'https://piecewise.cloud/group/1';

/** The element within `<metadata>`. */
export const MEMBER_ELEMENT = 'piecewise-group:member';

/** The group of a domain, as its metadata has it. */
export interface Member {
  readonly group: string;
  readonly type?: string | undefined;
  /** The number among those of its type, of one that was made by a count. */
  readonly index?: number | undefined;
}

/** A membership as XML. */
export const memberElement = ({ group, type, index }: Member): Element =>
  element(MEMBER_ELEMENT, {
    'xmlns:piecewise-group': MEMBER_NAMESPACE,
    group,
    type,
    index: index === undefined ? undefined : String(index),
  });

/** The membership that a `<member>` tells. */
export function memberOf({ attributes }: Element): Member | undefined {
  const { group, type, index } = attributes;
  if (group === undefined) return undefined;
  return {
    group,
    ...(type === undefined ? {} : { type }),
    ...(index !== undefined && /^\d{1,6}$/.test(index) ? { index: Number(index) } : {}),
  };
}

/** The membership in a definition. @returns undefined of a domain in no group */
export function memberIn(definition: Element): Member | undefined {
  const found = childrenOf(childOf(definition, 'metadata'), MEMBER_ELEMENT)[0];
  return found && memberOf(found);
}
