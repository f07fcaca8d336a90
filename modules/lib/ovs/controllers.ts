import { OptionError } from '../failure.ts';
import type { Draft } from './draft.ts';
import { guardRow, insert, mutateRefs } from './operations.ts';
import type { Given } from './row.ts';
import type { Row } from './tables.ts';
import { type Ref, sorted } from './types.ts';

/** What becomes of a bridge's controllers, each of which is a row of its own. */
export interface ControllersPlan {
  /** The rows of those that come. */
  readonly joining: readonly Ref[];
  readonly before: Given;
  readonly after: Given;
}

// ovs-vswitchd.conf.db(5), Controller, "target".
const METHODS: readonly (readonly [RegExp, string])[] = [
  [/^(tcp|ssl):(\[[0-9a-fA-F:.%\w]+\]|[^:[\]]+)(:\d{1,5})?$/, 'tcp:HOST:PORT'],
  [/^p(tcp|ssl):(\d{1,5})?(:(\[[0-9a-fA-F:.%\w]+\]|[^:[\]]+))?$/, 'ptcp:PORT:ADDRESS'],
  [/^p?unix:.+$/, 'unix:FILE'],
];

/** @throws OptionError when a controller can't be one */
export function checkControllers(targets: readonly string[]): void {
  targets.forEach((target, i) => {
    if (METHODS.some(([pattern]) => pattern.test(target))) return;
    const forms = METHODS.map(([, form]) => form).join(', ');
    throw new OptionError(
      `controller[${i}]`,
      `'${target}' is none: write it as one of ${forms} (or with ssl)`,
    );
  });
}

/**
 * Puts what a bridge's controllers need into the draft. Those that stay keep their rows, and so what others set there.
 * @param given undefined: they are left alone; null: there are to be none
 */
export function planControllers(
  draft: Draft,
  given: readonly string[] | null | undefined,
  current?: Row<'Bridge'>,
): ControllersPlan {
  if (given === undefined) return { joining: [], before: {}, after: {} };
  const wanted = sorted(given ?? []);
  const rows = current ? draft.index.controllersOf(current) : [];
  const there = sorted(rows.map(({ target }) => target));
  const joining = wanted
    .filter((target) => !there.includes(target))
    .map((target) => {
      const ref = draft.newRef();
      draft.writes.push(insert('Controller', ref, { target }));
      return ref;
    });
  const leaving = rows.filter(({ target }) => !wanted.includes(target));
  if (current && joining.length + leaving.length > 0) {
    const { _uuid, controller } = current;
    const gone = leaving.map((row) => ({ uuid: row._uuid }));
    draft.guards.push(guardRow('Bridge', _uuid, { controller }));
    draft.writes.push(mutateRefs('Bridge', { uuid: _uuid }, 'controller', 'delete', gone));
    draft.writes.push(mutateRefs('Bridge', { uuid: _uuid }, 'controller', 'insert', joining));
  }
  const same = joining.length + leaving.length === 0;
  return same
    ? { joining, before: {}, after: {} }
    : { joining, before: { controller: there }, after: { controller: wanted } };
}
