import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { Python } from './python.ts';

const UTILS = 'from ansible_collections.piecewise.cloud.plugins.plugin_utils';
const python = new Python(`
${UTILS}._evacuation import EvacuationError, asked_of, candidates, machine_of, may_stay, moves_by_target, plan_of
${UTILS}._evacuation_text import left_text, plan_text, unknown_text
def answer(case):
    try:
        asked = asked_of(case.get("direction", "evacuate"), case["extra"], case["known"], case.get("play", case["known"]))
    except EvacuationError as error:
        return {"error": str(error)}
    machines = [machine_of(name, info) for name, info in case.get("hosts", {}).items()]
    plan = plan_of(asked, machines)
    found = candidates(asked, machines)
    left = [pair for pair in found if not may_stay(pair[0])]
    stayed = [pair for pair in found if may_stay(pair[0])]
    return {
        "asked": asked._asdict(),
        "moves": moves_by_target(asked, plan, case["known"], {one.name: "qemu:///%s" % one.name for one in machines}),
        "order": ["%s %s" % (move.guest.name, move.target) for move in plan.moves],
        "stuck": [[one.guest.name, one.source, one.reason] for one in plan.stuck],
        "text": plan_text(asked, plan, case.get("unread", {})),
        "left": left_text(asked, left, {tuple(key.split("/")): why for key, why in case.get("reasons", {}).items()}, stayed),
        "unknown": unknown_text(asked, case.get("unread", {})),
    }
`);
afterAll(() => python.end());

const GIB = 1024 ** 3;

interface Guest {
  readonly name: string;
  readonly kind: string;
  readonly state: string;
  readonly autostart: boolean;
  readonly memory_max: number;
  readonly vcpus: number;
  readonly evacuated_from?: string;
  readonly moving_from?: string;
}
interface Host {
  readonly host: {
    readonly memory: { readonly total: number; readonly available: number };
    readonly cpu: { readonly count: number };
  };
  readonly guests: readonly Guest[];
}
interface Move {
  readonly name: string;
  readonly from: string;
  readonly mode: string;
  readonly evacuation: boolean;
}
interface Answer {
  readonly error?: string;
  readonly asked: Readonly<Record<string, unknown>>;
  readonly moves: Readonly<Record<string, readonly Move[]>>;
  readonly order: readonly string[];
  readonly stuck: readonly (readonly [name: string, source: string, reason: string])[];
  readonly text: string;
  readonly left: string;
  readonly unknown: string;
}

const guest = (name: string, gib: number, more: Partial<Guest> = {}): Guest => ({
  ...{ name, kind: 'vm', state: 'running', autostart: true, memory_max: gib * GIB, vcpus: 1 },
  ...more,
});
const host = (
  gib: number,
  guests: readonly Guest[] = [],
  more: { processors?: number; available?: number } = {},
): Host => ({
  host: {
    memory: { total: gib * GIB, available: (more.available ?? gib) * GIB },
    cpu: { count: more.processors ?? 64 },
  },
  guests,
});
const ask = (extra: object, hosts: Readonly<Record<string, Host>> = {}, more: object = {}) =>
  python.ask<Answer>({ extra: { reserve: '0', ...extra }, known: Object.keys(hosts), hosts, ...more });

describe('what is asked for', () => {
  const known = ['hv1', 'hv2', 'hv3'];
  const asked = (extra: object, more: object = {}) => python.ask<Answer>({ extra, known, ...more });

  it('is read from extra variables', async () => {
    expect((await asked({ host: 'hv1' })).asked).toEqual({
      ...{ direction: 'evacuate', hosts: ['hv1'], targets: null, mode: 'live', fallback: false },
      ...{ stuck: 'stay', reserve: 10, power: {} },
    });
    const all = {
      ...{ host: ' hv1, hv2,hv1', to: ['hv3'], fallback: 'cold', stuck: 'stop', reserve: 25 },
      ...{ shutdown_timeout: 9, force_off: true },
    };
    expect((await asked(all)).asked).toEqual({
      ...{ direction: 'evacuate', hosts: ['hv1', 'hv2'], targets: ['hv3'], mode: 'live', fallback: true },
      ...{ stuck: 'stop', reserve: 25, power: { shutdown_timeout: 9, force_off: true } },
    });
  });

  it.each([
    [{}, {}, /^which hypervisor\? Give -e host=NAME/],
    [{ host: ',' }, {}, /^which hypervisor\?/],
    [{ host: { hv1: 1 } }, {}, /^host: must be the name of a hypervisor/],
    [{ host: 'hv9' }, {}, "host: 'hv9' is no host of the group kvm: known are hv1, hv2, hv3"],
    [
      { host: 'hv1' },
      { play: ['hv2'] },
      'host: hv1 is not in the play: leave out --limit, or name it there too',
    ],
    [{ host: 'hv1', to: 'hv4' }, {}, /^to: 'hv4' is no host of the group kvm/],
    [{ host: 'hv1,hv2', to: 'hv2,hv3' }, {}, 'to: hv2 is evacuated itself: leave it out'],
    [{ host: 'hv1', migrate: 'warm' }, {}, 'migrate: must be live or cold'],
    [{ host: 'hv1', migrate: ['live'] }, {}, 'migrate: must be live or cold'],
    [{ host: 'hv1', fallback: 'live' }, {}, 'fallback: must be cold'],
    [
      { host: 'hv1', migrate: 'cold', fallback: 'cold' },
      {},
      'fallback: is that of migrate=live: leave it out',
    ],
    [{ host: 'hv1', stuck: 'kill' }, {}, 'stuck: must be stay or stop'],
    [{ host: 'hv1', reserve: '91' }, {}, /^reserve: must be the percent .* from 0 to 90$/],
    [{ host: 'hv1', reserve: -1 }, {}, /^reserve: /],
    [{ host: 'hv1', reserve: true }, {}, /^reserve: /],
    [
      { host: 'hv1', to: 'hv2' },
      { direction: 'restore' },
      'to: is for the evacuation, and this brings guests back to hv1: leave it out',
    ],
    [{ host: 'hv1', stuck: 'stop' }, { direction: 'restore' }, /^stuck: is for the evacuation/],
  ])('is refused: %j %j', async (extra, more, message) => {
    const { error } = await asked(extra, more);
    if (message instanceof RegExp) expect(error).toMatch(message);
    else expect(error).toBe(message);
  });
});

describe('guests are spread', () => {
  it('by memory, the largest first', async () => {
    const hosts = {
      hv1: host(64, [guest('small', 2), guest('middle', 4), guest('large', 8), guest('tiny', 1)]),
      hv2: host(32, [guest('theirs', 10)]),
      hv3: host(24),
    };
    const { order, stuck, moves } = await ask({ host: 'hv1' }, hosts);
    // hv2 has 22 GiB, hv3 24: large to hv3 (16), middle to hv2 (18), small to hv2 (16), tiny to the first of both.
    expect(order).toEqual(['large hv3', 'middle hv2', 'small hv2', 'tiny hv2']);
    expect(stuck).toEqual([]);
    expect(moves).toMatchObject({ hv1: [], hv3: [{ name: 'large' }] });
    expect(moves.hv2?.[0]).toEqual({
      ...{ name: 'middle', from: 'hv1', uri: 'qemu:///hv1', mode: 'live' },
      ...{ migration: {}, evacuation: true, start: true },
    });
  });

  it('only over the hosts that are named, and never over others that are evacuated', async () => {
    const hosts = {
      hv1: host(8, [guest('a', 1)]),
      hv2: host(64, [guest('b', 1)]),
      hv3: host(8),
      hv4: host(64),
    };
    expect((await ask({ host: 'hv1', to: 'hv3' }, hosts)).order).toEqual(['a hv3']);
    expect((await ask({ host: 'hv1,hv2', to: 'hv3' }, hosts)).order).toEqual(['a hv3', 'b hv3']);
  });

  it('not beyond the memory of a host, of which some is kept for itself', async () => {
    const hosts = { hv1: host(64, [guest('a', 9), guest('b', 9)]), hv2: host(10), hv3: host(9) };
    const tight = await ask({ host: 'hv1', reserve: '10' }, hosts);
    expect(tight.order).toEqual(['a hv2']);
    expect(tight.stuck).toEqual([
      ['b', 'hv1', 'no host can take its 9.0 GiB: hv2 has 0.0 GiB left, hv3 has 8.1 GiB left'],
    ]);
    // Other programs of a host need memory too.
    const busy = { hv1: host(64, [guest('a', 9)]), hv2: host(64, [], { available: 8 }) };
    expect((await ask({ host: 'hv1' }, busy)).stuck).toEqual([['a', 'hv1', 'hv2 has 8.0 GiB left']]);
  });

  it('and those count that run, or start with their host', async () => {
    const off = { state: 'shut off', autostart: false };
    const resident = (more: object) => ({
      hv1: host(8, [guest('a', 6)]),
      hv2: host(8, [guest('b', 4, more)]),
    });
    expect((await ask({ host: 'hv1' }, resident(off))).order).toEqual(['a hv2']);
    expect((await ask({ host: 'hv1' }, resident({ state: 'shut off' }))).order).toEqual([]);
    expect((await ask({ host: 'hv1' }, resident({ autostart: false }))).order).toEqual([]);
    expect((await ask({ host: 'hv1' }, resident({ ...off, state: 'paused' }))).order).toEqual([]);
    // One that is off needs no memory, and they are not all moved to one host.
    const small = { hv1: host(8, [guest('a', 6, off), guest('b', 6, off)]), hv2: host(4), hv3: host(3) };
    const { order, moves } = await ask({ host: 'hv1' }, small);
    expect(order).toEqual(['a hv2', 'b hv3']);
    expect(moves.hv2?.[0]?.mode).toBe('cold');
  });

  it('over hosts with enough processors first', async () => {
    const hosts = {
      hv1: host(64, [guest('a', 1, { vcpus: 8 }), guest('b', 1, { vcpus: 3 })]),
      hv2: host(64, [], { processors: 4 }),
      hv3: host(8, [guest('c', 1, { vcpus: 14 })], { processors: 8 }),
    };
    // A guest has no more processors than its host, where that can be.
    expect((await ask({ host: 'hv1' }, hosts)).order).toEqual(['a hv3', 'b hv2']);
    const full = { ...hosts, hv3: host(8, [guest('c', 1, { vcpus: 25 })], { processors: 8 }) };
    expect((await ask({ host: 'hv1' }, full)).order).toEqual(['a hv2', 'b hv2']);
  });

  it('and go on with moves that were not completed', async () => {
    const hosts = {
      hv1: host(8, [guest('a', 1), guest('b', 1)]),
      hv2: host(8, [guest('a', 1, { moving_from: 'hv1' }), guest('x', 1, { moving_from: 'hv9' })]),
      hv3: host(8, [guest('c', 1, { moving_from: 'hv1' }), guest('d', 1, { moving_from: 'hv2' })]),
    };
    const { moves } = await ask({ host: 'hv1' }, hosts);
    const all = Object.entries(moves).flatMap(([to, list]) => list.map(({ name, from }) => [name, from, to]));
    expect(all.sort()).toEqual([
      ['a', 'hv1', 'hv2'],
      ['b', 'hv1', 'hv2'],
      ['c', 'hv1', 'hv3'],
    ]);
  });

  it('and go on by the word of the new host only where it was asked for', async () => {
    const coming = (from: string) => guest('a', 1, { moving_from: from });
    const hosts = { hv1: host(8, [guest('a', 1)]), hv2: host(8), hv3: host(8, [coming('hv1')]) };
    expect(await ask({ host: 'hv1', to: 'hv2' }, hosts)).toMatchObject({
      ...{ order: [], stuck: [['a', 'hv1', "hv3 says that it moves there: name it in 'to' if that is so"]] },
    });
    expect((await ask({ host: 'hv1', to: 'hv2,hv3' }, hosts)).order).toEqual(['a hv3']);
    // The old host has it no more: there is nothing that the new one could get.
    expect((await ask({ host: 'hv1', to: 'hv2' }, { ...hosts, hv1: host(8) })).order).toEqual(['a hv3']);
    const both = { ...hosts, hv2: host(8, [coming('hv1')]) };
    expect(await ask({ host: 'hv1' }, both)).toMatchObject({
      ...{ order: [], stuck: [['a', 'hv1', expect.stringMatching(/^hv2 and hv3 say that it moves there/)]] },
    });
  });

  it('and a host that is restored gets no guest that was not evacuated from it', async () => {
    const hosts = (more: Partial<Guest>) => ({
      hv1: host(8, [guest('a', 1, { moving_from: 'hv2' })]),
      hv2: host(8, [guest('a', 1, more)]),
    });
    expect((await ask({ host: 'hv1' }, hosts({}), { direction: 'restore' })).order).toEqual([]);
    const away = hosts({ evacuated_from: 'hv1' });
    expect((await ask({ host: 'hv1' }, away, { direction: 'restore' })).order).toEqual(['a hv1']);
  });

  it('as they can: moved while they run, or shut down for it', async () => {
    const hosts = { hv1: host(8, [guest('a', 1), guest('b', 1, { state: 'shut off' })]), hv2: host(8) };
    const modes = async (extra: object) =>
      (await ask({ host: 'hv1', ...extra }, hosts)).moves.hv2?.map((move) => [
        move.mode,
        (move as { migration?: { fallback?: string } }).migration?.fallback === 'cold',
        (move as { start?: boolean }).start,
      ]);
    // An earlier run may have shut down the second one, and was cut off: the host starts it if it ran.
    const off = ['cold', false, true];
    expect(await modes({})).toEqual([['live', false, true], off]);
    expect(await modes({ fallback: 'cold' })).toEqual([['live', true, true], off]);
    expect(await modes({ migrate: 'cold' })).toEqual([['cold', false, true], off]);
  });

  it('not to a host that has one of this name, or with a name that others could misread', async () => {
    const hosts = {
      hv1: host(8, [guest('a', 1), guest('-x', 1), guest('b c', 1)]),
      hv2: host(8, [guest('a', 1)]),
    };
    expect((await ask({ host: 'hv1' }, hosts)).stuck).toEqual([
      ['-x', 'hv1', "a guest of such a name can't be moved"],
      ['a', 'hv1', 'hv2 has a guest of this name'],
      ['b c', 'hv1', "a guest of such a name can't be moved"],
    ]);
  });

  it('and containers stay, which count where they are', async () => {
    const box = (name: string, gib: number, more: Partial<Guest> = {}) =>
      guest(name, gib, { kind: 'container', ...more });
    const off = { state: 'shut off' };
    const hosts = {
      hv1: host(8, [box('box', 1), guest('web', 2), box('idle', 1, off), guest('box', 1)]),
      hv2: host(8, [box('theirs', 7)]),
      hv3: host(8, [box('web', 1)]),
      hv4: host(8),
    };
    const { order, stuck, text, left } = await ask({ host: 'hv1' }, hosts, {
      reasons: { 'hv1/box': "a container can't be moved" },
    });
    expect(order).toEqual(['web hv4', 'box hv3']);
    expect(stuck).toEqual([
      [
        ...['box', 'hv1'],
        "a container can't be moved: shut it down (-e stuck=stop does), or remove it here and declare it for another host",
      ],
      ['idle', 'hv1', "a container can't be moved, and it is off"],
    ]);
    expect(text).toMatch(/^box +running \(container\) .* stays: a container can't be moved/m);
    expect(left).toContain("box (running) is still on hv1: a container can't be moved");
    expect(left).not.toContain('idle');
    const stopped = { hv1: host(8, [box('box', 1, off)]), hv2: host(8) };
    expect((await ask({ host: 'hv1' }, stopped)).left).toBe(
      'All guests have left hv1. Containers that are off stay: box on hv1.',
    );
    // They can't have been evacuated, whatever is written about them.
    const away = {
      hv1: host(8),
      hv2: host(8, [box('box', 1, { evacuated_from: 'hv1', moving_from: 'hv1' })]),
    };
    expect(await ask({ host: 'hv1' }, away, { direction: 'restore' })).toMatchObject({
      ...{ order: [], stuck: [], left: 'All guests are back on hv1.' },
    });
    expect((await ask({ host: 'hv2' }, away)).order).toEqual([]);
  });

  it('nowhere without another host', async () => {
    expect((await ask({ host: 'hv1' }, { hv1: host(8, [guest('a', 1)]) })).stuck).toEqual([
      ['a', 'hv1', 'there is no other host'],
    ]);
  });

  it('and one that is moved to where it belongs is not evacuated any more', async () => {
    const hosts = {
      hv1: host(8),
      hv2: host(8, [guest('a', 1, { evacuated_from: 'hv1' }), guest('b', 1, { evacuated_from: 'hv3' })]),
    };
    expect((await ask({ host: 'hv2' }, hosts)).moves.hv1).toMatchObject([
      { name: 'a', evacuation: false },
      { name: 'b', evacuation: true },
    ]);
  });
});

describe('guests are restored', () => {
  const away = (name: string, gib: number, from = 'hv1') => guest(name, gib, { evacuated_from: from });

  it('from all hosts, as far as the memory of theirs is enough', async () => {
    const hosts = {
      hv1: host(8, [guest('mine', 2), away('odd', 1)]),
      hv2: host(64, [away('a', 4), guest('theirs', 1), away('others', 1, 'hv4')]),
      hv3: host(64, [away('b', 3), away('c', 1, 'hv2')]),
    };
    const { order, stuck, moves } = await ask({ host: 'hv1' }, hosts, { direction: 'restore' });
    expect(order).toEqual(['a hv1']);
    expect(stuck).toEqual([['b', 'hv3', 'hv1 has 1.0 GiB left']]);
    expect(moves.hv1).toMatchObject([{ name: 'a', from: 'hv2', mode: 'live', evacuation: false }]);
    expect((await ask({ host: 'hv1,hv2' }, hosts, { direction: 'restore' })).order).toEqual([
      'a hv1',
      'c hv2',
    ]);
  });

  it('once, where two hosts say that they have one', async () => {
    const hosts = { hv1: host(8), hv2: host(8, [away('a', 1)]), hv3: host(8, [away('a', 1)]) };
    const { order, stuck } = await ask({ host: 'hv1' }, hosts, { direction: 'restore' });
    expect([order, stuck]).toEqual([['a hv1'], [['a', 'hv3', 'hv1 has a guest of this name']]]);
  });
});

describe('the plan of any cloud', () => {
  const anyGuest = fc.record({
    name: fc.stringMatching(/^[a-f]{1,2}$/),
    kind: fc.constant('vm'),
    state: fc.constantFrom('running', 'paused', 'shut off', 'crashed'),
    autostart: fc.boolean(),
    memory_max: fc.integer({ min: -1, max: 12 }).map((gib) => gib * GIB),
    vcpus: fc.integer({ min: 0, max: 16 }),
    evacuated_from: fc.option(fc.constantFrom('hv1', 'hv2', 'hv9'), { nil: undefined }),
  }) as fc.Arbitrary<Guest>;
  const anyHost = fc
    .record({
      gib: fc.integer({ min: 0, max: 40 }),
      available: fc.integer({ min: 0, max: 40 }),
      processors: fc.integer({ min: 0, max: 16 }),
      guests: fc.uniqueArray(anyGuest, { selector: ({ name }) => name, maxLength: 6 }),
    })
    .map(({ gib, guests, ...more }) => host(gib, guests, more));
  const cloud = fc.record({
    hosts: fc.array(anyHost, { minLength: 1, maxLength: 5 }),
    direction: fc.constantFrom('evacuate', 'restore'),
    reserve: fc.integer({ min: 0, max: 90 }),
    two: fc.boolean(),
  });
  const counts = ({ state, autostart }: Guest) => autostart || !['shut off', 'crashed'].includes(state);

  it('has each guest once, within the memory of each host, and is the same each time', async () => {
    await fc.assert(
      fc.asyncProperty(cloud, async ({ hosts: list, direction, reserve, two }) => {
        const hosts = Object.fromEntries(list.map((one, i) => [`hv${i + 1}`, one]));
        const evacuated = two && list.length > 1 ? ['hv1', 'hv2'] : ['hv1'];
        const extra = { host: evacuated.join(','), reserve };
        const { moves, stuck, order, text } = await ask(extra, hosts, { direction });

        const expected = Object.entries(hosts).flatMap(([name, { guests }]) =>
          guests
            .filter(({ evacuated_from: from = '' }) =>
              direction === 'evacuate' ? evacuated.includes(name) : evacuated.includes(from) && from !== name,
            )
            .map((one) => `${one.name} ${name}`),
        );
        const planned = Object.values(moves).flat();
        expect(
          [
            ...planned.map(({ name, from }) => `${name} ${from}`),
            ...stuck.map(([name, from]) => `${name} ${from}`),
          ].sort(),
        ).toEqual(expected.sort());

        const guestOf = (name: string, from: string) =>
          hosts[from]?.guests.find((one) => one.name === name) as Guest;
        for (const [target, arriving] of Object.entries(moves)) {
          const { host: about, guests } = hosts[target] as Host;
          const coming = arriving.map(({ name, from }) => guestOf(name, from));
          if (coming.length > 0) expect(evacuated.includes(target)).toBe(direction === 'restore');
          const names = [...guests, ...coming].map(({ name }) => name);
          expect(new Set(names).size).toBe(names.length);
          const sum = (some: readonly Guest[]) =>
            some.filter(counts).reduce((total, { memory_max: size }) => total + Math.max(size, 0), 0);
          if (sum(coming) === 0) continue;
          expect(sum([...guests, ...coming])).toBeLessThanOrEqual(
            (about.memory.total * (100 - reserve)) / 100,
          );
          expect(sum(coming)).toBeLessThanOrEqual(about.memory.available);
        }
        const reversed = Object.fromEntries(
          Object.entries(hosts).map(([name, one]) => [name, { ...one, guests: [...one.guests].reverse() }]),
        );
        expect(await ask(extra, reversed, { direction })).toMatchObject({ moves, stuck, order, text });
      }),
      { numRuns: 300 },
    );
  });
});

describe('the plan is shown', () => {
  it('as tables of guests and of hosts', async () => {
    const hosts = {
      hv1: host(64, [
        guest('web1', 4),
        guest('db1', 40),
        guest('old', 1, { state: 'shut off', autostart: false }),
      ]),
      hv2: host(16, [], { processors: 8 }),
    };
    const unread = { hv3: 'no route\nweb9  running' };
    const { text } = await ask({ host: 'hv1' }, hosts, { known: ['hv1', 'hv2', 'hv3'], unread });
    expect(text).toBe(
      [
        'GUEST  STATE     MEMORY    VCPUS  FROM  TO   NOTES',
        'web1   running   4.0 GiB   1      hv1   hv2  live',
        'old    shut off  1.0 GiB   1      hv1   hv2  moved while it is off',
        'db1    running   40.0 GiB  1      hv1   -    stays: hv2 has 16.0 GiB left',
        '',
        'HOST  MEMORY LEFT  PROCESSORS  VCPUS  NOTES',
        'hv2   12.0 GiB     8           1',
        "hv3                                   no guest is moved here, since it can't be read: no route web9 running",
      ].join('\n'),
    );
    expect((await ask({ host: 'hv1', stuck: 'stop' }, hosts)).text).toContain('-    is shut down: hv2 has');
  });

  it('where there is nothing to move', async () => {
    expect((await ask({ host: 'hv1' }, { hv1: host(1) })).text).toBe('hv1 has no guests.');
    const restored = await ask({ host: 'hv1' }, { hv1: host(1) }, { direction: 'restore' });
    expect(restored.text).toMatch(/^No guest was evacuated from hv1\.\n/);
  });

  it('and then what is left', async () => {
    const hosts = { hv1: host(8, [guest('a', 1), guest('b', 1, { state: 'shut off' })]), hv2: host(8) };
    const { left } = await ask({ host: 'hv1' }, hosts, { reasons: { 'hv1/a': 'there is no other host' } });
    expect(left).toBe(
      'a (running) is still on hv1: there is no other host\nb (shut off) is still on hv1: its move failed, as is said above',
    );
    expect((await ask({ host: 'hv2' }, hosts)).left).toBe('All guests have left hv2.');
    expect((await ask({ host: 'hv2' }, hosts, { direction: 'restore' })).left).toBe(
      'All guests are back on hv2.',
    );
    const more = { direction: 'restore', known: ['hv1', 'hv2', 'hv3'], unread: { hv3: 'no route' } };
    expect((await ask({ host: 'hv2' }, hosts, more)).unknown).toBe(
      "The guests that were found are back on hv2.\nOthers may be on hv3, which can't be read: no route",
    );
  });
});
