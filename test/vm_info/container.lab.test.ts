import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Awaited } from '../../modules/lib/guest/ready/awaited.ts';
import type { Outcome } from '../../modules/lib/guest/ready/wait.ts';
import type { CloudInfo } from '../../modules/objects/cloud/cloud.ts';
import { ANSIBLES, makeProject, type Project } from '../contract/ansible.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { startHypervisor } from '../lab/hypervisor.ts';
import { hostVariables } from '../lab/inventory.ts';
import { ensureRoot } from '../lab/root.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { moduleText, runModule } from '../support/module.ts';

// Containers beside a VM: what is seen of them, how they are waited for, and what a hostile one can do. The tests build on each other.
const LAB = `${process.env.PIECEWISE_SHARED || 'lxc'}-seen`;
const ROOTS = '/var/lib/containers';
const URI = 'lxc:///system';
const DRIVER = '/usr/lib/x86_64-linux-gnu/libvirt/connection-driver/libvirt_driver_lxc.so';
const MIB = 1024 ** 2;

let hypervisor: Hypervisor;

const sh = async (script: string, input = '') =>
  (await hypervisor.exec(['sh', '-ec', script], { input, timeout: 600 })).stdout.trim();
const until = (script: string, seconds = 120) =>
  sh(`i=0; until out=$(${script}); do i=$((i+1)); [ $i -lt ${seconds} ]; sleep 1; done; echo "$out"`);

interface Vm {
  readonly name: string;
  readonly kind: string;
  readonly state: string;
  readonly group?: string;
  readonly ready?: boolean;
  readonly addresses: readonly { readonly address: string; readonly mac: string; readonly source: string }[];
}
type Result = { readonly failed?: boolean; readonly msg?: string; readonly warnings?: readonly string[] };

const vms = async (args: object = {}) => {
  const result = (await runModule(hypervisor, 'vm_info', { ...args })) as unknown as { vms: Vm[] } & Result;
  expect(result.failed, result.msg).toBeUndefined();
  return result.vms;
};
/** One of them: the container, if a VM has its name. */
const one = <T extends { readonly name: string; readonly kind: string }>(
  all: readonly T[],
  name: string,
  kind = 'container',
) => all.find((each) => each.name === name && each.kind === kind);
/** The VMs first, then the containers by name. */
const shown = (all: readonly { name: string; kind: string; state: string }[]) => [
  ...all.filter(({ kind }) => kind === 'vm').map(({ name, kind, state }) => `${kind} ${name}: ${state}`),
  ...all
    .filter(({ kind }) => kind !== 'vm')
    .map(({ name, kind, state }) => `${kind} ${name}: ${state}`)
    .sort(),
];
const ALL = [
  'vm web: running',
  ...['container box: running', 'container idle: shut off', 'container web: running'],
];
const vm = async (name: string, args: object = {}) => (await vms({ names: [name], ...args }))[0];
const readyOf = async (name: string) => (await vm(name, { ready: true }))?.ready;
const cloud = async () => (await runModule(hypervisor, 'cloud_info', {})) as unknown as CloudInfo & Result;

/** A root with nothing but busybox, that belongs to the users of the container, with a /run of its own. */
const root = (name: string, users: number) => `
  mkdir -p ${ROOTS}/${name} && cd ${ROOTS}/${name}
  mkdir -p bin run proc usr/bin var/lib etc
  cp /bin/busybox bin/ && for applet in sh ip sleep cat mkdir ln rm nc mount mkfifo dd; do ln -sf busybox bin/$applet; done
  for library in $(ldd /bin/busybox | grep -o '/lib[^ ]*'); do install -D $library ./$library; done
  cat >init <<'END'
#!/bin/sh
mount -t tmpfs none /run
while :; do nc -l -p 7000 </dev/null; done &
exec sleep 100000
END
  chmod 755 init; chown -hR ${users}:${users} .`;

/** Runs in the container as its root. */
const inside = (name: string, script: string) =>
  sh(`nsenter -t $(${leader(name)}) -a -S 0 -G 0 /bin/sh -ec '${script}'`);
const leader = (name: string) =>
  `machinectl show --value -p Leader "lxc-$(virsh -q -c ${URI} domid ${name})-${name}"`;

const container = (name: string, i: number, more: object = {}) => ({
  ...{ uri: URI, name, state: 'running', memory: '96 MiB', vcpus: 1, init: '/init', autostart: false },
  ...{ force_off: true, shutdown_timeout: 1 },
  filesystems: [{ source: `${ROOTS}/${name}`, target: '/' }],
  idmap: { target: 300_000 + 65_536 * i, count: 65_536 },
  interfaces: [
    {
      ...{ source: 'br-int', mac: `52:54:00:00:00:0${i}`, vlans: [25], guest_device: 'eth0' },
      ...{ addresses: [`10.25.0.1${i}/24`, `fd00:25::1${i}/64`], gateways: ['10.25.0.1'] },
    },
  ],
  ...more,
});
const make = async (name: string, i: number, more: object = {}) => {
  await sh(root(name, 300_000 + 65_536 * i));
  const { failed, msg } = await runModule(hypervisor, 'libvirt_domain', container(name, i, more));
  expect(failed, msg).toBeUndefined();
};

// A guest without a system: it runs, and that is all.
const VM = (
  name: string,
) => `<domain type='qemu'><name>${name}</name><memory unit='MiB'>24</memory><vcpu>2</vcpu>
<os><type machine='q35'>hvm</type></os><devices><interface type='bridge'><mac address='52:54:00:c1:00:01'/><source bridge='br-int'/>
<virtualport type='openvswitch'/><vlan><tag id='25'/></vlan></interface></devices></domain>`;

/** Waits by the library, in the hypervisor. */
async function waitFor(guests: readonly (Partial<Awaited> & Pick<Awaited, 'goal'>)[]): Promise<Outcome[]> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { realHost } from './modules/lib/host/real.ts';
        import { waitForGuests } from './modules/lib/guest/ready/wait.ts';
        waitForGuests({ ...realHost, report: () => undefined }, ${JSON.stringify(guests.map(awaited))})
          .then((outcomes) => console.log(JSON.stringify(outcomes)));`,
      resolveDir: process.cwd(),
      loader: 'ts',
    },
    ...{ bundle: true, platform: 'node', target: 'node18', format: 'cjs', write: false },
  });
  const text = outputFiles[0]?.text ?? '';
  const { stdout } = await hypervisor.exec(['/usr/bin/node', '-'], { input: text, timeout: 180 });
  return JSON.parse(stdout) as Outcome[];
}
const awaited = (guest: Partial<Awaited> & Pick<Awaited, 'goal'>): Awaited => ({
  ...{ name: 'box', uri: URI, port: 7000, timeout: 60 },
  nics: [{ name: 'eth0', target: port, addresses: ['10.25.0.11'] }],
  ...guest,
});
let port = '';

beforeAll(async () => {
  const binds = [{ host: await ensureRoot(12, 'bare'), guest: '/srv/debian' }];
  hypervisor = await startHypervisor({ name: LAB, containers: true, binds });
  await sh(
    `ovs-vsctl add-br br-int -- set bridge br-int datapath_type=netdev
    ovs-vsctl add-port br-int vlan25 tag=25 -- set interface vlan25 type=internal
    ip link set vlan25 up; ip addr replace 10.25.0.1/24 dev vlan25
    cat >/root/web.xml; virsh -q define /root/web.xml; virsh -q start web`,
    VM('web'),
  );
});
afterAll(() => hypervisor?.remove());

describe('a host without the driver', () => {
  it('has VMs only, and nothing is missing', async () => {
    expect((await vms()).map(({ name, kind, state }) => [name, kind, state])).toEqual([
      ['web', 'vm', 'running'],
    ]);
    const { guests, warnings } = await cloud();
    expect(guests.map(({ name, kind }) => [name, kind])).toEqual([['web', 'vm']]);
    expect(warnings).toBeUndefined();
  });
});

describe('containers beside a VM', () => {
  beforeAll(async () => {
    await sh(`apt-get -qq update && apt-get -qq install --no-install-recommends libvirt-daemon-driver-lxc >/dev/null
      systemctl restart libvirtd; test -e ${DRIVER}`);
    await make('box', 1, { interfaces: [{ ...container('box', 1).interfaces[0], target: 'veth-box-eth0' }] });
    await make('idle', 2, { state: 'stopped' });
    // As the VM is called.
    await make('web', 3);
    port = await sh(`virsh -q -c ${URI} domiflist box | awk '{print $1}'`);
    expect(port).toBe('veth-box-eth0');
    await until('ping -c1 -W1 10.25.0.11 >/dev/null && ping -c1 -W1 10.25.0.13 >/dev/null');
  });

  it('are all found, each with its kind and the addresses that the kernel has', async () => {
    const found = await vms();
    expect(shown(found)).toEqual(ALL);
    const of = (name: string, kind?: string) =>
      one(found, name, kind)?.addresses.map(({ address, source }) => `${source} ${address}`);
    expect(of('web', 'vm')).toEqual([]);
    expect(of('box')).toEqual(['kernel 10.25.0.11', 'kernel fd00:25::11']);
    expect(of('idle')).toEqual([]);
    expect(of('web')).toEqual(['kernel 10.25.0.13', 'kernel fd00:25::13']);
    expect(one(found, 'box')?.addresses[0]?.mac).toBe('52:54:00:00:00:01');
  });

  it('are found by their names', async () => {
    expect((await vms({ names: ['box', 'none'] })).map(({ name, kind }) => [name, kind])).toEqual([
      ['box', 'container'],
    ]);
    expect((await vms({ names: ['web'] })).map(({ kind }) => kind)).toEqual(['vm', 'container']);
    expect((await vms({ uri: URI })).map(({ name }) => name).sort()).toEqual(['box', 'idle', 'web']);
  });

  it('are told by cloud_info, with roots, NICs and ports', async () => {
    const { guests, ports, host, warnings } = await cloud();
    expect(warnings).toBeUndefined();
    expect(shown(guests)).toEqual(ALL);
    const [box, idle] = [one(guests, 'box'), one(guests, 'idle')];
    expect(box).toMatchObject({
      ...{ memory: 96 * MIB, memory_max: 96 * MIB, vcpus: 1, disks: [], managed: true, autostart: false },
      root: { path: `${ROOTS}/box` },
      nics: [{ mac: '52:54:00:00:00:01', bridge: 'br-int', port, tag: 25, link: true }],
      addresses: [
        { address: '10.25.0.11', mac: '52:54:00:00:00:01', source: 'kernel' },
        { address: 'fd00:25::11', source: 'kernel' },
      ],
      restart_reasons: [],
    });
    expect(idle).toMatchObject({ nics: [{ bridge: 'br-int', tag: 25 }], addresses: [] });
    expect(idle?.nics[0]).not.toHaveProperty('port');
    expect(ports.filter(({ guest }) => guest === 'box')).toMatchObject([
      { name: port, type: 'veth', tag: 25 },
    ]);
    expect(
      ports
        .filter(({ guest }) => guest === 'web')
        .map(({ type }) => type)
        .sort(),
    ).toEqual(['tap', 'veth']);
    // That of the VMs' connection.
    expect(host.versions).toMatchObject({ libvirt: '9.0.0', qemu: expect.stringMatching(/^7/) });
  });

  it('are read by few processes', async () => {
    const { stdout } = await hypervisor.exec(
      [
        'strace',
        '-f',
        '-qq',
        '-s',
        '512',
        '-e',
        'trace=execve',
        '-e',
        'signal=none',
        '-z',
        '-o',
        '/run/seen.log',
        '/usr/bin/node',
        '-',
      ],
      { input: await moduleText('cloud_info', {}), check: false },
    );
    expect(JSON.parse(stdout).guests).toHaveLength(4);
    const run = (await sh('cat /run/seen.log')).match(/execve\("[^"]*\/(virsh|nsenter)"/g) ?? [];
    // Two of virsh for each connection, and a look at each container that runs.
    expect(run.filter((line) => line.includes('virsh'))).toHaveLength(4);
    expect(run.filter((line) => line.includes('nsenter'))).toHaveLength(2);
  });

  it('tell what waits for their restart', async () => {
    await sh(`virsh -q -c ${URI} dumpxml --inactive box >/root/box.xml
      sed 's/tag id=.25./tag id="26"/' /root/box.xml >/root/other.xml; virsh -q -c ${URI} define /root/other.xml
      virsh -q -c ${URI} setmem box 64M --config`);
    const reasons = one((await cloud()).guests, 'box')?.restart_reasons;
    expect(reasons).toEqual([
      expect.stringContaining('vlan tag id 25 → 26'),
      'not done yet: set memory to 65536 KiB',
    ]);
    await sh(`virsh -q -c ${URI} define /root/box.xml`);
    expect(one((await cloud()).guests, 'box')?.restart_reasons).toEqual([]);
  });

  it('are missing, with a warning, where their connection alone fails', async () => {
    // libvirtd looks for its drivers when it starts.
    await sh(
      `mv ${DRIVER} /root/driver; systemctl restart libvirtd; virsh -q list >/dev/null; mv /root/driver ${DRIVER}`,
    );
    const { guests, warnings, host } = await cloud();
    expect(guests.map(({ name, kind }) => [name, kind])).toEqual([['web', 'vm']]);
    expect(host.versions).toHaveProperty('libvirt');
    expect(warnings).toEqual([
      expect.stringMatching(/^containers are missing: libvirt of this host has no driver for containers/),
    ]);
    // Such a host runs none.
    expect((await vms()).map(({ name }) => name)).toEqual(['web']);
    await sh('systemctl restart libvirtd; virsh -q list >/dev/null');
    expect(await vms()).toHaveLength(4);
  });
});

describe('a container is waited for', () => {
  it('by its address, its port, and not by an agent', async () => {
    const [address, other, open, agent, none] = await waitFor([
      { goal: 'address' },
      { goal: 'address', timeout: 3, nics: [{ name: 'eth0', target: port, addresses: ['10.25.0.99'] }] },
      { goal: 'port' },
      { goal: 'agent' },
      { goal: 'cloud_init' },
    ]);
    expect(address).toMatchObject({ addresses: ['10.25.0.11', 'fd00:25::11'] });
    expect(address).not.toHaveProperty('problem');
    expect(other?.problem).toEqual({
      text: "is not ready after 3 s: 10.25.0.99 of eth0 doesn't answer this host",
      kind: 'late',
    });
    expect(open).not.toHaveProperty('problem');
    expect(agent?.problem?.text).toContain('no channel for a guest agent');
    expect(none?.problem).toMatchObject({
      kind: 'failed',
      text: expect.stringContaining('has no cloud-init'),
    });
    expect(none?.seconds).toBeLessThan(10);
  });

  it('and has failed if it ends', async () => {
    await make('short', 4);
    const waiting = waitFor([{ name: 'short', goal: 'port', port: 7001, timeout: 90 }]);
    await sh(`sleep 3; virsh -q -c ${URI} destroy short`);
    expect((await waiting)[0]?.problem).toMatchObject({
      kind: 'failed',
      text: expect.stringContaining('its state is shut off (destroyed)'),
    });
  });

  const stage = (errors: readonly string[] = []) => ({ errors, start: 1, finished: 2 });
  const status = (more: object = {}) =>
    JSON.stringify({ v1: { datasource: 'DataSourceNoCloud', stage: null, init: stage(), ...more } });
  /** As cloud-init does it: links to its files. @param text without single quotes */
  const write = (name: string, text: string) =>
    inside(
      'box',
      `mkdir -p /run/cloud-init /var/lib/cloud/data; echo "${text.replaceAll('"', '\\"')}" >/var/lib/cloud/data/${name}
       ln -sf ../../var/lib/cloud/data/${name} /run/cloud-init/${name}`,
    );

  it('by the files that cloud-init writes, of this boot', async () => {
    expect(await readyOf('box')).toBeUndefined();
    await inside('box', 'echo x >/usr/bin/cloud-init');
    expect(await readyOf('box')).toBe(false);
    await write('status.json', status({ stage: 'init' }));
    expect(await readyOf('box')).toBe(false);
    const waiting = waitFor([{ goal: 'cloud_init' }]);
    await write('status.json', status());
    expect(await readyOf('box')).toBe(false);
    await write('result.json', '{}');
    expect((await waiting)[0]).not.toHaveProperty('problem');
    expect(await readyOf('box')).toBe(true);
    await write('status.json', status({ init: stage(['no key', 'no user']) }));
    expect(await readyOf('box')).toBe(false);
    expect((await waitFor([{ goal: 'cloud_init' }]))[0]?.problem).toMatchObject({
      kind: 'failed',
      text: expect.stringContaining('status: error no key no user'),
    });
    await write('status.json', status());
    // Another boot: what is on its disk is of the one before.
    await sh(`virsh -q -c ${URI} destroy box; virsh -q -c ${URI} start box`);
    await until('ping -c1 -W1 10.25.0.11 >/dev/null');
    port = await sh(`virsh -q -c ${URI} domiflist box | awk '{print $1}'`);
    expect(await readyOf('box')).toBe(false);
  });

  // It installs the package.
  it('by a real cloud-init', async () => {
    const dir = `${ROOTS}/real`;
    const network =
      'version: 1\nconfig: [{type: physical, name: eth0, subnets: [{type: static, address: 10.25.0.15/24}]}]';
    await sh(`mkdir -p ${ROOTS}; cp -a /srv/debian ${dir}; rm -rf ${dir}/etc/apt/sources.list*; cp -a /etc/apt/. ${dir}/etc/apt/; install -D -t ${dir}/usr/local/bin /usr/local/bin/lab-proxy
      chroot ${dir} sh -ec 'export DEBIAN_FRONTEND=noninteractive; apt-get -qq update; apt-get -qq install -y --no-install-recommends cloud-init' >/root/apt.log 2>&1
      seed=${dir}/var/lib/cloud/seed/nocloud; mkdir -p $seed; echo 'instance-id: real' >$seed/meta-data
      printf '#cloud-config\\nlocale: false\\nwrite_files: [{path: /root/done, content: x}]\\n' >$seed/user-data; printf '${network}\\n' >$seed/network-config`);
    await sh(`python3 - <<'END'
import os
for top, names, files in os.walk('${dir}'):
    for path in [top, *(os.path.join(top, name) for name in [*names, *files] if name in files or os.path.islink(os.path.join(top, name)))]:
        found = os.lstat(path)
        os.lchown(path, found.st_uid + 627680, found.st_gid + 627680)
        if not os.path.islink(path): os.chmod(path, found.st_mode & 0o7777)
END`);
    const given = { ...container('real', 5, { init: '/sbin/init', memory: '256 MiB' }) };
    const { failed, msg } = await runModule(hypervisor, 'libvirt_domain', {
      ...given,
      interfaces: [{ source: 'br-int', mac: '52:54:00:00:00:05', vlans: [25], guest_device: 'eth0' }],
    });
    expect(failed, msg).toBeUndefined();
    const target = await sh(`virsh -q -c ${URI} domiflist real | awk '{print $1}'`);
    const nics = [{ name: 'eth0', target, addresses: ['10.25.0.15'] }];
    const [done, address] = await waitFor([
      { name: 'real', goal: 'cloud_init', timeout: 240, nics },
      { name: 'real', goal: 'address', timeout: 240, nics },
    ]);
    expect(done).not.toHaveProperty('problem');
    expect(address).not.toHaveProperty('problem');
    expect(await sh(`cat ${dir}/root/done`)).toBe('x');
    expect(await readyOf('real')).toBe(true);
    await sh(`virsh -q -c ${URI} destroy real; virsh -q -c ${URI} undefine real`);
  }, 600_000);

  describe('although it is hostile', () => {
    const lines = async () => (await waitFor([{ goal: 'cloud_init', timeout: 3 }]))[0];
    const expectNothing = async () => {
      const begun = Date.now();
      const outcome = await lines();
      expect(outcome?.problem).toMatchObject({
        kind: 'late',
        text: expect.stringContaining('is not of cloud-init'),
      });
      expect(JSON.stringify(outcome)).not.toMatch(/root:|x{100}/);
      expect(await readyOf('box')).toBe(false);
      expect(Date.now() - begun).toBeLessThan(40_000);
    };
    const CLEAN = 'rm -rf /run/cloud-init /var/lib/cloud; mkdir -p /run/cloud-init /var/lib/cloud/data;';

    it.each([
      [
        'links to files of the host',
        'ln -s /etc/shadow /run/cloud-init/status.json; ln -s /etc/shadow /var/lib/cloud/data/status.json',
      ],
      [
        'links by way of /proc',
        'ln -s /proc/1/root/etc/shadow /run/cloud-init/status.json; ln -s /proc/self/root/etc/shadow /var/lib/cloud/data/status.json',
      ],
      ['a link in place of a directory', 'rm -r /run/cloud-init; ln -s /etc /run/cloud-init'],
      [
        'a file that is huge',
        'dd if=/dev/zero of=/run/cloud-init/status.json bs=1 count=1 seek=50000000 2>/dev/null',
      ],
      ['a pipe', 'mkfifo /run/cloud-init/status.json; mkfifo /var/lib/cloud/data/status.json'],
      ['a directory', 'mkdir /run/cloud-init/status.json /var/lib/cloud/data/status.json'],
      ['another text', 'echo "root:x:0:0" >/run/cloud-init/status.json'],
      [
        'deep nesting',
        'i=0; while [ $i -lt 3000 ]; do echo -n "[[[[[[[[[[[[[[[[[[[["; i=$((i+1)); done >/run/cloud-init/status.json',
      ],
    ])('by %s', async (_, script) => {
      await inside('box', CLEAN + script);
      await expectNothing();
    });

    it('and makes thousands of addresses, and strange names of interfaces', async () => {
      await inside('box', CLEAN);
      const batch = Array.from(
        { length: 3000 },
        (_, i) => `address add 10.200.${i >> 8}.${i & 255}/32 dev eth0`,
      );
      await sh(`nsenter -t $(${leader('box')}) -n ip -batch -`, `${batch.join('\n')}\n`);
      await sh(`nsenter -t $(${leader('box')}) -n ip link add 'a"},[' type veth peer name q1`);
      const begun = Date.now();
      const found = await vms();
      expect(Date.now() - begun).toBeLessThan(30_000);
      expect(one(found, 'box')?.addresses).toHaveLength(64);
      expect(one(found, 'web')?.addresses).toHaveLength(2);
      const [outcome] = await waitFor([{ goal: 'address' }]);
      expect(outcome?.addresses.length).toBeLessThanOrEqual(65);
      expect(outcome).not.toHaveProperty('problem');
    });

    it('and takes the MAC address of another, which gives it nothing', async () => {
      await sh(`nsenter -t $(${leader('box')}) -n ip link set eth0 address 52:54:00:00:00:03`);
      const found = await vms();
      expect(one(found, 'box')?.addresses.filter(({ source }) => source === 'kernel')).toEqual([]);
      expect(one(found, 'web')?.addresses.map(({ address }) => address)).toEqual([
        '10.25.0.13',
        'fd00:25::13',
      ]);
    });
  });
});

// A hypervisor with another one beside it, which has neither guests nor the driver.
describe('the playbooks', () => {
  let project: Project;
  let plain: Hypervisor | undefined;
  const [ansible = '2.14'] = ANSIBLES;
  const play = async (playbook: string, ...args: readonly string[]) => {
    const argv = ['ansible-playbook', `piecewise.cloud.${playbook}`, ...args];
    const { stdout, stderr, exitCode } = await project.run(ansible, argv);
    return { output: `${stdout}\n${stderr}`, exitCode };
  };
  const rowOf = (output: string, pattern: RegExp) =>
    output
      .split('\n')
      .find((line) => pattern.test(line))
      ?.replace(/ {2,}/g, '|');

  beforeAll(async () => {
    project = await makeProject();
    plain = await sharedHypervisor(12);
    await plain.exec([
      'sh',
      '-ec',
      'mkdir -p /srv/see/templates; qemu-img create -q -f qcow2 /srv/see/templates/see.qcow2 8M',
    ]);
    const hosts = {
      hv1: await hostVariables(LAB),
      hv2: {
        ...(await hostVariables(plain.name)),
        ...{
          image_directory: '/srv/see/templates',
          vm_directory: '/srv/see/images',
          images: { 'see.qcow2': {} },
        },
        vms: [{ name: 'box', archive_name: 'see.qcow2', memory: '64 MiB' }],
      },
    };
    writeFileSync(join(project.directory, 'hosts.yml'), stringify({ kvm: { hosts } }));
    mkdirSync(join(project.directory, 'live'));
    const live = { kvm: { hosts: { hv1: { ...hosts.hv1, vms: [{ name: 'web', kind: 'container' }] } } } };
    writeFileSync(join(project.directory, 'live/hosts.yml'), stringify(live));
    writeFileSync(
      join(project.directory, 'live/zz_guests.yml'),
      stringify({ plugin: 'piecewise.cloud.guests', live: true }),
    );
    await sh(`virsh -q -c ${URI} destroy web; virsh -q -c ${URI} start web`);
    await until('ping -c1 -W1 10.25.0.13 >/dev/null');
  });
  afterAll(async () => {
    project?.remove();
    await plain?.exec(['rm', '-rf', '/srv/see']);
  });

  it('show containers as such', async () => {
    const { output } = await play('status', '-e', 'cloud_drift=false');
    expect(output).toMatch(/^HOST +GUEST +KIND +STATE +ADDRESS +NOTES$/m);
    expect(rowOf(output, /^hv1 +idle/)).toBe('hv1|idle|container|shut off|not declared');
    expect(rowOf(output, /^hv1 +web +container/)).toBe(
      'hv1|web|container|running|10.25.0.13, fd00:25::13|not declared',
    );
    expect(rowOf(output, /^hv1 +web +running/)).toBeDefined();
    const drawn = await play('picture', '-e', 'cloud_drift=false');
    expect(drawn.exitCode, drawn.output).toBe(0);
    expect(readFileSync(join(project.directory, 'cloud.html'), 'utf8')).toContain('"kind": "container"');
  });

  it('find their addresses for the inventory', async () => {
    const { stdout, stderr } = await project.run(ansible, [
      'ansible-inventory',
      '-i',
      'live',
      '--host',
      'web',
    ]);
    expect(JSON.parse(stdout), stderr).toMatchObject({
      ...{ ansible_host: '10.25.0.13', guest_kind: 'container', guest_hypervisor: 'hv1' },
      guest_addresses: ['10.25.0.13', 'fd00:25::13'],
    });
  });

  it.each([[['--check']], [[]]])(
    'make no VM whose name a container of another host has %j',
    async (check) => {
      const { output, exitCode } = await play('vms', '--limit', 'hv2', ...check);
      expect(exitCode).toBe(2);
      expect(output.replace(/\s+/g, ' ')).toContain(
        "box is a container on hv1, which does not declare it, and a VM by its entry here: a container can't be moved. Declare it for hv1",
      );
    },
  );

  it('evacuate no container, and shut those down that run', async () => {
    await sh('virsh -q destroy web; virsh -q undefine web');
    const plan = await play('evacuate', '-e', 'host=hv1', '--check');
    expect(plan.exitCode, plan.output).toBe(0);
    const row = (name: string) => rowOf(plan.output, new RegExp(`^${name} +[a-z ]+ \\(container\\)`));
    expect(row('box')).toMatch(
      /^box\|running \(container\)\|0\.1 GiB\|1\|hv1\|-\|stays: a container can't be moved: shut it down/,
    );
    expect(row('idle')).toContain("stays: a container can't be moved, and it is off");
    const kept = await play('evacuate', '-e', 'host=hv1');
    expect(kept.exitCode, kept.output).toBe(2);
    expect(kept.output.replace(/\s+/g, ' ')).toContain(
      "web (running) is still on hv1: a container can't be moved",
    );
    expect(kept.output).not.toContain('idle (');
    const args = ['-e', 'stuck=stop', '-e', 'shutdown_timeout=2', '-e', 'force_off=true'];
    const stopped = await play('evacuate', '-e', 'host=hv1', ...args);
    expect(stopped.exitCode, stopped.output).toBe(0);
    expect([...new Set((await vms()).map(({ state }) => state))]).toEqual(['shut off']);
    const again = await play('evacuate', '-e', 'host=hv1');
    expect(again.exitCode, again.output).toBe(0);
    expect(again.output).toMatch(/All guests have left hv1\. Containers that are off stay: .*box on hv1/);
    const restored = await play('restore', '-e', 'host=hv1');
    expect(restored.exitCode, restored.output).toBe(0);
    expect(restored.output).toContain('All guests are back on hv1.');
  });
});
