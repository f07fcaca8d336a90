import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { startHypervisor } from '../lab/hypervisor.ts';
import { runModule, runThrice } from '../support/module.ts';
import { expectUnchanged } from '../support/unchanged.ts';

// Containers by the options of the module. The tests build on each other, in this order.
const LAB = `${process.env.PIECEWISE_SHARED || 'lxc'}-opt`;
const ROOTS = '/var/lib/containers';
const URI = 'lxc:///system';
const USERS = 300_000;

let hypervisor: Hypervisor;

const sh = async (script: string) => (await hypervisor.exec(['sh', '-ec', script])).stdout.trim();
const virsh = (command: string) => sh(`virsh -q -c ${URI} ${command}`);
const until = (script: string, seconds = 120) =>
  sh(`i=0; until out=$(${script}); do i=$((i+1)); [ $i -lt ${seconds} ]; sleep 1; done; echo "$out"`);
const pings = (address: string) => until(`ping -c1 -W1 ${address} >/dev/null`);
const isSilent = async (address: string) =>
  (await hypervisor.exec(['ping', '-c1', '-W2', address], { check: false })).exitCode !== 0;

/** A root with nothing but busybox, that belongs to the users of the container. Its first process ends when it is asked to. */
const root = (name: string, init: string) => `
  mkdir -p ${ROOTS}/${name}/bin ${ROOTS}/${name}/data && cd ${ROOTS}/${name}
  cp /bin/busybox bin/ && for applet in sh ip sleep cat; do ln -sf busybox bin/$applet; done
  for library in $(ldd /bin/busybox | grep -o '/lib[^ ]*'); do install -D $library ./$library; done
  cat >init <<'END'
#!/bin/sh
${init}
END
  chmod 755 init; chown -hR ${USERS}:${USERS} .`;

/** Runs in the container as its root. */
const inside = (name: string, command: string) =>
  sh(
    `nsenter -t $(machinectl show --value -p Leader "lxc-$(virsh -q -c ${URI} domid ${name})-${name}") -a -S 0 -G 0 ${command}`,
  );

const nic = (mac: number, vlan: number, more: object) => ({
  ...{ source: 'br-int', mac: `52:54:00:00:00:0${mac}`, vlans: [vlan] },
  ...more,
});
const first = nic(1, 25, { guest_device: 'eth0', addresses: ['10.25.0.10/24'], gateways: ['10.25.0.1'] });
const second = nic(2, 26, { guest_device: 'lan1', addresses: ['10.26.0.10/24'] });

const base = {
  ...{ uri: URI, name: 'one', state: 'running', memory: '128 MiB', vcpus: 1, init: '/init' },
  ...{
    init_arguments: ['a', 'b c'],
    init_environment: { COLOUR: 'light blue' },
    force_off: true,
    shutdown_timeout: 1,
  },
  filesystems: [{ source: `${ROOTS}/one`, target: '/' }],
  idmap: { target: USERS, count: 65_536 },
  interfaces: [first],
};
const given = (more: object = {}): Record<string, unknown> => ({ ...base, ...more });
const thrice = (more: object = {}) => runThrice(hypervisor, 'libvirt_domain', given(more));
const remove = (name: string) =>
  runThrice(hypervisor, 'libvirt_domain', {
    uri: URI,
    name,
    state: 'absent',
    force_off: true,
    shutdown_timeout: 1,
  });
const run = (more: object = {}, mode = {}) => runModule(hypervisor, 'libvirt_domain', given(more), mode);

/** The value of a group of the container. */
const group = async (name: string, controller: string, file: string) => {
  const line = await sh(
    `grep ':\\(.*,\\)\\?${controller}\\(,.*\\)\\?:' /proc/$(virsh -q -c ${URI} domid ${name})/cgroup | head -1`,
  );
  const path = line.split(':')[2];
  return sh(`cat '/sys/fs/cgroup/${controller}${path}/${file}'`);
};

beforeAll(async () => {
  hypervisor = await startHypervisor({ name: LAB, containers: true });
  await sh(`apt-get -qq update && apt-get -qq install --no-install-recommends libvirt-daemon-driver-lxc >/dev/null
    systemctl restart libvirtd
    ovs-vsctl add-br br-int -- set bridge br-int datapath_type=netdev
    for vlan in 25 26; do
      ovs-vsctl add-port br-int vlan$vlan tag=$vlan -- set interface vlan$vlan type=internal
      ip link set vlan$vlan up; ip addr replace 10.$vlan.0.1/24 dev vlan$vlan
    done`);
});
afterAll(() => hypervisor?.remove());

describe('a container by options', () => {
  it('needs its directory, which libvirt would make', async () => {
    const check = await run({}, { check: true });
    expect(String(check.warnings)).toContain(`container one needs the directory ${ROOTS}/one`);
    expect(await run()).toMatchObject({
      failed: true,
      msg: expect.stringContaining(`${ROOTS}/one, which does not exist`),
    });
    expect(await sh(`ls ${ROOTS} 2>/dev/null || true; virsh -q -c ${URI} list --all --name`)).toBe('');
  });

  it('is made, answers in its VLAN by the addresses that libvirt gives it, and is unchanged by a second run', async () => {
    await sh(root('one', 'printf "%s\\n" "$0" "$@" "$COLOUR" >/data/told; exec sleep 100000'));
    const done = await thrice();
    expect(done.actions).toEqual(['define domain one', 'start domain one']);
    await pings('10.25.0.10');
    expect(await until(`cat ${ROOTS}/one/data/told`)).toBe('/init\na\nb c\nlight blue');
    expect(await inside('one', '/bin/ip route')).toContain('default via 10.25.0.1 dev eth0');
    expect(await sh(`stat -c %u ${ROOTS}/one/data/told`)).toBe(`${USERS}`);
    expect(await group('one', 'cpu', 'cpu.cfs_quota_us')).toBe('100000');
  });

  it('has no network of the host without an interface', async () => {
    await sh(root('two', 'exec sleep 100000'));
    const two = { name: 'two', interfaces: [], filesystems: [{ source: `${ROOTS}/two`, target: '/' }] };
    await thrice(two);
    expect(await inside('two', '/bin/ip -o link')).toMatch(/^1: lo:[^\n]*$/);
    const paused = { ...two, state: 'paused' };
    expect((await thrice(paused)).actions).toEqual(['pause domain two']);
    expect((await thrice({ ...two, state: 'stopped' })).actions).toEqual(['shut down domain two']);
    expect((await thrice(paused)).actions).toEqual(['start paused domain two']);
    expect(await virsh('domstate two')).toBe('paused');
    expect((await thrice(two)).actions).toEqual(['resume domain two']);
    await remove('two');
  });

  it('gets less memory and more processors while it runs, and its memory back', async () => {
    const before = await virsh('domid one');
    const less = await thrice({ memory: '96 MiB', vcpus: 2 });
    expect(less.actions).toEqual(['redefine domain one', 'set memory to 98304 KiB', 'limit vCPUs to 2']);
    expect(less.restart_required).toBe(false);
    expect(await group('one', 'memory', 'memory.limit_in_bytes')).toBe(`${96 << 20}`);
    expect(await group('one', 'cpu', 'cpu.cfs_quota_us')).toBe('200000');
    expect((await thrice()).restart_required).toBe(false);
    expect(await group('one', 'memory', 'memory.limit_in_bytes')).toBe(`${128 << 20}`);
    expect(await virsh('domid one')).toBe(before);
  });

  it('gets more than it was started with by a restart', async () => {
    const later = await thrice({ memory: '160 MiB' });
    expect(later).toMatchObject({ restart_required: true, actions: ['redefine domain one'] });
    expect((await thrice({ memory: '160 MiB', restart: 'if_needed' })).actions).toEqual([
      'restart domain one',
    ]);
    await pings('10.25.0.10');
    expect(await group('one', 'memory', 'memory.limit_in_bytes')).toBe(`${160 << 20}`);
    await thrice({ restart: 'if_needed' });
  });

  it('gets an interface while it runs, by its name and with its address, and loses it', async () => {
    const before = await virsh('domid one');
    const more = await thrice({ interfaces: [first, second] });
    expect(more).toMatchObject({
      restart_required: false,
      actions: ['redefine domain one', 'attach interface 52:54:00:00:00:02'],
    });
    await pings('10.26.0.10');
    expect(await inside('one', '/bin/ip -o link')).toMatch(/ lan1[@:]/);
    const less = await thrice();
    expect(less.actions).toEqual(['redefine domain one', 'detach interface 52:54:00:00:00:02']);
    expect(await isSilent('10.26.0.10')).toBe(true);
    expect(await sh('ovs-vsctl list-ports br-int | wc -l')).toBe('3');
    await pings('10.25.0.10');
    expect(await virsh('domid one')).toBe(before);
  });

  it('is restarted for a VLAN, a filesystem and users, as check mode says', async () => {
    await sh(`mkdir -p /srv/more && touch /srv/more/file`);
    const other = {
      interfaces: [{ ...first, vlans: [26] }],
      filesystems: [...base.filesystems, { source: '/srv/more', target: '/data', readonly: true }],
    };
    const later = await thrice(other);
    expect(later.actions).toEqual(['redefine domain one']);
    expect(later.restart_reasons).toEqual([
      "interface 52:54:00:00:00:01: vlan tag id 25 → 26 can't be changed while the guest runs",
      "filesystem /data can't be added while the guest runs",
    ]);
    expect(String(later.warnings)).toContain('domain one must be restarted');
    await pings('10.25.0.10');
    const undone = await thrice({ interfaces: [{ ...first, vlans: [26] }] });
    expect(undone.restart_reasons).toHaveLength(1);
    await thrice({ interfaces: [{ ...first, vlans: [26] }], restart: 'if_needed' });
    expect(await isSilent('10.25.0.10')).toBe(true);
  });

  it('is not said to be started if its first process ends, whatever the reason', async () => {
    await sh(root('dead', 'exit 3'));
    const dead = { name: 'dead', interfaces: [], filesystems: [{ source: `${ROOTS}/dead`, target: '/' }] };
    const problem = 'container dead does not run: its first process ended within 2 s of its start';
    expect(await run(dead)).toMatchObject({ failed: true, msg: expect.stringContaining(problem) });
    await sh(`${root('dead', 'exec sleep 100000')}; chown -hR 0:0 .; chmod 700 init`);
    expect(await run(dead)).toMatchObject({ failed: true, msg: expect.stringContaining(problem) });
    expect(await run({ ...dead, init: '/none' })).toMatchObject({
      failed: true,
      msg: expect.stringContaining('cannot find init path'),
    });
    await sh(root('dead', 'exec sleep 100000'));
    expect(await run(dead)).toMatchObject({ changed: true });
    expectUnchanged(await run(dead));
    await remove('dead');
  });

  it('leaves nothing when it is absent', async () => {
    const done = await remove('one');
    expect(done.actions).toEqual(['shut down domain one', 'undefine domain one']);
    expect(await sh(`virsh -q -c ${URI} list --all --name; machinectl list --no-legend`)).toBe('');
    expect(await until(`! ls -d /sys/fs/cgroup/*/machine.slice/machine-lxc* 2>/dev/null`, 20)).toBe('');
    expect(await sh(`ovs-vsctl list-ports br-int; ls ${ROOTS}`)).toBe('vlan25\nvlan26\ndead\none\ntwo');
  });
});
