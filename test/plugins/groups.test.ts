import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { type Case, Expander, vmsOf } from './groups.ts';

const { expand, entriesOf, end } = new Expander();
afterAll(end);

const SHOP = {
  name: 'shop',
  types: [
    { name: 'sql', count: 1, prefix: 'db', memory: '1 GiB', disks: [{ size: '5G' }] },
    { name: 'web', count: 2, prefix: 'web', memory: '512 MiB', networks: [{ name: 'lan' }] },
  ],
};

/** nocloud's README: a file named pftest, with more disks and names. */
const PFTEST = [
  'archlinux:1:sql:mem=1024;cpu=4;dsk=5,5;name=db',
  '',
  '# comments are not in the README',
  'archlinux:2:web:mem=512;name=web',
].join('\n');

const namesOf = async (one: Case) => vmsOf(await entriesOf(one)).map(({ name }) => name);
const web = (more: object, group = 'shop') => ({ name: group, types: [{ name: 'web', ...more }] });

describe('groups', () => {
  it('are their VMs, each with the keys of its type, its number and where it is declared', async () => {
    const entries = await entriesOf({ groups: [SHOP] });
    expect(vmsOf(entries)).toEqual([
      { memory: '1 GiB', disks: [{ size: '5G' }], name: 'db00', group: 'shop', type: 'sql', index: 0 },
      ...['web00', 'web01'].map((name, index) => ({
        ...{ memory: '512 MiB', networks: [{ name: 'lan' }] },
        ...{ name, group: 'shop', type: 'web', index },
      })),
    ]);
    expect(entries.map(({ origin }) => origin)).toEqual([
      ...['groups[0].types[0]', 'groups[0].types[1]', 'groups[0].types[1]'],
      ...['groups[0].types[0]', 'groups[0].types[1]'],
    ]);
  });

  it('have an entry for the VMs that each count does not have, which removes only where that is said', async () => {
    const of = async (more: object, overrides = {}) =>
      (await entriesOf({ groups: [web({ count: 0, memory: 1, ...more })], overrides })).map(
        ({ values }) => values,
      );
    const rest = { name: 'shop_web', memory: 1, group: 'shop', type: 'web', state: 'absent' };
    expect(await of({})).toEqual([{ ...rest, surplus: 'keep' }]);
    expect(await of({ state: 'stopped' })).toEqual([{ ...rest, surplus: 'keep' }]);
    for (const [more, overrides] of [
      [{ remove: true }, {}],
      [{ remove: 'yes', state: 'running' }, {}],
      [{ state: 'absent' }, {}],
      [{ state: 'running' }, { state: 'absent' }],
    ])
      expect(await of(more as object, overrides)).toEqual([{ ...rest, surplus: 'remove' }]);
  });

  it('keep the names of the first when a count grows, whatever they are made of', async () => {
    const NAME = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/);
    const growing = fc.record({
      ...{ group: NAME, type: NAME, prefix: fc.option(NAME, { nil: undefined }) },
      ...{ host: fc.option(fc.constantFrom('hv1', 'hv2'), { nil: undefined }) },
      ...{ few: fc.nat(12), more: fc.nat(12), file: fc.boolean() },
    });
    const samples = fc.sample(growing, { numRuns: 200, seed: 1 });
    for (const { group, type, prefix, host, few, more, file } of samples) {
      const made = (count: number): Case =>
        file
          ? {
              files: { [`x/${group}`]: `a:${count}:${type}:${prefix === undefined ? '' : `name=${prefix}`}` },
            }
          : { groups: [{ name: group, types: [{ name: type, count, prefix, host }] }] };
      const first = vmsOf(await entriesOf(made(few)));
      const second = vmsOf(await entriesOf(made(few + more)));
      expect(second.slice(0, few)).toEqual(first);
      const names = second.map(({ name }) => name);
      expect(new Set(names).size).toBe(few + more);
      for (const name of names) expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/);
    }
  });

  it('have names by digest without a prefix: of the hypervisor, the group, the type and the number', async () => {
    const names = await namesOf({ groups: [web({ count: 3 })] });
    for (const name of names) expect(name).toMatch(/^web-[0-9a-f]{10}$/);
    const others = [
      await namesOf({ groups: [web({ count: 3 })], hypervisor: 'hv2' }),
      await namesOf({ groups: [web({ count: 3 }, 'shop2')] }),
    ];
    expect(new Set([...names, ...others.flat()]).size).toBe(9);
    // Not of where it stands among others of its type.
    const prefixed = await namesOf({ groups: [web({ prefix: 'w' }), web({ count: 3 })] });
    expect(prefixed).toEqual(['w00', ...names]);
    // One that says its hypervisor has the same names as before.
    expect(await namesOf({ groups: [web({ count: 3, host: 'hv1' })], hypervisor: 'hv1' })).toEqual(names);
    expect(await namesOf({ groups: [web({ count: 3, host: 'hv1' })], hypervisor: 'hv2' })).toEqual(names);
    expect(await namesOf({ groups: [{ name: 'g', types: [{ name: 'App_X.1' }] }] })).toEqual([
      expect.stringMatching(/^app-x-1-[0-9a-f]{10}$/),
    ]);
  });

  it('count on from 99', async () => {
    const names = await namesOf({ groups: [web({ count: '102', prefix: 'w' })] });
    expect([names[9], names[99], names[101]]).toEqual(['w09', 'w99', 'w101']);
  });

  it('may be in several entries, whose types of one name agree in what is removed', async () => {
    const of = (first: object, second: object) => ({ groups: [web(first), web(second)] });
    expect(await namesOf(of({ prefix: 'a' }, { prefix: 'b' }))).toEqual(['a00', 'b00']);
    const differs =
      /^groups\[1\]\.types\[0\]: '(.*)' differs from that of groups\[0\]\.types\[0\], which is the type 'web' of the group 'shop' too/;
    for (const [more, what] of [
      [{ remove: true }, 'remove'],
      [{ remove_storage: true }, 'remove_storage'],
      [{ state: 'absent' }, 'state: absent'],
    ] as const) {
      const answer = await expand(of({ prefix: 'a' }, { prefix: 'b', ...more }));
      expect(differs.exec((answer as { error: string }).error)?.[1]).toBe(what);
      // They are those of another hypervisor.
      expect(await namesOf(of({ prefix: 'a' }, { prefix: 'b', host: 'hv2', ...more }))).toHaveLength(2);
    }
  });

  it('take overrides for all VMs', async () => {
    const entries = await entriesOf({ groups: [SHOP], overrides: { state: 'stopped' } });
    expect(vmsOf(entries).map(({ state }) => state)).toEqual(['stopped', 'stopped', 'stopped']);
    expect(entries.slice(3).map(({ values }) => values.state)).toEqual(['absent', 'absent']);
  });

  it.each([
    ['x', 'groups: must be a list'],
    [[5], 'groups[0]: must be a mapping'],
    [[{}], 'groups[0].name: is required'],
    [
      [{ name: 'a b' }],
      "groups[0].name: must be made of letters, digits, '.', '_' and '-', and begin with a letter or digit",
    ],
    [[{ name: true }], /^groups\[0\]\.name: must be made/],
    [[{ name: 'a', memory: 1 }], 'groups[0].memory: is unknown: a group has name, types, vars'],
    [[{ name: 'a', types: {} }], 'groups[0].types: must be a list'],
    [[{ name: 'a', types: ['web'] }], 'groups[0].types[0]: must be a mapping'],
    [[web({}), web({ name: '-a' })], /^groups\[1\]\.types\[0\]\.name: must be made/],
    [[web({ count: -1 })], 'groups[0].types[0].count: must be a whole number from 0 to 1000'],
    [[web({ count: 1001 })], /count: must be/],
    [[web({ count: true })], /count: must be/],
    [[web({ count: '2.5' })], /count: must be/],
    [[web({ prefix: '/a' })], /^groups\[0\]\.types\[0\]\.prefix: must be made/],
    [[web({ remove: 'perhaps' })], 'groups[0].types[0].remove: must be a boolean (yes or no)'],
    [[web({ index: 3 })], 'groups[0].types[0].index: is set by the group: leave it out'],
    [[web({ surplus: 'remove' })], /surplus: is set by the group/],
  ] as [unknown, string | RegExp][])('that are %j are refused', async (groups, error) => {
    const answer = await expand({ groups });
    expect(answer).toEqual({ error: typeof error === 'string' ? error : expect.stringMatching(error) });
  });
});

describe("nocloud's description files", () => {
  it('give what its README says', async () => {
    const entries = await entriesOf({ files: { 'files/pftest': PFTEST } });
    const data = (i: number) => ({ name: `data${i}`, size: '5G' });
    expect(vmsOf(entries)).toEqual([
      {
        ...{ name: 'db00', group: 'pftest', type: 'sql', index: 0, archive_name: 'archlinux' },
        ...{ memory: '1024 MiB', vcpus: 4, disks: [data(0), data(1)] },
      },
      ...['web00', 'web01'].map((name, index) => ({
        ...{ name, group: 'pftest', type: 'web', index, archive_name: 'archlinux', memory: '512 MiB' },
      })),
    ]);
    expect(entries.map(({ origin }) => origin)).toEqual([
      ...['files/pftest line 1', 'files/pftest line 4', 'files/pftest line 4'],
      ...['files/pftest line 1', 'files/pftest line 4'],
    ]);
    expect(entries.slice(3).map(({ values }) => values.surplus)).toEqual(['keep', 'keep']);
  });

  it('need no options, and may have spaces and empty ones', async () => {
    const files = { pf: 'archlinux:1:sql\n archlinux : 2 : web : mem = 512 ; ; cpu=2 ;\r\n' };
    expect(vmsOf(await entriesOf({ files }))).toMatchObject([
      { name: expect.stringMatching(/^sql-/) },
      { memory: '512 MiB', vcpus: 2 },
      { memory: '512 MiB', vcpus: 2 },
    ]);
  });

  it.each([
    ['archlinux', 'must be TEMPLATE:NUMBER:TYPE, or TEMPLATE:NUMBER:TYPE:OPTIONS'],
    ['archlinux:1', /^must be TEMPLATE/],
    ['archlinux:1:web:mem=1:x', /^must be TEMPLATE/],
    ['../a:1:web', /^the template must be made of letters/],
    ['a:x:web', 'the number of VMs must be a whole number from 0 to 1000'],
    ['a:-1:web', /^the number of VMs/],
    ['a:1001:web', /^the number of VMs/],
    ['a:1:', /^the type: must be made of/],
    ['a:1:w b', /^the type: must be made of/],
    ['a:1:web:mem', "'mem' is unknown: the options are mem, cpu, dsk, name, each with a value"],
    ['a:1:web:ram=1', /^'ram' is unknown/],
    ['a:1:web:mem=1;mem=2', "'mem' is given twice"],
    ['a:1:web:mem=1G', 'mem must be a whole number of MiB'],
    ['a:1:web:mem=0', /^mem must be/],
    ['a:1:web:cpu=', 'cpu must be a whole number of processors'],
    ['a:1:web:dsk=5,,5', 'dsk must be whole numbers of GiB, separated by commas'],
    ['a:1:web:dsk=5G', /^dsk must be/],
    ['a:1:web:name=-a', /^name: must be made of/],
  ] as [string, string | RegExp][])(
    'with the line %s are refused, with file and line',
    async (line, error) => {
      const answer = await expand({ files: { 'files/pftest': `archlinux:1:sql\n\n${line}` } });
      const at = 'files/pftest line 3: ';
      expect((answer as { error: string }).error.slice(0, at.length)).toBe(at);
      const said = (answer as { error: string }).error.slice(at.length);
      if (typeof error === 'string') expect(said).toBe(error);
      else expect(said).toMatch(error);
    },
  );

  it('have a name that a group can have', async () => {
    const answer = await expand({ files: { 'files/-pf': 'a:1:web' } });
    expect((answer as { error: string }).error).toMatch(
      /^files\/-pf: the name of the file, which is that of the group: must be made/,
    );
  });
});
