import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { loadSpecs } from '../../build/modules.ts';
import { shapesSource } from '../../build/shapes.ts';
import { Python } from './python.ts';

const UTILS = 'from ansible_collections.piecewise.cloud.plugins.plugin_utils';
// It is made from the specs by the build.
const shapes = JSON.stringify(
  shapesSource((await loadSpecs()).filter(({ module }) => module === 'cloud_info')),
);
const python = new Python(`
import types
shapes = types.ModuleType("shapes")
exec(${shapes}, shapes.__dict__)
sys.modules["ansible_collections.piecewise.cloud.plugins.plugin_utils._shapes"] = shapes
${UTILS}._cloud import cloud_of, unknown_guests
${UTILS}._collected import Collected
${UTILS}._drift import drift_of
${UTILS}._declared_guests import DeclarationError
${UTILS}._drift_text import drift_text
${UTILS}._status_text import status_text
class Variables:
    def __init__(self, host, values):
        self.host, self.get, self.evaluate = host, values.get, lambda value, label: value
    def error(self, label, problem):
        return DeclarationError("%s: %s" % (label, problem))
def cloud(hosts):
    known = {host: (Variables(host, values), info) for host, (values, info) in hosts.items()}
    return cloud_of(known, Collected(), "now", True)
def answer(question):
    name, *arguments = question
    return {"cloud": cloud, "unknown_guests": unknown_guests, "drift_of": drift_of, "drift_text": drift_text, "status_text": status_text}[name](*arguments)
`);
afterAll(() => python.end());

interface Drift {
  readonly kind: string;
  readonly name: string;
  readonly changes: readonly string[];
}
const driftOf = (action: string, result: unknown, task = 'some : task') =>
  python.ask<Drift[]>(['drift_of', task, action, result]);
const diff = (title: string, before: unknown, after: unknown) => ({
  before_header: title,
  after_header: title,
  before: typeof before === 'string' ? before : JSON.stringify(before),
  after: typeof after === 'string' ? after : JSON.stringify(after),
});

describe('drift', () => {
  it('is each object that a list changes, by the variable that declares it', async () => {
    const results = [
      { item: 'web1', changed: true, diff: [diff('start domain web1', 'shut off\n', 'running\n')] },
      { item: 'web2', changed: false, diff: [] },
    ];
    const found = await driftOf('piecewise.cloud.vm', { changed: true, results });
    expect(found).toMatchObject([{ kind: 'vms', name: 'web1', changes: ['start domain web1'] }]);
  });

  it('is each bridge and port that a topology changes, with its interface and its file', async () => {
    const found = await driftOf('piecewise.cloud.ovs_topology', {
      changed: true,
      diff: [
        diff('change bridge br0', { a: 1 }, { a: 2 }),
        diff('add VLAN bridge br10', '', { vlan: 10 }),
        diff('change port lan', { tag: 31 }, { tag: 30 }),
        diff('configure interface lan', { up: false }, { up: true }),
        diff('/etc/network/interfaces.d/ovs_port_lan', '', 'auto lan\n'),
        diff('/etc/systemd/network/50-piecewise-wan.network', '', '[Match]\n'),
      ],
    });
    expect(found.map(({ kind, name, changes }) => [kind, name, changes])).toEqual([
      ['ovs_bridges', 'br0', ['change bridge br0 (a: 1 -> 2)']],
      ['ovs_bridges', 'br10', ['add VLAN bridge br10']],
      [
        'ovs_ports',
        'lan',
        [
          'change port lan (tag: 31 -> 30)',
          'configure interface lan (up: false -> true)',
          '/etc/network/interfaces.d/ovs_port_lan',
        ],
      ],
      ['ovs_ports', 'wan', ['/etc/systemd/network/50-piecewise-wan.network']],
    ]);
  });

  it('says which elements of a definition change, where each is the only one of its name', async () => {
    const xml = (memory: number) =>
      `<domain>\n  <memory unit='KiB'>${memory}</memory>\n  <a>1</a>\n  <a>${memory}</a>\n</domain>\n`;
    const results = [{ item: 'web1', changed: true, diff: [diff('redefine domain web1', xml(1), xml(2))] }];
    const found = await driftOf('piecewise.cloud.vm', { changed: true, results });
    expect(found[0]?.changes).toEqual(['redefine domain web1 (memory: "1" -> "2")']);
  });

  it("is the task of a module of Ansible's", async () => {
    const found = await driftOf(
      'ansible.builtin.debug',
      { changed: true, msg: 'would install qemu' },
      'role : Show',
    );
    expect(found).toMatchObject([{ kind: 'hypervisor', name: 'Show', changes: ['would install qemu'] }]);
  });

  it('has no text of a host that could write to the terminal, or more than a line', async () => {
    const evil = '\u001b]0;x\u0007\nhv2: fine';
    const results = [{ item: evil, changed: true, diff: [diff(evil, { [evil]: 1 }, { [evil]: evil })] }];
    const [found] = await driftOf('piecewise.cloud.vm', { changed: true, results });
    expect([found?.name, ...(found?.changes ?? [])].join('')).not.toMatch(/\p{Cc}/u);
  });

  it('is there where a host gives what is nested too deep, or no diff', async () => {
    const deep = '['.repeat(60_000);
    const results = [{ item: 'web1', changed: true, diff: [diff('redefine domain web1', deep, deep)] }];
    expect(await driftOf('piecewise.cloud.vm', { changed: true, results })).toMatchObject([
      { name: 'web1', changes: ['redefine domain web1'] },
    ]);
    expect(await driftOf('piecewise.cloud.ovs_topology', { changed: true }, 'ovs : Configure')).toMatchObject(
      [{ kind: 'ovs', name: 'Configure', changes: ['Configure'] }],
    );
  });

  it('names the items of a loop', async () => {
    const results = [
      { item: 'libvirtd', changed: true },
      { item: 'ovs', changed: false },
    ];
    const found = await driftOf('ansible.builtin.systemd', {
      changed: true,
      results,
      msg: 'All items completed',
    });
    expect(found[0]?.changes).toEqual(['libvirtd']);
  });

  it('is nothing where nothing changes, whatever else a host says', async () => {
    const anything = fc.record({
      changed: fc.constant(true),
      results: fc.anything(),
      diff: fc.anything(),
      msg: fc.anything(),
    });
    await fc.assert(
      fc.asyncProperty(anything, fc.constantFrom('vm', 'ovs_topology', 'network'), async (result, module) => {
        const plain = JSON.parse(JSON.stringify(result) ?? '{}');
        expect(await driftOf(`piecewise.cloud.${module}`, { ...plain, changed: false })).toEqual([]);
        // A hostile answer breaks nothing.
        await driftOf(`piecewise.cloud.${module}`, plain);
      }),
    );
  });
});

const GUEST = {
  ...{ kind: 'vm', uuid: '', autostart: true, managed: true, memory: 1, memory_max: 1, vcpus: 1 },
  ...{ disks: [], nics: [] },
  ...{
    name: 'web1',
    state: 'running',
    restart_reasons: ['memory'],
    addresses: [{ address: '10.0.0.5', source: 'lease' }],
  },
};
const INFO = {
  host: {
    ...{
      release: 'Debian GNU/Linux 12',
      cpu: { count: 4 },
      memory: { total: 8 * 1024 ** 3, available: 2 * 1024 ** 3 },
    },
  },
  bridges: [],
  ports: [
    { name: 'intruder', bridge: 'br0', managed: false },
    { name: 'br0', bridge: 'br0', managed: false },
    { name: 'vnet0', bridge: 'br0', managed: false, guest: 'web1' },
  ],
  networks: [{ name: 'lan', service: 'failed' }, { name: 'dmz' }],
  guests: [GUEST],
  templates: [],
};
const CLOUD = {
  hosts: [
    {
      ...{ name: 'hv1', address: '203.0.113.11', problems: [], info: INFO, guest_commands: {} },
      drift: [
        { kind: 'vms', name: 'web1', changes: ['x'], diffs: [] },
        { kind: 'ovs_ports', name: 'lan', changes: ['y'], diffs: [] },
      ],
      declared: {
        web1: { state: 'running', group: 'shop', type: 'web', addresses: [] },
        web2: { state: 'running', addresses: ['10.0.0.6'] },
      },
    },
    {
      name: 'hv2',
      problems: ['unreachable: no route'],
      drift: [],
      declared: { web3: { state: 'running', addresses: [] } },
      guest_commands: {},
    },
  ],
};
const status = (columns?: number) => python.ask<string>(['status_text', CLOUD, columns ?? null]);

describe('status', () => {
  it('has a line for each host and guest without a terminal', async () => {
    expect((await status()).split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['HOST', 'GUEST', 'STATE', 'ADDRESS', 'GROUP', 'NOTES'],
      [
        ...['hv1', 'up', '203.0.113.11'],
        'drift: ovs_ports lan; unmanaged ports: intruder; network services not active: lan; Debian GNU/Linux 12, 4 CPUs, 6.0 of 8.0 GiB memory',
      ],
      ['hv1', 'web1', 'running', '10.0.0.5', 'shop/web', 'drift; needs a restart: memory'],
      ['hv1', 'web2', 'missing', '10.0.0.6'],
      ['hv2', 'unknown', 'unreachable: no route'],
      ['hv2', 'web3', 'unknown'],
    ]);
  });

  it('tells where evacuated guests are, and that they are no strangers there', async () => {
    const [hv1, hv2] = structuredClone(CLOUD.hosts);
    const evacuated = { ...GUEST, name: 'web2', evacuated_from: 'hv1', restart_reasons: [] };
    const guests = [{ ...evacuated, name: 'web1' }, evacuated];
    const hosts = [hv1, { ...hv2, info: { ...INFO, ports: [], networks: [], guests } }];
    const lines = (await python.ask<string>(['status_text', { hosts }, null])).split('\n');
    const rows = lines.map((line) => line.split(/ {2,}/));
    // The first is on both.
    expect(rows.filter(([, name]) => name === 'web1' || name === 'web2')).toEqual([
      ['hv1', 'web1', 'running', '10.0.0.5', 'shop/web', 'drift; needs a restart: memory'],
      ['hv1', 'web2', 'evacuated', '10.0.0.6', 'is on hv2'],
      ['hv2', 'web1', 'running', '10.0.0.5', 'evacuated from hv1'],
      ['hv2', 'web2', 'running', '10.0.0.5', 'evacuated from hv1'],
    ]);
  });

  it('tells which guests are containers, whether they exist or not, and a VM of the same name', async () => {
    const [hv1] = structuredClone(CLOUD.hosts);
    const guests = [GUEST, { ...GUEST, kind: 'container', restart_reasons: [], addresses: [] }];
    const declared = { ...hv1?.declared, box: { state: 'running', kind: 'container', addresses: [] } };
    const hosts = [{ ...hv1, info: { ...INFO, ports: [], networks: [], guests }, drift: [], declared }];
    const lines = (await python.ask<string>(['status_text', { hosts }, null])).split('\n');
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
      ['HOST', 'GUEST', 'KIND', 'STATE', 'ADDRESS', 'GROUP', 'NOTES'],
      ['hv1', 'up', '203.0.113.11', expect.any(String)],
      ['hv1', 'box', 'container', 'missing'],
      ['hv1', 'web1', 'running', '10.0.0.5', 'shop/web', 'needs a restart: memory'],
      ['hv1', 'web1', 'container', 'running', 'shop/web'],
      ['hv1', 'web2', 'missing', '10.0.0.6'],
    ]);
  });

  it('has no row that a host has made up', async () => {
    const forged = structuredClone(CLOUD);
    (forged.hosts[0] as { problems: string[] }).problems = ['x\nhv3  up  \u001b[31m'];
    const text = await python.ask<string>(['status_text', forged, null]);
    expect(text.split('\n')).toHaveLength((await status()).split('\n').length);
    expect(text).not.toContain('\u001b');
  });

  it.each([30, 40, 60, 80, 120])(
    'is no wider than a terminal of %i columns, and says the same',
    async (columns) => {
      const lines = (await status(columns)).split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(columns);
      const words = (text: string) =>
        text
          .split(/[\s;]+/)
          .filter(Boolean)
          .sort();
      const [, ...rows] = (await status()).split('\n');
      expect(words(lines.slice(1).join('\n'))).toEqual(words(rows.join('\n')));
    },
  );
});

it('drift is said host by host, and how much there is', async () => {
  expect(await python.ask(['drift_text', CLOUD])).toBe(`hv1
  vms web1: x
  ovs_ports lan: y

hv2
  ! unreachable: no route

Drift: 2 objects; not all is known of 1 host`);
  const none = { hosts: [{ name: 'hv1', problems: [], drift: [] }] };
  expect(await python.ask(['drift_text', none])).toBe(
    'No drift: a run of piecewise.cloud.site would change nothing.',
  );
});

describe('the cloud', () => {
  const variables = {
    ansible_host: '203.0.113.11',
    ansible_user: 'root',
    vms: [
      { name: 'web1', interfaces: [{ name: 'eth0', address: '10.0.0.5/24' }], users: [{ name: 'ops' }] },
      { name: 'web2', networks: [{ name: 'lan' }] },
      { name: 'web3', networks: [{ name: 'lan' }] },
    ],
  };
  const found = (name: string, ...addresses: string[]) => ({
    ...GUEST,
    ...{ name, addresses: addresses.map((address) => ({ address, source: 'lease' })) },
  });
  const complete = {
    ...INFO,
    host: {
      ...{ hostname: 'x', release: 'Debian', kernel: '6', uptime: 1, filesystems: [], versions: {} },
      ...{ cpu: { model: '', count: 1, load: 0 }, memory: { total: 1, available: 1 } },
    },
    ports: [],
    networks: [],
    guests: [found('web2', '10.0.0.9'), found('web3', '-oProxyCommand=evil')],
  };
  interface Host {
    readonly problems: readonly string[];
    readonly info?: object;
    readonly command?: string;
    readonly guest_commands: Readonly<Record<string, string>>;
  }
  const hostsOf = async (hosts: Record<string, unknown>) =>
    (await python.ask<{ hosts: Host[] }>(['cloud', hosts])).hosts;

  it('has the commands that reach hosts and guests, with nothing in them that a host could make up', async () => {
    const [host] = await hostsOf({ hv1: [variables, complete] });
    expect(host).toMatchObject({ problems: [], command: 'ssh root@203.0.113.11' });
    expect(host?.guest_commands).toEqual({
      web1: 'ssh -J root@203.0.113.11 ops@10.0.0.5',
      web2: 'ssh -J root@203.0.113.11 10.0.0.9',
    });
  });

  it('has what the variables say of guests, their kinds too', async () => {
    const vms = [...variables.vms.slice(0, 1), { name: 'box', kind: 'container' }];
    const [host] = await hostsOf({ hv1: [{ ...variables, vms }, complete] });
    expect(host).toMatchObject({
      problems: [],
      declared: { web1: { kind: 'vm', state: 'running' }, box: { kind: 'container', addresses: [] } },
    });
    const [bad] = await hostsOf({ hv1: [{ ...variables, vms: [{ name: 'box', kind: 'jail' }] }, complete] });
    expect(bad?.problems).toEqual([
      expect.stringMatching(/kind: .*jail.* is not a kind of a guest: .*container/),
    ]);
  });

  it('has not all guests of a host that could not read its VMs, or its containers', async () => {
    const missing = 'containers are missing: libvirt of this host has no driver for containers';
    const vms = 'guests, and the overlays of templates, are missing: no libvirtd';
    const of = (more: object, versions: object = { libvirt: '9.0.0' }) =>
      python.ask([
        'unknown_guests',
        { ...complete, host: { ...complete.host, versions }, guests: [], ...more },
      ]);
    expect(await of({})).toBeNull();
    expect(await of({ warnings: ['networks are missing: x'] })).toBeNull();
    expect(await of({ warnings: ['networks are missing: x', missing] })).toBe(missing);
    expect(await of({ warnings: [missing, vms] }, {})).toBe(vms);
    expect(await of({ guests: [{}], msg: 'no virsh' })).toBe('no virsh');
  });

  it('leaves out what a host has not told as a whole, and nothing of the others', async () => {
    const { memory: _, ...about } = complete.host;
    const answers = [{ ...complete, host: about }, { ...complete, guests: [{}] }, { msg: 'no virsh' }];
    const [good, ...bad] = await hostsOf({
      hv0: [variables, complete],
      ...Object.fromEntries(answers.map((answer, i) => [`hv${i + 1}`, [variables, answer]])),
    });
    expect(good?.info).toBeDefined();
    expect(bad.map(({ info }) => info)).toEqual([undefined, undefined, undefined]);
    expect(bad.map(({ problems }) => problems.length)).toEqual([1, 1, 1]);
    expect(bad[2]?.problems).toEqual(['no virsh']);
  });
});
