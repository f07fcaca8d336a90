import { OptionError } from '../../failure.ts';
import { type Ref, sorted } from '../../ovsdb/types.ts';
import { guardRow, insert, mutateRefs } from '../operations.ts';
import type { DatabaseIndex } from '../rows/database-index.ts';
import type { Given } from '../rows/row.ts';
import type { Row } from '../tables.ts';
import { newRef, type Piece } from './pieces.ts';

/** The plan of a bridge's controllers, each of which has a row of its own. */
export interface ControllersPlan {
  /** The rows of new controllers. */
  readonly joining: readonly Ref[];
  readonly before: Given;
  readonly after: Given;
  readonly piece: Piece;
}

// ovs-vswitchd.conf.db(5), Controller, "target".
const METHODS: readonly (readonly [RegExp, string])[] = [
  [/^(tcp|ssl):(\[[0-9a-fA-F:.%\w]+\]|[^:[\]]+)(:\d{1,5})?$/, 'tcp:HOST:PORT'],
  [/^p(tcp|ssl):(\d{1,5})?(:(\[[0-9a-fA-F:.%\w]+\]|[^:[\]]+))?$/, 'ptcp:PORT:ADDRESS'],
  [/^p?unix:.+$/, 'unix:FILE'],
];

/** @throws OptionError when a target is not a valid controller */
export function checkControllers(targets: readonly string[]): void {
  targets.forEach((target, i) => {
    if (METHODS.some(([pattern]) => pattern.test(target))) return;
    const forms = METHODS.map(([, form]) => form).join(', ');
    throw new OptionError(
      `controller[${i}]`,
      `'${target}' is not a valid controller: use one of ${forms} (or with ssl)`,
    );
  });
}

/**
 * Plans a bridge's controllers. Those that are kept keep their rows, with what others set there.
 * @param given undefined: keep all; null: remove all
 * @param current the bridge, unless it is new
 */
export function planControllers(
  index: DatabaseIndex,
  bridge: string,
  given: readonly string[] | null | undefined,
  current?: Row<'Bridge'>,
): ControllersPlan {
  const same: ControllersPlan = { joining: [], before: {}, after: {}, piece: {} };
  if (given === undefined) return same;
  const desired = sorted(given ?? []);
  const rows = current ? index.controllersOf(current) : [];
  const targets = sorted(rows.map(({ target }) => target));
  const added = desired.filter((target) => !targets.includes(target));
  const removed = rows.filter(({ target }) => !desired.includes(target));
  if (added.length + removed.length === 0) return same;
  const joining = added.map((target) => newRef('Controller', bridge, target));
  const inserts = joining.map((ref, i) => insert('Controller', ref, { target: added[i] }));
  const diff = { joining, before: { controller: targets }, after: { controller: desired } };
  if (!current) return { ...diff, piece: { writes: inserts } };
  const { _uuid: uuid, controller } = current;
  const leaving = removed.map((row) => ({ uuid: row._uuid }));
  return {
    ...diff,
    piece: {
      guards: [guardRow('Bridge', uuid, { controller })],
      writes: [
        ...inserts,
        mutateRefs('Bridge', { uuid }, 'controller', 'delete', leaving),
        mutateRefs('Bridge', { uuid }, 'controller', 'insert', joining),
      ],
    },
  };
}
