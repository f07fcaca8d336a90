import type { Element } from '../../xml/element.ts';

export interface LiveChange {
  readonly title: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly step: never;
}

export const planLive = (
  _live: Element,
  _persistent: Element,
): { changes: readonly LiveChange[]; pending: readonly string[] } => ({ changes: [], pending: [] });
