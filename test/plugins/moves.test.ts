import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { Python } from './python.ts';

// What becomes of VMs that a hypervisor declares and doesn't have.

interface Vm {
  readonly name: string;
  readonly mode?: 'live' | 'cold' | null;
  readonly migration?: object;
  readonly source?: string | null;
  readonly arrived?: boolean;
  readonly surplus?: boolean;
  readonly power?: object;
  readonly is_common?: boolean;
  readonly is_container?: boolean;
}

interface Host {
  readonly name: string;
  readonly declared?: Readonly<Record<string, string>>;
  /** By name, the host that a guest was evacuated from; null for a host that can't be asked. */
  readonly found?: Readonly<Record<string, string | null>> | null;
  /** The names of those that are containers. */
  readonly containers?: readonly string[];
  readonly is_dead?: boolean;
  readonly cpu?: string | null;
}

interface Decision {
  readonly moves: readonly { readonly name: string; readonly from: string }[];
  readonly left: readonly string[];
  readonly warnings: readonly string[];
  readonly problems: readonly string[];
  readonly host_cpus: readonly object[];
}

const python = new Python(`
from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import TaskFailure
from ansible_collections.piecewise.cloud.plugins.plugin_utils._live_answer import answer_in
from ansible_collections.piecewise.cloud.plugins.plugin_utils._moves import Other, Wanted, dead_hosts, decide, is_common, migration_of, mode_of
def answer(case):
    try:
        if "decide" in case:
            vms, hosts = case["decide"]
            return decide([Wanted(**vm) for vm in vms], [Other(**host) for host in hosts], "hv1")._asdict()
        if "entry" in case:
            return [mode_of(case["entry"]), migration_of(case["entry"])]
        if "common" in case:
            return is_common(case["common"])
        if "dead" in case:
            return dead_hosts(case["dead"], ["hv1", "hv2", "hv3"])
        return answer_in(case["result"], case["names"])._asdict()
    except TaskFailure as error:
        return str(error)
`);
afterAll(() => python.end());

const decide = (vms: readonly Vm[], hosts: readonly Host[]) =>
  python.ask<Decision>({
    decide: [
      vms.map((vm) => ({
        ...{ mode: null, migration: {}, source: null, arrived: false, surplus: false, power: {} },
        ...{ is_common: false, is_container: false },
        ...vm,
      })),
      hosts.map((host) => ({
        ...{ uri: 'qemu:///system', declared: {}, found: {}, containers: [], is_dead: false, cpu: null },
        ...host,
        reason: `${host.name} is off`,
      })),
    ],
  });

const NOTHING = { moves: [], left: [], warnings: [], problems: [], host_cpus: [] };
const web = (more: Omit<Vm, 'name'> = {}) => [{ name: 'web', ...more }];

describe('a VM that is declared here', () => {
  it('is made if no other host has it', async () => {
    expect(await decide(web(), [])).toEqual(NOTHING);
    expect(await decide(web(), [{ name: 'hv2' }, { name: 'hv3', found: { other: null } }])).toEqual(NOTHING);
  });

  it('is made if a host that declares it has one of this name, or is silent', async () => {
    for (const state of ['running', 'absent'])
      for (const found of [{ web: null }, { web: 'hv1' }, null])
        expect(
          await decide(web({ mode: 'live' }), [{ name: 'hv2', declared: { web: state }, found }]),
        ).toEqual(NOTHING);
  });

  it('is moved as its entry says if a host has it that does not declare it', async () => {
    const hosts = [{ name: 'hv2', found: { web: null } }, { name: 'hv3' }];
    const move = { name: 'web', from: 'hv2', uri: 'qemu:///system', evacuation: false };
    expect(await decide(web({ mode: 'live' }), hosts)).toEqual({
      ...NOTHING,
      moves: [{ ...move, mode: 'live', migration: {} }],
    });
    const migration = { fallback: 'cold', bandwidth: 100 };
    expect(await decide(web({ mode: 'cold', migration, power: { force_off: true } }), hosts)).toEqual({
      ...NOTHING,
      moves: [{ ...move, mode: 'cold', migration, force_off: true }],
    });
    // One that was evacuated from yet another host, or while a third one is silent.
    for (const more of [{ found: { web: 'hv9' } }, {}]) {
      const { moves } = await decide(web({ mode: 'live' }), [
        { name: 'hv2', found: { web: null }, ...more },
        { name: 'hv3', found: null },
      ]);
      expect(moves).toMatchObject([{ from: 'hv2' }]);
    }
  });

  it('is an error without that, which says the ways out', async () => {
    expect(await decide(web(), [{ name: 'hv2', found: { web: null } }])).toEqual({
      ...NOTHING,
      problems: [
        "web is on hv2, which does not declare it: give it 'migrate: live' or 'migrate: cold' to move it here, or declare it for hv2 again",
      ],
    });
  });

  it('is an error if several hosts have it that do not declare it', async () => {
    const hosts = ['hv2', 'hv3'].map((name) => ({ name, found: { web: null } }));
    expect((await decide(web({ mode: 'live' }), hosts)).problems).toEqual([
      'web is on hv2 and hv3, which do not declare it: remove it from all but one of them, and run again',
    ]);
  });

  it('stays where it was evacuated to, with a warning', async () => {
    for (const mode of ['live', null] as const)
      expect(await decide(web({ mode }), [{ name: 'hv2', found: { web: 'hv1' } }])).toEqual({
        ...NOTHING,
        left: ['web'],
        warnings: ['web stays on hv2, to which it was evacuated from this host, until it is restored'],
      });
  });

  it('is not made while a host is silent, which is named once', async () => {
    const vms = [{ name: 'web' }, { name: 'db' }, { name: 'own' }];
    const silent = [{ name: 'hv2', found: null, declared: { own: 'running' } }, { name: 'hv3' }];
    expect(await decide(vms, silent)).toEqual({
      ...NOTHING,
      problems: [
        "hv2 can't be asked whether it has web, db: hv2 is off. Make it reachable; or, if its guests are lost, or it never had any, give -e confirm_dead=hv2",
      ],
    });
    expect(await decide(vms, [{ name: 'hv2', is_dead: true }])).toEqual(NOTHING);
  });

  it('is an error if it is a container there, or here: it is neither moved nor made', async () => {
    const problem = (there: string, here: string) => ({
      ...NOTHING,
      problems: [
        `web is a ${there} on hv2, which does not declare it, and a ${here} by its entry here: a container can't be moved. Declare it for hv2, or remove it there, and run again`,
      ],
    });
    const [vm, container] = [
      { name: 'hv2', found: { web: null } },
      { name: 'hv2', found: { web: null, db: null }, containers: ['web'] },
    ];
    for (const mode of ['live', 'cold', null] as const) {
      expect(await decide(web({ mode }), [container])).toEqual(problem('container', 'VM'));
      expect(await decide(web({ mode, is_container: true }), [vm])).toEqual(problem('VM', 'container'));
      expect(await decide(web({ mode, is_container: true }), [container])).toEqual(
        problem('container', 'container'),
      );
    }
    // A note of an evacuation that a container can't have.
    expect((await decide(web(), [{ ...container, found: { web: 'hv1' } }])).problems).toHaveLength(1);
    // Another guest of that host is one, or that host declares it.
    expect(await decide(web({ is_container: true }), [{ name: 'hv2', containers: ['db'] }])).toEqual(NOTHING);
    expect(await decide(web(), [{ ...container, declared: { web: 'running' } }])).toEqual(NOTHING);
  });

  it('has all problems told at once', async () => {
    const { problems } = await decide(
      [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
      [
        { name: 'hv2', found: { a: null, b: null } },
        { name: 'hv3', found: { b: null } },
        { name: 'hv4', found: null },
      ],
    );
    expect(problems.map((text) => text.slice(0, 12))).toEqual([
      'a is on hv2,',
      'b is on hv2 ',
      "hv4 can't be",
    ]);
  });
});

describe('a VM whose processor is one that all hosts have', () => {
  const vm = web({ is_common: true, mode: 'live' });
  const [own, theirs] = [
    { name: 'hv2', cpu: '<a/>', declared: { web: 'running' } },
    { name: 'hv3', cpu: '<b/>' },
  ];
  const LOST =
    "hv4 can't be asked for its processor, which 'cpu_mode: baseline' of web needs: hv4 is off. Make it reachable; or, if it is lost, give -e confirm_dead=hv4";

  it('is made with what all have said, and nobody is asked for that of another VM', async () => {
    const host_cpus = [
      { host: 'hv2', cpu: '<a/>' },
      { host: 'hv3', cpu: '<b/>' },
    ];
    expect(await decide(vm, [own, theirs])).toEqual({ ...NOTHING, host_cpus });
    expect(await decide(vm, [])).toEqual(NOTHING);
    expect(await decide(web(), [own, theirs])).toEqual(NOTHING);
    expect(await decide(vm, [own, { ...theirs, found: { web: null } }])).toMatchObject({ host_cpus: [] });
    expect(await decide(vm, [own, theirs, { name: 'hv4', is_dead: true }])).toEqual({
      ...NOTHING,
      host_cpus,
    });
  });

  it('is not made without that of a host, whether that declares it or not', async () => {
    const declared = { web: 'running' };
    expect((await decide(vm, [own, { name: 'hv4', declared }])).problems).toEqual([LOST]);
    expect((await decide(vm, [own, { name: 'hv4', found: {} }])).problems).toEqual([LOST]);
    // A host that is silent is told once.
    expect((await decide(vm, [own, { name: 'hv4', found: null }])).problems).toEqual([
      expect.stringContaining("hv4 can't be asked whether it has web"),
    ]);
  });

  it('is one whose entry says so', async () => {
    const of = (cpu_mode: unknown) => python.ask({ common: { cpu_mode } });
    expect(await of('baseline')).toBe(true);
    for (const other of [null, '', 'host-model', ['baseline'], true]) expect(await of(other)).toBe(false);
    expect(await python.ask({ common: {} })).toBe(false);
  });
});

describe('an unfinished move', () => {
  const from = (source: string, more: object = {}) => web({ mode: 'live', source, ...more });

  it('goes on, whether the other host still has the guest', async () => {
    for (const found of [{ web: null }, {}, { web: 'hv1' }])
      expect(await decide(from('hv2'), [{ name: 'hv2', found }])).toMatchObject({
        moves: [{ name: 'web', from: 'hv2', mode: 'live' }],
        problems: [],
      });
  });

  it.each([
    ['a host without consent', from('hv2', { mode: null }), [{ name: 'hv2' }], "give it 'migrate: live'"],
    ['a silent host', from('hv2'), [{ name: 'hv2', found: null }], "hv2 can't be asked whether it has web"],
    ['an unknown host', from('hv9'), [{ name: 'hv2' }], 'from hv9, which is not one of the hypervisors'],
    [
      'a host that declares it',
      from('hv2'),
      [{ name: 'hv2', declared: { web: 'running' } }],
      'from hv2, which declares it: remove its entry there, or here',
    ],
    [
      'a host beside which another has it',
      from('hv2'),
      [{ name: 'hv2' }, { name: 'hv3', found: { web: null } }],
      'web is on hv2 and hv3',
    ],
    [
      'a dead host, and it has arrived',
      from('hv2', { arrived: true }),
      [{ name: 'hv2', is_dead: true }],
      'which is dead: the guest is here, so remove .moving in its directory, and run again',
    ],
    [
      'a dead host, and it has not arrived',
      from('hv2'),
      [{ name: 'hv2', is_dead: true }],
      'which is dead: its disks here are not complete, so remove its directory',
    ],
  ] as const)('from %s is an error', async (_, vms, hosts, problem) => {
    expect(await decide(vms, hosts)).toEqual({
      ...NOTHING,
      problems: [expect.stringContaining(problem)],
    });
  });
});

describe('a surplus VM', () => {
  it('is kept where another host declares it to exist', async () => {
    const of = (declared: Record<string, string>, found: Host['found'] = {}) =>
      decide(web({ surplus: true }), [{ name: 'hv2', declared, found }]);
    expect(await of({ web: 'running' })).toEqual({ ...NOTHING, left: ['web'] });
    expect(await of({ web: 'stopped' }, null)).toEqual({ ...NOTHING, left: ['web'] });
    for (const declared of [{ web: 'absent' }, { db: 'running' }])
      expect(await of(declared)).toEqual(NOTHING);
  });
});

describe('whatever hosts have and declare', () => {
  const NAMES = ['a', 'b', 'c'];
  const HOSTS = ['hv2', 'hv3', 'hv4'];
  const someOf = <T>(value: fc.Arbitrary<T>) =>
    fc.dictionary(fc.constantFrom(...NAMES), value, { maxKeys: 3 });
  const host = fc.record({
    declared: someOf(fc.constantFrom('running', 'absent')),
    found: fc.option(someOf(fc.constantFrom(null, 'hv1', 'hv3'))),
    is_dead: fc.boolean(),
  });
  const wanted = fc.record({
    mode: fc.constantFrom('live' as const, 'cold' as const, null),
    source: fc.constantFrom(null, null, 'hv2', 'hv9'),
    surplus: fc.constantFrom(false, false, true),
  });
  const cases = fc.record({
    vms: fc.tuple(wanted, wanted, wanted),
    hosts: fc.tuple(host, host, host),
  });

  it('none is made that a silent or other host may have, and none is moved from a host that declares it', async () => {
    const counts = { made: 0, moved: 0, left: 0, refused: 0 };
    for (const { vms, hosts } of fc.sample(cases, { numRuns: 3000, seed: 1 })) {
      const asked = vms.map((vm, i) => ({ name: NAMES[i] as string, ...vm }));
      const others = hosts.map((one, i) => ({
        name: HOSTS[i] as string,
        ...one,
        ...(one.is_dead ? { found: {} } : {}),
      }));
      const { moves, left, problems, warnings } = await decide(asked, others);
      const said = JSON.stringify({ asked, others, moves, left, problems });
      for (const vm of asked.filter(({ surplus }) => !surplus)) {
        const strangers = others.filter(({ declared }) => !Object.hasOwn(declared, vm.name));
        const holders = strangers.filter(({ found }) => found && Object.hasOwn(found, vm.name));
        const move = moves.find(({ name }) => name === vm.name);
        if (move) {
          counts.moved += 1;
          expect(
            strangers.map(({ name }) => name),
            said,
          ).toContain(move.from);
          expect(vm.mode, said).not.toBeNull();
          if (vm.source === null)
            expect(
              holders.map(({ name }) => name),
              said,
            ).toEqual([move.from]);
          else expect(move.from, said).toBe(vm.source);
        } else if (left.includes(vm.name)) {
          counts.left += 1;
          expect(
            holders.map(({ found }) => found?.[vm.name]),
            said,
          ).toEqual(['hv1']);
          expect(warnings.join('\n'), said).toContain(`${vm.name} stays on ${holders[0]?.name}`);
        } else if (problems.length === 0) {
          counts.made += 1;
          expect([holders, vm.source], said).toEqual([[], null]);
          expect(
            strangers.filter(({ found }) => found === null),
            said,
          ).toEqual([]);
        } else counts.refused += 1;
      }
    }
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(100);
  });
});

describe('what the controller reads', () => {
  it('of an entry is how it is moved', async () => {
    const of = (entry: object) => python.ask({ entry });
    for (const entry of [{}, { migrate: null, migration: null }, { migrate: '' }])
      expect(await of(entry)).toEqual([null, {}]);
    expect(
      await of({
        migrate: 'live',
        migration: { bandwidth: '100', downtime: 500, auto_converge: 'yes', timeout: null, fallback: 'cold' },
      }),
    ).toEqual(['live', { bandwidth: 100, downtime: 500, auto_converge: true, fallback: 'cold' }]);
    expect(await of({ migrate: 'warm' })).toBe("option 'migrate': must be one of live, cold");
    for (const migration of [
      { fallback: 'x' },
      { bandwidth: 'fast' },
      { bandwidth: true },
      { auto_converge: 'x' },
      { x: 1 },
    ])
      expect(await of({ migration })).toBe(`option 'migration.${Object.keys(migration)[0]}': is not valid`);
    expect(await of({ migration: [] })).toBe("option 'migration': must be a mapping");
  });

  it('of confirm_dead is hosts that it knows', async () => {
    const of = (confirm_dead: unknown) => python.ask({ dead: { confirm_dead } });
    expect(await python.ask({ dead: {} })).toEqual([]);
    expect(await of('hv2')).toEqual(['hv2']);
    expect(await of('hv2, hv3')).toEqual(['hv2', 'hv3']);
    expect(await of(['hv3'])).toEqual(['hv3']);
    for (const name of ['hv9', '', 'true'])
      expect(await of(name)).toBe(`confirm_dead: '${name}' is not one of the hypervisors: hv1, hv2, hv3`);
  });

  it('of a hypervisor is which of the guests it has, and what is no answer is none', async () => {
    const of = async (vms: unknown) =>
      (await python.ask<{ places: unknown }>({ result: { vms }, names: ['a', 'b'] })).places;
    expect(await of([])).toEqual({});
    expect(await of([{ name: 'a', state: 'running' }, { name: 'c' }])).toEqual({ a: null });
    expect(await of([{ name: 'b', evacuated_from: 'hv1' }])).toEqual({ b: 'hv1' });
    for (const from of [7, ['hv1'], '', 'a b', 'x'.repeat(300), 'a\u0007'])
      expect(await of([{ name: 'b', evacuated_from: from }])).toEqual({ b: null });
    for (const answer of [null, 'x', {}, [null], [{}], [{ name: 7 }], [{ name: 'a' }, 'b']])
      expect(await of(answer)).toBeNull();
  });

  it('of a hypervisor is which of them are containers', async () => {
    const vms = [
      { name: 'a', kind: 'container' },
      { name: 'b', kind: 'vm' },
      { name: 'c', kind: 'container' },
      { name: 'b', kind: ['container'] },
    ];
    expect(await python.ask({ result: { vms }, names: ['a', 'b'] })).toEqual({
      ...{ places: { a: null, b: null }, containers: ['a'], cpu: null },
    });
    for (const answer of [null, [{ kind: 'container' }], [{ name: 7, kind: 'container' }]])
      expect(await python.ask({ result: { vms: answer }, names: ['a'] })).toMatchObject({ containers: [] });
  });

  it('about the processors of a hypervisor is a text that can be passed on', async () => {
    const of = async (cpu: unknown) =>
      (await python.ask<{ cpu: unknown }>({ result: { vms: [], cpu }, names: [] })).cpu;
    const text = '<cpus>\n  <cpu type="kvm"/>\n</cpus>\n';
    expect(await of(text)).toBe(text);
    const bad = [null, 7, ['<cpus/>'], {}, '<a>\u0007</a>', '<a>\t</a>', '<a>\u00e9</a>', '\ud800'];
    for (const other of [...bad, `<a>${'x'.repeat(32768)}</a>`]) expect(await of(other)).toBeNull();
    expect(await python.ask({ result: {}, names: [] })).toEqual({ places: null, containers: [], cpu: null });
  });
});
