import type { Ref } from '../../ovsdb/types.ts';
import type { DesiredRow, RowKey } from '../desired.ts';
import type { Index } from '../index.ts';

/** References to desired rows: those that exist by their uuids, others by names within the transaction. */
export class Refs {
  readonly #new = new Map<string, Ref>();

  constructor(
    readonly index: Index,
    desired: readonly DesiredRow[],
  ) {
    for (const { table, name } of desired) {
      if (index.find({ table, name })) continue;
      this.#new.set(`${table} ${name}`, { uuid: `row${this.#new.size}`, named: true });
    }
  }

  /** @throws Error for a row that neither exists nor is desired: a mistake of ours */
  of({ table, name }: RowKey): Ref {
    const existing = this.index.find({ table, name });
    const ref = existing ? { uuid: existing._uuid } : this.#new.get(`${table} ${name}`);
    if (!ref) throw new Error(`no row ${name} in ${table}`);
    return ref;
  }
}
