import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RETURNS } from '../../modules/cloud_info/returns.ts';
import type { ReturnField } from '../../modules/lib/ansible/spec.ts';
import type { CloudInfo } from '../../modules/objects/cloud/cloud.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { moduleText, runModule } from '../support/module.ts';

const HOME = '/var/lib/libvirt/cloud-test';
const TEMPLATES = `${HOME}-templates`;
const MIB = 1024 ** 2;
const MAC = '52:54:00:c1:00:05';
const SECRETS = ['vncS3crt', 'tunnelS3cretWord', 'seedS3cretWord'];

let hypervisor: Hypervisor;
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout.trim();

const ASKED = {
  directories: [HOME],
  image_directories: [TEMPLATES],
  declared: [
    { name: 'cit-web', addresses: ['10.77.0.5/24', 'dhcp'] },
    { name: 'cit-nosuch', addresses: ['10.77.0.6'] },
  ],
};

const BRIDGES = [
  { name: 'cit', datapath_type: 'netdev' },
  { name: 'cit-wan', datapath_type: 'netdev' },
  { name: 'cit-v9', parent: 'cit', vlan: 9 },
];
const PORTS = [
  { bridge: 'cit', port: 'cit-host', type: 'internal', tag: 8, address: '192.0.2.77/29' },
  { bridge: 'cit', port: 'cit-p0', peer: { bridge: 'cit-wan', port: 'cit-p1' }, trunks: [8, 9] },
  {
    ...{ bridge: 'cit', port: 'cit-vx', type: 'vxlan' },
    options: { remote_ip: '192.0.2.2', key: '77', psk: SECRETS[1] },
  },
  { bridge: 'cit-wan', port: 'cit-bond', interfaces: ['citn0', 'citn1'] },
];
const NETWORK = {
  name: 'citnet',
  bridge: 'cit',
  vlan: 10,
  subnet: ['10.77.0.0/24'],
  dhcp: { range: ['10.77.0.100', '10.77.0.110'] },
  dns: { domain: 'cit.test' },
  nat: true,
  uplink: 'citn0x',
  forwards: [{ port: '18080', to: 'cit-web', to_port: '80' }],
};
const common = { directory: HOME, image_directory: TEMPLATES, hypervisor: 'hv1', checksum_offload: false };
const WEB = {
  name: 'cit-web',
  ...{ memory: '32 MiB', archive_name: 'tiny.qcow2', virt_type: 'qemu', group: 'web' },
  networks: [{ name: 'citnet', mac: MAC }],
  user_data: { password: SECRETS[2], chpasswd: { expire: false } },
  domain: { graphics: [{ type: 'vnc', password: SECRETS[0] }] },
};

// A domain that no task has defined, with a disk of its own that no template has.
const OTHER = `<domain type='qemu'><name>cit-other</name><memory unit='MiB'>24</memory><vcpu>2</vcpu><os><type machine='q35'>hvm</type></os>
<devices><disk type='file'><driver name='qemu' type='raw'/><source file='${HOME}/other.raw'/><target dev='vda' bus='virtio'/></disk>
<interface type='bridge'><mac address='52:54:00:c1:00:06'/><source bridge='cit'/><virtualport type='openvswitch'/><vlan trunk='yes'><tag id='8'/><tag id='9' nativeMode='untagged'/></vlan><model type='e1000'/><link state='down'/></interface>
<graphics type='vnc' passwd='${SECRETS[0]}'/></devices></domain>`;

async function changes(name: string, args: Record<string, unknown>): Promise<void> {
  const { failed, msg } = await runModule(hypervisor, name, args);
  expect(failed, msg).toBeUndefined();
}

const info = async (args: object = {}) =>
  (await runModule(hypervisor, 'cloud_info', { ...ASKED, ...args })) as unknown as CloudInfo & {
    changed: boolean;
    warnings?: string[];
  };

const CLEAN = `for d in $(virsh list --all --name | grep '^cit-'); do virsh destroy $d; virsh undefine $d; done 2>/dev/null
for b in cit-wan cit; do ovs-vsctl --if-exists del-br $b; done
for n in citn0 citn1; do ip link del $n 2>/dev/null; done; rm -rf ${HOME}*; true`;

beforeAll(async () => {
  hypervisor = await sharedHypervisor(12);
  await sh(`${CLEAN}; mkdir -p ${HOME} ${TEMPLATES}/by-checksum
    for n in citn0 citn1; do ip link add $n type veth peer name "$n"x; done
    qemu-img create -q -f qcow2 ${TEMPLATES}/by-checksum/tiny-1.qcow2 8M
    ln -s by-checksum/tiny-1.qcow2 ${TEMPLATES}/tiny.qcow2
    echo no disk >${TEMPLATES}/README; echo disk >${HOME}/other.raw; truncate -s 4M ${HOME}/other.raw
    cat >${HOME}/other.xml <<'END'
${OTHER}
END
    virsh -q define ${HOME}/other.xml
    virsh -q metadata cit-other https://piecewise.cloud/evacuated/1 --config --key piecewise-evacuated --set '<from host="hv9"/>'`);
  await changes('ovs_topology', { bridges: BRIDGES, ports: PORTS });
  await changes('network', NETWORK);
  await changes('vm', { ...common, ...WEB });
  // An overlay that no guest has, a port that no task has made, and one that doesn't work.
  await sh(`qemu-img create -q -f qcow2 -b ${TEMPLATES}/tiny.qcow2 -F qcow2 ${HOME}/former.qcow2
    ovs-vsctl add-port cit cit-theirs -- set interface cit-theirs type=internal
    ovs-vsctl add-port cit cit-broken 2>/dev/null
    echo "2000000000 ${MAC} 10.77.0.105 cit-web *" >/var/lib/private/piecewise-cloud-networks/citnet/leases
    virsh -q setmaxmem cit-web 48M --config; virsh -q setmem cit-web 40M --config`);
}, 300_000);
afterAll(async () => {
  if (!hypervisor) return;
  await runModule(hypervisor, 'network', { name: 'citnet', state: 'absent' });
  await sh(CLEAN);
});

/** The fields of a result that its documentation doesn't have, or has with another type. */
function undescribed(
  value: unknown,
  { type, contains, values, elements }: ReturnField,
  at: string,
): string[] {
  if (type === 'list') {
    const of = { ...HEAD, type: elements ?? 'str', ...(contains ? { contains } : {}) };
    return Array.isArray(value) ? value.flatMap((one) => undescribed(one, of, at)) : [at];
  }
  if (type !== 'dict') return typeof value === TYPES[type] ? [] : [at];
  return Object.entries(value as object).flatMap(([name, inner]) => {
    const field = values ?? contains?.[name];
    return field ? undescribed(inner, field, `${at}.${name}`) : [`${at}.${name}`];
  });
}

const HEAD = { description: '', returned: '' };
const TYPES = { str: 'string', int: 'number', float: 'number', bool: 'boolean' } as const;

const named = <T extends { readonly name: string }>(all: readonly T[], name: string) =>
  all.find((one) => one.name === name);

describe('cloud_info', () => {
  let found: Awaited<ReturnType<typeof info>>;
  beforeAll(async () => {
    found = await info();
  });

  it('reads the host', async () => {
    const { host } = found;
    expect(host).toMatchObject({
      hostname: await sh('hostname'),
      release: 'Debian GNU/Linux 12 (bookworm)',
      kernel: await sh('uname -r'),
      versions: {
        libvirt: expect.stringMatching(/^9\./),
        qemu: expect.stringMatching(/^7\.2/),
        openvswitch: '3.1.0',
        dnsmasq: expect.stringMatching(/^2\./),
        node: expect.stringMatching(/^18\./),
      },
    });
    expect(host.cpu.count).toBe(Number(await sh('grep -c ^processor /proc/cpuinfo')));
    expect(host.memory.total).toBe(1024 * Number(await sh("awk '/^MemTotal/ {print $2}' /proc/meminfo")));
    const [size] = (await sh('df --block-size=1 --output=size /')).split('\n').slice(1).map(Number);
    expect(host.filesystems).toEqual([{ path: '/', size, available: expect.any(Number) }]);
  });

  it('reads bridges and ports, those of others too', () => {
    expect(named(found.bridges, 'cit')).toEqual({
      name: 'cit',
      datapath: 'netdev',
      managed: true,
      up: false,
    });
    expect(named(found.bridges, 'cit-v9')).toMatchObject({ parent: 'cit', vlan: 9, managed: true });
    const port = (name: string) => named(found.ports, name);
    const none = { addresses: [], interfaces: [] };
    expect(port('cit-host')).toMatchObject({
      ...{ bridge: 'cit', type: 'internal', managed: true, tag: 8, up: true },
      ...{ addresses: ['192.0.2.77/29'], mac: expect.stringMatching(/^([0-9a-f]{2}:){5}/) },
    });
    expect(port('cit-p0')).toEqual({
      ...{ bridge: 'cit', name: 'cit-p0', type: 'patch', managed: true, trunks: [8, 9], up: true },
      ...{ ...none, peer: 'cit-p1' },
    });
    expect(port('cit-vx')).toEqual({
      ...{ bridge: 'cit', name: 'cit-vx', type: 'vxlan', managed: true, up: true },
      ...{ ...none, remote: '192.0.2.2', key: '77' },
    });
    expect(port('cit-bond')).toMatchObject({ type: 'bond', interfaces: ['citn0', 'citn1'] });
    expect(port('cit-theirs')).toMatchObject({ type: 'internal', managed: false });
    expect(port('cit-broken')).toMatchObject({ up: false, error: expect.stringContaining('No such device') });
    expect(found.ports.filter(({ guest }) => guest === 'cit-web')).toMatchObject([{ type: 'tap', tag: 10 }]);
  });

  it('reads networks with their leases', () => {
    expect(named(found.networks, 'citnet')).toEqual({
      ...{ name: 'citnet', bridge: 'cit', vlan: 10, subnets: ['10.77.0.0/24'], gateways: ['10.77.0.1'] },
      ...{ dhcp: true, dns: true, nat: true, forwards: ['tcp 18080 -> cit-web:80'], service: 'active' },
      leases: [{ address: '10.77.0.105', mac: MAC, name: 'cit-web', expires: '2033-05-18T03:33:20.000Z' }],
    });
  });

  it('reads guests, and what waits for a restart of them', async () => {
    const disk = `${HOME}/cit-web/disk.qcow2`;
    expect(named(found.guests, 'cit-web')).toMatchObject({
      ...{ state: 'running', autostart: true, managed: true, memory: 32 * MIB, vcpus: 1, group: 'web' },
      memory_max: 48 * MIB,
      uuid: await sh('virsh domuuid cit-web'),
      disks: [
        {
          ...{ target: 'vda', device: 'disk', file: disk, format: 'qcow2', size: 8 * MIB },
          allocated: 512 * Number(await sh(`stat -c %b ${disk}`)),
          backing: `${TEMPLATES}/by-checksum/tiny-1.qcow2`,
        },
        { device: 'cdrom', format: 'raw' },
      ],
      nics: [{ mac: MAC, bridge: 'cit', network: 'citnet', tag: 10, model: 'virtio', link: true }],
      addresses: [
        { address: '10.77.0.5', source: 'variables' },
        { address: '10.77.0.105', mac: MAC, source: 'lease' },
      ],
      restart_reasons: ["memory: 32768 KiB → 49152 KiB can't be changed while the guest runs"],
    });
    expect(named(found.guests, 'cit-other')).toEqual({
      ...{ name: 'cit-other', kind: 'vm', state: 'shut off', autostart: false, managed: false },
      ...{ uuid: await sh('virsh domuuid cit-other'), memory: 24 * MIB, vcpus: 2 },
      ...{ memory_max: 24 * MIB, evacuated_from: 'hv9' },
      disks: [
        {
          ...{ target: 'vda', device: 'disk', file: `${HOME}/other.raw`, format: 'raw', size: 4 * MIB },
          allocated: 512 * Number(await sh(`stat -c %b ${HOME}/other.raw`)),
        },
      ],
      nics: [
        { mac: '52:54:00:c1:00:06', bridge: 'cit', tag: 9, trunks: [8, 9], model: 'e1000', link: false },
      ],
      ...{ addresses: [], restart_reasons: [] },
    });
    expect(found.guests.some(({ name }) => name === 'cit-nosuch')).toBe(false);
  });

  it('reads templates and their overlays', () => {
    expect(found.templates).toEqual([
      {
        ...{ file: `${TEMPLATES}/by-checksum/tiny-1.qcow2`, name: 'tiny.qcow2', format: 'qcow2' },
        ...{ size: 8 * MIB, allocated: expect.any(Number), overlays: [`${HOME}/former.qcow2`, 'cit-web'] },
      },
    ]);
  });

  it('is as documented', () => {
    const { changed: _, diff: __, ...rest } = found as object as Record<string, unknown>;
    expect(undescribed(rest, { ...HEAD, type: 'dict', contains: RETURNS }, '')).toEqual([]);
    expect(undescribed({ hosts: {} }, { ...HEAD, type: 'dict', contains: RETURNS }, '')).toEqual(['.hosts']);
  });

  it('has no secret, and no warning', () => {
    for (const secret of SECRETS) expect(JSON.stringify(found)).not.toContain(secret);
    expect(found).toMatchObject({ changed: false });
    expect(found.warnings).toBeUndefined();
  });

  it('changes nothing', async () => {
    const writes =
      'open,openat,openat2,creat,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,symlink,symlinkat,link,linkat,truncate,ftruncate,chmod,fchmod,fchmodat,chown,fchown,lchown,fchownat';
    const strace = [
      'strace',
      '-f',
      '--seccomp-bpf',
      '-qq',
      '-z',
      '-s',
      '512',
      '-e',
      `trace=${writes},execve`,
    ];
    const { stdout } = await hypervisor.exec([...strace, '-o', '/run/cit.log', '/usr/bin/node', '-'], {
      input: await moduleText('cloud_info', ASKED),
      check: false,
    });
    expect(JSON.parse(stdout).guests.length).toBeGreaterThan(1);
    const lines = (await sh('cat /run/cit.log; rm /run/cit.log')).split('\n');
    const run = lines.flatMap((line) => /\bexecve\("([^"]+)"/.exec(line)?.[1]?.replace(/.*\//, '') ?? []);
    // Two of virsh: all domains at once, and all their definitions.
    expect(run.sort()).toEqual(['dnsmasq', 'find', 'ip', 'ip', 'node', 'systemctl', 'virsh', 'virsh']);
    // The code cache is the runner's.
    const isRead = (line: string) =>
      /\bexecve\(|\bopen(at2?)?\([^)]*(O_RDONLY|O_PATH)|"\/(dev|var\/cache\/piecewise-cloud\/code)\//.test(
        line,
      );
    const calls = lines.filter((line) => /^\d+ +\w+\(/.test(line));
    expect(calls.length).toBeGreaterThan(100);
    expect(calls.filter((line) => !isRead(line))).toEqual([]);
  });

  it('returns what it can where libvirt or Open vSwitch does not run', async () => {
    const less = await info({
      uri: 'qemu+unix:///system?socket=/run/cit.sock',
      database_socket: '/run/cit.sock',
    });
    expect(less).toMatchObject({ changed: false, guests: [], bridges: [], ports: [] });
    expect(named(less.networks, 'citnet')).toMatchObject({ service: 'active' });
    expect(less.templates).toMatchObject([{ name: 'tiny.qcow2', overlays: [] }]);
    expect(less.host.versions).toMatchObject({ node: expect.any(String) });
    expect(less.warnings).toEqual([
      expect.stringMatching(/^bridges and ports are missing: Open vSwitch isn't running: .*install/),
      expect.stringMatching(/^guests, and the overlays of templates, are missing: libvirt doesn't answer/),
    ]);
  });
});
