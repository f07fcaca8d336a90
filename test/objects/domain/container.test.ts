import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutApplied } from '../../../modules/lib/libvirt/applied.ts';
import { planLive } from '../../../modules/lib/libvirt/live/plan/plan.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';
import { serialiseXml } from '../../../modules/lib/xml/serialise.ts';
import { isUnchanged } from '../../../modules/objects/domain/draft/digest.ts';
import { draftOf, type Known } from '../../../modules/objects/domain/draft/draft.ts';
import { OF_CONTAINERS, OF_MACHINES } from '../../../modules/objects/domain/options/drivers.ts';
import { domainOptions } from '../../../modules/objects/domain/options/options.ts';
import { planDomain } from '../../../modules/objects/domain/plan.ts';
import { definedBy, desiredBy, optionsOf } from './given.ts';

const uri = 'lxc:///system';
const root = { source: '/srv/a', target: '/' };
const same = (xml: string) => serialiseXml(parseXml(xml));

describe('the XML of a container', () => {
  it('has what a new one needs, and a network of its own', () => {
    expect(definedBy({ uri, memory: 1024, filesystems: [root] })).toBe(
      same(`<domain type='lxc'><name>a</name><memory unit='KiB'>1024</memory>
        <os><type>exe</type><init>/sbin/init</init></os>
        <features><privnet/></features>
        <devices>
          <filesystem type='mount' accessmode='passthrough'><source dir='/srv/a'/><target dir='/'/></filesystem>
          <console type='pty'><target type='lxc' port='0'/></console>
        </devices></domain>`),
    );
  });

  type Row = [what: string, options: Record<string, unknown>, xml: string];
  const rows: Row[] = [
    ['nothing', {}, ''],
    [
      'vcpus, as time on the processors of the host',
      { vcpus: 2 },
      '<vcpu>2</vcpu><cputune><period>100000</period><quota>200000</quota></cputune>',
    ],
    [
      'the first process, in the order of the schema',
      {
        init: '/i',
        init_arguments: ['-a', 'b c'],
        init_environment: { A: '1', B: 'x y' },
        init_directory: '/srv',
      },
      `<os><init>/i</init><initarg>-a</initarg><initarg>b c</initarg>
        <initenv name='A'>1</initenv><initenv name='B'>x y</initenv><initdir>/srv</initdir></os>`,
    ],
    ['the directory that is the default', { init_directory: '/' }, ''],
    [
      'filesystems',
      { filesystems: [root, { source: '/b', target: '/b', readonly: true }] },
      `<devices>
        <filesystem type='mount' accessmode='passthrough'><source dir='/srv/a'/><target dir='/'/></filesystem>
        <filesystem type='mount' accessmode='passthrough'><source dir='/b'/><target dir='/b'/><readonly/></filesystem>
      </devices>`,
    ],
    [
      'one range for users and groups',
      { idmap: { target: 100000, count: 65536 } },
      `<idmap><uid start='0' target='100000' count='65536'/><gid start='0' target='100000' count='65536'/></idmap>`,
    ],
    [
      'several ranges, in the order of libvirt',
      {
        idmap: {
          uid: [
            { start: 1000, target: 1000, count: 1 },
            { target: 100000, count: 1000 },
          ],
          gid: [{ target: 200000, count: 10 }],
        },
      },
      `<idmap><uid start='0' target='100000' count='1000'/><uid start='1000' target='1000' count='1'/>
        <gid start='0' target='200000' count='10'/></idmap>`,
    ],
    ['an empty mapping', { idmap: {} }, ''],
    [
      'an interface with a name and addresses, and without a model',
      {
        interfaces: [
          {
            source: 'br-int',
            vlans: [25],
            guest_device: 'eth0',
            addresses: ['10.0.0.2/24', 'FD00::2/64'],
            gateways: ['10.0.0.1', 'fd00::1'],
          },
        ],
      },
      `<devices><interface type='bridge'><source bridge='br-int'/><vlan><tag id='25'/></vlan>
        <virtualport type='openvswitch'/>
        <ip address='10.0.0.2' family='ipv4' prefix='24'/><ip address='fd00::2' family='ipv6' prefix='64'/>
        <route family='ipv4' address='0.0.0.0' prefix='0' gateway='10.0.0.1'/>
        <route family='ipv6' address='::' prefix='0' gateway='fd00::1'/>
        <guest dev='eth0'/></interface></devices>`,
    ],
  ];
  it.each(rows)('%s', (_, given, xml) => {
    expect(desiredBy({ uri, ...given })).toBe(same(`<domain><name>a</name>${xml}</domain>`));
  });
});

describe('the driver of an option', () => {
  const names = Object.keys(domainOptions);
  const nics = Object.keys(domainOptions.interfaces.elements.options).map((key) => `interfaces[].${key}`);

  it('is one that the module has', () => {
    for (const path of [...Object.keys(OF_MACHINES), ...OF_CONTAINERS])
      expect([...names, ...nics]).toContain(path);
  });

  /** A value of each option that only one driver has. */
  const VALUES: Record<string, unknown> = {
    vcpus_max: 2,
    current_memory: 1,
    virt_type: 'qemu',
    machine: 'q35',
    cpu_mode: 'maximum',
    cpu_model: 'EPYC',
    cpu_features: [],
    features: [],
    firmware: 'bios',
    secure_boot: true,
    boot: ['hd'],
    kernel: '/k',
    initrd: '/i',
    cmdline: 'c',
    disks: [],
    graphics: [],
    video: 'none',
    console_log: true,
    guest_agent: true,
    rng: true,
    rng_source: '/dev/random',
    tpm: {},
    hotplug_slots: 8,
    remove_storage: true,
    queues: 2,
    boot_order: 1,
    checksum_offload: false,
    mtu: 1500,
    init: '/i',
    init_arguments: ['a'],
    init_environment: { A: 'b' },
    init_directory: '/d',
    filesystems: [root],
    idmap: {},
    guest_device: 'eth0',
    addresses: ['10.0.0.2/24'],
    gateways: ['10.0.0.1'],
  };
  const given = (path: string) => {
    const [list, key] = path.split('[].') as [string, string | undefined];
    return key === undefined
      ? [list, { [list]: VALUES[list] }]
      : [`interfaces[1].${key}`, { interfaces: [{ source: 'b' }, { source: 'b', [key]: VALUES[key] }] }];
  };

  it.each(Object.entries(OF_MACHINES))('%s is an error of a container', (path, reason) => {
    const [at, options] = given(path) as [string, object];
    expect(() => optionsOf({ uri, state: 'absent', ...options })).toThrow(
      `option '${at}': is not possible for a container: ${reason}. Leave it out`,
    );
  });

  it.each(OF_CONTAINERS)('%s is an error of a virtual machine', (path) => {
    const [at, options] = given(path) as [string, object];
    expect(() => optionsOf(options as Record<string, unknown>)).toThrow(
      `option '${at}': is for containers, and 'uri' is qemu:///system`,
    );
  });

  it('follows from the connection', () => {
    for (const one of ['lxc:///', 'lxc+unix:///system', 'lxc+ssh://host/system'])
      expect(definedBy({ uri: one, memory: 1024, filesystems: [root] })).toContain('type="lxc"');
    for (const one of ['qemu:///system', 'qemu+ssh://lxc/system', 'test:///default'])
      expect(definedBy({ uri: one, memory: 1024 })).toContain('type="qemu"');
  });
});

describe('a container with', () => {
  type Row = [what: string, options: Record<string, unknown>, message: string];
  const range = { target: 100000, count: 10 };
  const rows: Row[] = [
    ['a relative init', { init: 'sbin/init' }, "option 'init': 'sbin/init' must be an absolute path"],
    ['a path out of itself', { init: '/../bin/sh' }, "option 'init': '/../bin/sh' must be an absolute path"],
    [
      'a variable without a name',
      { init_environment: { '1A': 'x' } },
      "option 'init_environment': '1A' is no name",
    ],
    ['no root', { filesystems: [{ source: '/a', target: '/a' }] }, "option 'filesystems': has no root"],
    ['an empty list of filesystems', { filesystems: [] }, "option 'filesystems': has no root"],
    [
      'two roots',
      { filesystems: [root, root] },
      "option 'filesystems[1].target': '/' is that of another filesystem",
    ],
    [
      'a relative source',
      { filesystems: [{ source: 'a', target: '/' }] },
      "option 'filesystems[0].source': 'a' must be an absolute path on the host",
    ],
    ['half a range', { idmap: { target: 1 } }, "option 'idmap': needs 'target' and 'count'"],
    ['users without groups', { idmap: { uid: [range] } }, "option 'idmap': needs both of 'uid' and 'gid'"],
    [
      'both forms of ranges',
      { idmap: { ...range, uid: [range], gid: [range] } },
      "option 'idmap.uid': and 'target' exclude each other",
    ],
    ['no root user', { idmap: { start: 1, ...range } }, "option 'idmap': maps no root"],
    [
      'ranges that overlap',
      { idmap: { uid: [range], gid: [range, { start: 20, target: 100009, count: 1 }] } },
      "option 'idmap.gid': has ranges that overlap on the host",
    ],
    [
      'numbers that there are not',
      { idmap: { target: 4294967294, count: 2 } },
      "option 'idmap': ends after 4294967294",
    ],
    [
      'one name for two interfaces',
      { interfaces: [1, 2].map(() => ({ source: 'b', guest_device: 'eth0' })) },
      "option 'interfaces[1].guest_device': 'eth0' is that of another interface",
    ],
    [
      'an address without a prefix',
      { interfaces: [{ source: 'b', addresses: ['10.0.0.2'] }] },
      "option 'interfaces[0].addresses[0]': '10.0.0.2' needs a prefix",
    ],
    [
      'something else than an address',
      { interfaces: [{ source: 'b', addresses: ['10.0.0/24'] }] },
      "option 'interfaces[0].addresses[0]': '10.0.0/24' is no address with a prefix",
    ],
    [
      'a gateway that it does not reach',
      { interfaces: [{ source: 'b', addresses: ['10.0.0.2/24'], gateways: ['fd00::1'] }] },
      "option 'interfaces[0].gateways[0]': 'fd00::1' needs an address for IPv6",
    ],
    [
      'two gateways',
      { interfaces: [{ source: 'b', addresses: ['10.0.0.2/24'], gateways: ['10.0.0.1', '10.0.0.3'] }] },
      "option 'interfaces[0].gateways[1]': '10.0.0.3' is a second gateway for IPv4",
    ],
    ['no console', { console: false }, "option 'console': a container always has its console"],
    ['a network card', { interfaces: [{ source: 'b', model: 'e1000' }] }, "option 'interfaces[0].model'"],
  ];
  it.each(rows)('%s is refused', (_, given, message) => {
    expect(() => optionsOf({ uri, ...given })).toThrow(message);
  });
});

const nothing: Known = { kvm: false, machineId: 'm', domain: undefined };
type Options = ReturnType<typeof optionsOf>;

const planOf = (given: Options, known: Known, missingDirectories: readonly string[] = []) => {
  const draft = draftOf(given, known);
  const unchanged = draft !== undefined && isUnchanged(draft);
  const found = { keptFiles: new Map(), otherThanFiles: new Map(), missingDirectories };
  return planDomain(given, { ...known, draft, unchanged, rehearsed: undefined, ...found });
};

/** The state after a plan is carried out by a libvirt that adds nothing. */
function carriedOut(state: Known, given: Options): Known {
  const define = planOf(given, state).changes.find(({ step }) => step.act === 'define')?.step;
  const definition = define && 'xml' in define ? parseXml(define.xml) : state.domain?.definition;
  if (!definition) return state;
  const off = { state: 'shut off', autostart: false, persistent: true, saved: false, live: undefined };
  return { ...state, domain: { name: 'a', uuid: 'u', definition, ...off } };
}

const definitionOf = ({ domain }: Known) =>
  serialiseXml(withoutApplied(domain?.definition ?? parseXml('<domain/>')));

const container = (given: Record<string, unknown>) =>
  optionsOf({ uri, memory: 1024, filesystems: [root], ...given });

describe('a task on a container', () => {
  const word = fc.stringMatching(/^[a-z]{1,6}$/);
  const number = fc.integer({ min: 1, max: 1e6 });
  const records = fc.record(
    {
      memory: fc.integer({ min: 1024, max: 1e6 }),
      vcpus: fc.integer({ min: 1, max: 8 }),
      init: word.map((one) => `/${one}`),
      init_arguments: fc.array(word, { maxLength: 3 }),
      init_environment: fc.dictionary(word, word, { maxKeys: 3 }),
      init_directory: fc.constantFrom('/', '/srv'),
      idmap: fc.oneof(
        fc.constant({}),
        fc.record({ target: number, count: number }),
        fc.record({
          uid: fc.constant([
            { target: 1000, count: 10 },
            { start: 100, target: 5000, count: 1 },
          ]),
          gid: fc.tuple(fc.record({ target: number, count: number })),
        }),
      ),
      filesystems: fc
        .uniqueArray(word, { maxLength: 3 })
        .map((names) => [
          root,
          ...names.map((name) => ({ source: `/srv/${name}`, target: `/${name}`, readonly: name < 'm' })),
        ]),
      interfaces: fc.uniqueArray(
        fc.record(
          {
            source: word,
            guest_device: word,
            addresses: fc.constantFrom([], ['10.0.0.2/24'], ['10.0.0.2/24', 'fd00::2/64']),
          },
          { requiredKeys: ['source', 'guest_device'] },
        ),
        { selector: ({ guest_device }) => guest_device, maxLength: 3 },
      ),
    },
    { requiredKeys: ['memory', 'filesystems'] },
  );

  it('has nothing left to do after any two tasks', () => {
    fc.assert(
      fc.property(records, records, (one, two) => {
        const before = carriedOut(nothing, container(one));
        const read = container(two);
        expect(planOf(read, carriedOut(before, read)).changes).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it('leads to what it says, whatever was before', () => {
    const full = {
      ...{
        vcpus: 2,
        init: '/i',
        init_arguments: ['a'],
        init_environment: { A: 'b' },
        init_directory: '/srv',
      },
      idmap: { target: 100000, count: 65536 },
      interfaces: [{ source: 'br', guest_device: 'eth0', addresses: ['10.0.0.2/24'] }],
    };
    fc.assert(
      fc.property(records, (one) => {
        const after = definitionOf(carriedOut(carriedOut(nothing, container(one)), container(full)));
        const [os] = after.match(/<os>.*<\/os>/s) ?? [];
        expect(os?.replace(/\s*\n\s*/g, '')).toBe(
          '<os><type>exe</type><init>/i</init><initarg>a</initarg><initenv name="A">b</initenv><initdir>/srv</initdir></os>',
        );
        expect(after.match(/<(uid|gid|filesystem|interface|ip|vcpu|quota)\b/g)?.sort()).toEqual([
          '<filesystem',
          '<gid',
          '<interface',
          '<ip',
          '<quota',
          '<uid',
          '<vcpu',
        ]);
      }),
      { numRuns: 30 },
    );
  });

  it('keeps users, first process, filesystems and limits that it does not mention', () => {
    const idmap = { target: 100000, count: 65536 };
    const one = carriedOut(nothing, container({ idmap, vcpus: 2, init: '/i' }));
    const two = carriedOut(one, optionsOf({ uri, memory: 2048 }));
    expect(definitionOf(two)).toBe(definitionOf(one).replace('1024', '2048'));
    expect(definitionOf(carriedOut(two, optionsOf({ uri, memory: 2048, idmap: {} })))).not.toContain('idmap');
  });

  it('needs a root to define one', () => {
    expect(() => planOf(optionsOf({ uri, memory: 1024 }), nothing)).toThrow(
      "option 'filesystems': is needed to define container a, with its root: 'target: /'",
    );
  });

  it('needs the directories of one that it starts', () => {
    const missing = [
      `option 'filesystems': container a needs the directory /srv/a, which does not exist: make it before`,
    ];
    expect(planOf(container({ state: 'running' }), nothing, ['/srv/a']).missing).toEqual(missing);
    expect(planOf(container({ state: 'present' }), nothing, ['/srv/a']).missing).toEqual([]);
  });

  it('is done in a running one as far as the driver can', () => {
    const interfaces = [{ source: 'br', mac: '52:54:00:00:00:01', vlans: [25] }];
    const known = carriedOut(nothing, container({ vcpus: 1, memory: 4096, interfaces }));
    const live = known.domain?.definition;
    if (!known.domain || !live) throw new Error('it is not defined');
    const on: Known = { ...known, domain: { ...known.domain, state: 'running', live } };
    const done = planOf(
      container({
        vcpus: 2,
        memory: 2048,
        interfaces: [...interfaces, { source: 'br', mac: '52:54:00:00:00:02' }],
      }),
      on,
    );
    expect(done.result?.actions).toEqual([
      'redefine domain a',
      'attach interface 52:54:00:00:00:02',
      'set memory to 2048 KiB',
      'limit vCPUs to 2',
    ]);
    expect(done.result?.restart_required).toBe(false);
    const late = planOf(
      container({
        ...{ vcpus: 1, memory: 8192, init: '/other', idmap: { target: 1000, count: 10 } },
        filesystems: [root, { source: '/b', target: '/b' }],
        interfaces: [{ ...interfaces[0], vlans: [26] }],
      }),
      on,
    );
    expect(late.result?.actions).toEqual(['redefine domain a']);
    expect(late.result?.restart_reasons.map((reason) => reason.replace(/ (can't|none|→).*/, ''))).toEqual([
      'interface 52:54:00:00:00:01: vlan tag id 25',
      'filesystem /b',
      'memory: 4096 KiB',
      'os init /sbin/init',
      'idmap',
    ]);
  });
});

describe('the live plan of a container', () => {
  const plan = (live: string, next: string) =>
    planLive(
      parseXml(`<domain type='lxc' id='1'>${live}</domain>`),
      parseXml(`<domain type='lxc'>${next}</domain>`),
    );
  const memory = (most: number, now = most) =>
    `<memory unit='KiB'>${most}</memory><currentMemory unit='KiB'>${now}</currentMemory>`;
  const quota = (amount: number, period = 100000) =>
    `<cputune><period>${period}</period><quota>${amount}</quota></cputune>`;

  it('raises the memory again up to what the container was started with', () => {
    expect(plan(memory(4096, 2048), memory(4096)).changes.map(({ title }) => title)).toEqual([
      'set memory to 4096 KiB',
    ]);
    expect(plan(memory(4096, 2048), memory(2048))).toEqual({ changes: [], pending: [] });
  });

  it.each([
    ['none', '', quota(50000), ['vcpu_period=100000', 'vcpu_quota=50000']],
    ['one', quota(50000), '', ['vcpu_period=100000', 'vcpu_quota=-1']],
    ['another period', quota(50000), quota(50000, 50000), ['vcpu_period=50000', 'vcpu_quota=50000']],
  ])('changes the limit of processors after %s', (_, live, next, flags) => {
    expect(plan(live, next).changes.map(({ step }) => step)).toEqual([
      { act: 'call', about: 'vCPUs', command: 'schedinfo', flags },
    ]);
    expect(plan(next, next)).toEqual({ changes: [], pending: [] });
  });

  it('takes no notice of a number of processors, which limits nothing', () => {
    expect(plan('<vcpu>1</vcpu>', '<vcpu>2</vcpu>')).toEqual({ changes: [], pending: [] });
  });

  it('keeps other tuning for the next start', () => {
    expect(plan('', '<cputune><shares>5</shares></cputune>').pending).toHaveLength(1);
  });
});
