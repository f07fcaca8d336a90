import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Host } from '../../../modules/lib/host/host.ts';
import { MEMBER_NAMESPACE, type Member } from '../../../modules/lib/libvirt/member.ts';
import { scopeOf } from '../../../modules/objects/vm/scope.ts';
import { isSurplus, isSurplusEntry, surplusOf, surplusVms } from '../../../modules/objects/vm/surplus.ts';
import { answer, problems, vmOf, WEB } from './given.ts';

const rest = (surplus: 'keep' | 'remove', more: object = {}) =>
  vmOf({ name: 'shop_web', group: 'shop', type: 'web', state: 'absent', surplus, ...more });
const web = (index?: number): Member => ({
  group: 'shop',
  type: 'web',
  ...(index === undefined ? {} : { index }),
});

const HOST = new Map<string, Member>([
  ...[0, 1, 2, 3, 10].map((i) => [`web${String(i).padStart(2, '0')}`, web(i)] as const),
  ['by-hand', web()],
  ['db09', { group: 'shop', type: 'sql', index: 9 }],
  ['other09', { group: 'other', type: 'web', index: 9 }],
]);

describe('VMs that a count does not have', () => {
  it('are kept, and named in a warning', () => {
    expect(surplusOf(rest('keep'), HOST, ['web00', 'web01'])).toEqual({
      items: [],
      warnings: [
        "VMs of the type 'web' of the group 'shop' that its count does not have are kept: web10, web03, web02 ('remove: true' in the type removes them, and an entry in 'vms' with 'state: absent' one of them)",
      ],
    });
    expect(surplusOf(rest('keep'), HOST, [...HOST.keys()])).toEqual({ items: [], warnings: [] });
  });

  it('are removed where the type says so, the highest first, as it says', () => {
    const { items, warnings } = surplusOf(rest('remove', { remove_storage: true }), HOST, ['web01', 'web02']);
    expect(warnings).toEqual([]);
    expect(items.map(({ name }) => name)).toEqual(['web10', 'web03', 'web00']);
    for (const item of items) {
      expect([isSurplus(item), isSurplusEntry(item)]).toEqual([true, false]);
      expect(item).toMatchObject({ state: 'absent', remove_storage: true, group: 'shop', type: 'web' });
    }
  });

  it('are kept where a name of the task is unknown: it may be theirs', () => {
    const { items, warnings } = surplusOf(rest('remove'), HOST, ['web00', undefined]);
    expect(items).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(/are kept: web10, .*, since another entry of the task has no valid name$/),
    ]);
  });

  it('are kept where another hypervisor declares them', () => {
    const { items, warnings } = surplusOf(rest('remove', { elsewhere: ['web03', 'web01'] }), HOST, ['web01']);
    expect(items.map(({ name }) => name)).toEqual(['web10', 'web02', 'web00']);
    expect(warnings).toEqual([
      "VMs of the type 'web' of the group 'shop' that its count does not have are kept: web03, since another hypervisor declares them ('state: absent' in an entry of 'vms' removes one)",
    ]);
  });

  it('are never those of the task, of others, or without a number', () => {
    const NAMES = fc.uniqueArray(fc.constantFrom(...HOST.keys(), 'new'));
    fc.assert(
      fc.property(NAMES, (names) => {
        const removed = surplusOf(rest('remove'), HOST, names).items.map(({ name }) => name);
        expect(removed).toEqual(
          ['web10', 'web03', 'web02', 'web01', 'web00'].filter((name) => !names.includes(name)),
        );
      }),
    );
  });
});

/** A host with domains, of which some are in a group, and the commands that it ran. */
function hostWith(domains: ReadonlyMap<string, string>) {
  const commands: string[] = [];
  const run: Host['run'] = async (_, args = []) => {
    const script = args.at(-1) ?? '';
    commands.push(script);
    if (args.includes('list'))
      return { code: 0, stdout: `${[...domains.keys()].join('\n')}\n\n`, stderr: '' };
    const stdout = script
      .split('; ')
      .map((one) => {
        const [, name = ''] = /^metadata --config --domain "(.*)" --uri (.*)$/.exec(one) ?? [];
        if (name) expect(one.endsWith(MEMBER_NAMESPACE)).toBe(true);
        return one.startsWith('echo @') ? one.slice(5) : (domains.get(name) ?? '');
      })
      .join('\n');
    return { code: 0, stdout, stderr: '' };
  };
  return { host: { run } as unknown as Host, commands };
}

describe('where they are looked for', () => {
  const domains = new Map([
    ['web00', '<member group="shop" type="web" index="0"/>\n'],
    ['web01', '<member group="shop" type="web" index="1"/>\n'],
    ['plain', ''],
    ['odd', '<member group="shop" type="web" index="x"/>\n'],
    ['broken', '<member'],
  ]);
  const find = (host: Host, declared: readonly object[]) =>
    surplusVms.find(host, [rest('remove')], declared as Record<string, unknown>[]);

  it('only the domains that the task does not have are asked', async () => {
    const { host, commands } = hostWith(domains);
    const [found] = await find(host, [{ name: 'web00' }, { name: 'shop_web', surplus: 'remove' }]);
    expect(found).toMatchObject({ items: [{ name: 'web01' }] });
    expect(commands).toHaveLength(2);
    expect(commands[1]).not.toContain('"web00"');
  });

  it('one process is enough where the task has all of them', async () => {
    const { host, commands } = hostWith(domains);
    const [found] = await find(
      host,
      [...domains.keys()].map((name) => ({ name })),
    );
    expect(found).toEqual({ items: [], warnings: [] });
    expect(commands).toHaveLength(1);
  });

  it('a host without libvirt is an error of them', async () => {
    const host = { run: async () => ({ code: 1, stdout: '', stderr: 'error: no' }) } as unknown as Host;
    expect(await find(host, [])).toEqual([expect.any(Error)]);
  });
});

describe('a group', () => {
  it('is selected by `only_group`, its types by `only_type`, and a VM by its name', () => {
    const scope = (more: object) => scopeOf({ name: 'web00', group: 'shop', type: 'web', ...more });
    const [group, type] = [{ only_group: 'shop' }, { only_type: 'web' }];
    for (const more of [{}, { only: '' }, { only: 'web00' }, group, type, { ...group, ...type }])
      expect(scope(more)).toBe('included');
    for (const only of ['web', 'web01', 'shop', 'shop_web']) expect(scope({ only })).toBe('checked');
    // All that are given must hold.
    for (const more of [
      { ...group, only_type: 'sql' },
      { ...type, only_group: 'blog' },
      { ...group, only: 'db00' },
      { only: 'web00', only_group: 'blog' },
    ])
      expect(scope(more)).toBe('checked');
    // YAML takes some names for numbers.
    expect(scope({ group: 7, only_group: '7' })).toBe('included');
    // The VMs that a count doesn't have are not those of a task for one VM.
    const others = { name: 'shop_web', surplus: 'keep', state: 'absent' };
    expect(scope({ ...others, only: 'web00' })).toBe('checked');
    expect(scope({ ...others, only: 'shop_web' })).toBe('checked');
    expect(scope({ ...others, ...group, ...type })).toBe('included');
    expect(scope({ ...others, only_type: 'sql' })).toBe('checked');
    expect(scope({ ...others, steps: 'start' })).toBe('checked');
    expect(scopeOf({ name: 'a', only_group: 'undefined', only_type: 'undefined' })).toBe('checked');
  });

  it.each([
    [{ only: 'db1' }, "option 'only': VM 'db1' not found on hv1, which has web00, db00, mail, plain"],
    [{ only_group: 'shp' }, "option 'only_group': group 'shp' not found on hv1, which has shop, office"],
    [{ only_type: 'app' }, "option 'only_type': type 'app' not found on hv1, which has web, sql, mail"],
    [
      { only_group: 'office', only_type: 'web' },
      "option 'only_type': type 'web' not found in the group 'office' on hv1, which has mail",
    ],
    [
      { only_group: 'shop', only_type: 'web', only: 'db00' },
      "option 'only': VM 'db00' not found in the type 'web' of the group 'shop' on hv1, which has web00",
    ],
  ])('that is not in the list is an error that says what is: %j', async (more, msg) => {
    const of = (name: string, group?: string, type?: string) => ({ ...WEB, name, group, type });
    const vms = [
      of('web00', 'shop', 'web'),
      of('db00', 'shop', 'sql'),
      of('mail', 'office', 'mail'),
      of('plain'),
    ];
    expect(await answer({ vms, ...more })).toMatchObject({ failed: true, msg });
  });

  it('is an error where no VM has one', async () => {
    expect(await answer({ vms: [WEB], only_group: 'shop' })).toMatchObject({
      msg: "option 'only_group': group 'shop' not found on hv1, which has no VM with a group",
    });
  });

  it('is required by what is in it', async () => {
    expect(await problems([{ type: 'web' }])).toEqual([
      "option 'vms[0].group': is required, since the VM has 'type'",
    ]);
    expect(await problems([{ group: 'a', index: 0 }])).toEqual([
      "option 'vms[0].type': is required, since the VM has 'index'",
    ]);
    expect(await problems([{ group: 'a', type: 'b', surplus: 'keep' }])).toEqual([
      "option 'vms[0].state': must be absent, since the entry has 'surplus'",
    ]);
    expect(await problems([{ group: '-a' }, { group: 'a', type: 'b c' }])).toEqual([
      expect.stringContaining('option \'vms[0].group\': "-a" must be made of letters'),
      expect.stringContaining("option 'vms[1].type'"),
    ]);
  });

  it('may have an entry for the others beside a VM of the same name', async () => {
    const entry = { name: 'shop_web', group: 'shop', type: 'web' };
    expect(await problems([entry, { ...entry, state: 'absent', surplus: 'keep' }])).toEqual([]);
  });

  it('has errors at what its VMs are made from', async () => {
    const vms = [{ name: 'web00', group: 'shop', type: 'web', memory: 'much' }, { name: 'db00' }];
    const { msg } = await answer({
      vms,
      _ansible_piecewise_origins: ['groups[0].types[1]', 'files/pftest line 2'],
    });
    expect(msg).toContain('option \'groups[0].types[1].memory\': "much" must be a number of KiB');
    expect(msg).toContain("option 'files/pftest line 2: memory': is required");
  });
});
