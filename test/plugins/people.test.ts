import { afterAll, describe, expect, it } from 'vitest';
import { Python } from './python.ts';

const python = new Python(`
from collections import namedtuple
from ansible_collections.piecewise.cloud.plugins.plugin_utils._selection import SelectionError, name_of, selected, selection_of
from ansible_collections.piecewise.cloud.plugins.plugin_utils._watch import Seen, Watch
Guest = namedtuple("Guest", ("name", "state", "group", "type"))
def answer(case):
    if "looks" in case:
        watch, found = Watch(case["guests"]), []
        for answers, reasons in case["looks"]:
            seen = {host: {name: Seen(one[0], tuple(one[1]), one[2]) for name, one in guests.items()} for host, guests in answers.items()}
            found.append([watch.events(seen, reasons), watch.has_guests()])
        return found
    try:
        selection = selection_of(case["extra"])
        declared = {host: [Guest(*guest) for guest in guests] for host, guests in case["declared"].items()}
        return [name_of(selection), selected(selection, declared, case.get("states", ["running"]))]
    except SelectionError as error:
        return str(error)
`);
afterAll(() => python.end());

const declared = {
  hv1: [
    ['db00', 'running', 'shop', 'sql'],
    ['web00', 'running', 'shop', 'web'],
    ['old', 'stopped', null, null],
  ],
  hv2: [['web9', 'running', 'other', 'web']],
};
const select = (extra: object, more: object = {}) => python.ask<unknown>({ extra, declared, ...more });

describe('guests are selected', () => {
  it.each([
    [{ vm: 'db00' }, 'db00', { hv1: ['db00'], hv2: [] }],
    [{ group: 'shop' }, 'shop', { hv1: ['db00', 'web00'], hv2: [] }],
    [{ type: 'web' }, 'web', { hv1: ['web00'], hv2: ['web9'] }],
    [{ group: 'shop', type: 'web' }, 'shop_web', { hv1: ['web00'], hv2: [] }],
    [{ all: 'yes' }, 'all', { hv1: ['db00', 'web00'], hv2: ['web9'] }],
  ])('by %j', async (extra, name, guests) => {
    expect(await select(extra)).toEqual([name, guests]);
  });

  it.each([
    [{}, /^which guests\? Give -e vm=NAME/],
    [{ vm: '', all: false }, /^which guests\?/],
    [{ all: true, vm: 'db00' }, 'all: is given together with another selection: leave one of them out'],
    [{ all: 'perhaps' }, 'all: must be a boolean (yes or no)'],
    [{ vm: '-a' }, /^vm: must be made of letters/],
    [{ vm: 'db01' }, "vm: 'db01' is not in the variables of hv1, hv2: known are db00, old, web00, web9"],
    [{ group: 'sohp' }, "group: 'sohp' is not in the variables of hv1, hv2: known are other, shop"],
    [{ group: 'other', type: 'sql' }, 'no guest in the variables of hv1, hv2 is group=other and type=sql'],
    [
      { vm: 'old' },
      'the entry of old says state: stopped, and this is for guests with state: running: change the entry first',
    ],
  ])('not by %j', async (extra, message) => {
    const said = await select(extra);
    if (message instanceof RegExp) expect(said).toMatch(message);
    else expect(said).toBe(message);
  });
});

describe('guests that are watched', () => {
  const guests = { hv1: ['web00'], hv2: ['web9'] };
  const watch = (...looks: [answers: object, reasons?: object][]) =>
    python.ask<[string[], boolean][]>({ guests, looks: looks.map(([a, r = {}]) => [a, r]) });
  const on = (addresses: string[] = [], ready: boolean | null = null) => ['running', addresses, ready];

  it('are told of once for each thing that happens', async () => {
    const found = await watch(
      [{ hv1: { web00: on() }, hv2: {} }],
      [{ hv1: { web00: on() }, hv2: { web9: on() } }],
      [{ hv1: { web00: on(['10.0.0.5'], false) }, hv2: { web9: on() } }],
      // A neighbour is forgotten and seen again.
      [{ hv1: { web00: on([], true) }, hv2: { web9: on() } }],
      [{ hv1: { web00: on(['10.0.0.5'], true) }, hv2: { web9: ['shut off', [], null] } }],
      [{ hv1: {}, hv2: { web9: ['shut off', [], null] } }],
    );
    expect(found).toEqual([
      [['web00: is running'], true],
      [['web9: is running'], true],
      [['web00: has the address 10.0.0.5'], true],
      [['web00: is ready'], true],
      [['web9: has vanished (shut off)'], true],
      [['web00: has vanished (its domain is gone)'], false],
    ]);
  });

  it('are told of again when they come back', async () => {
    const [, , [again]] = (await watch(
      [{ hv1: { web00: on(['10.0.0.5'], true) }, hv2: {} }],
      [{ hv1: { web00: ['shut off', [], null] }, hv2: { web9: on() } }],
      [{ hv1: { web00: on(['10.0.0.5'], true) }, hv2: { web9: on() } }],
    )) as [unknown, unknown, [string[]]];
    expect(again).toEqual(['web00: is running', 'web00: has the address 10.0.0.5', 'web00: is ready']);
  });

  it('are still watched where a hypervisor does not answer, which is said once', async () => {
    const lost = { hv2: 'no route' };
    expect(await watch([{ hv1: {} }, lost], [{ hv1: {} }, lost], [{ hv1: {}, hv2: { web9: on() } }])).toEqual(
      [
        [["hv2 can't be asked: no route"], true],
        [[], true],
        [['hv2 answers again', 'web9: is running'], true],
      ],
    );
  });
});
