import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectSame, killedEverywhere, TREE } from '../killed/everywhere.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { startHypervisor } from '../lab/hypervisor.ts';
import { ensureRoot } from '../lab/root.ts';
import { runModule, runThrice } from '../support/module.ts';
import { expectUnchanged } from '../support/unchanged.ts';

// Containers as guests: Debian with systemd and sshd, each with users of its own. The tests build on each other, in this order.
const LAB = `${process.env.PIECEWISE_SHARED || 'vm'}-ct`;
const HOME = '/var/lib/libvirt/images';
const IMAGES = '/var/lib/libvirt/templates';
const RANGES = '/var/lib/piecewise-cloud/ranges';
const PORT = 8097;
const WEB = `http://127.0.0.1:${PORT}`;

let hypervisor: Hypervisor;
let key = '';
const sh = async (script: string) => (await hypervisor.exec(['sh', '-ec', script])).stdout.trim();
const virsh = (command: string) => sh(`virsh -q -c lxc:///system ${command}`);
const until = (script: string, seconds = 180) =>
  sh(
    `i=0; until out=$(${script}); do i=$((i+1)); [ $i -lt ${seconds} ] || { echo "$out"; exit 1; }; sleep 1; done; echo "$out"`,
  );
const pings = (address: string) => until(`ping -c1 -W1 ${address} >/dev/null`);
const ssh = (address: string, command: string, user = 'root') =>
  until(
    `ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o ConnectTimeout=5 ${user}@${address} '${command}' 2>&1`,
  );

/** The host in two VLANs. Its addresses don't survive a reboot. */
const NETWORK = `for vlan in 25 26; do
    ovs-vsctl --may-exist add-port br-int vlan$vlan tag=$vlan -- set interface vlan$vlan type=internal
    ip link set vlan$vlan up; ip addr replace 10.$vlan.0.1/24 dev vlan$vlan
  done`;

const common = { hypervisor: 'hv1', directory: HOME, image_directory: IMAGES };
const nic = (name: string, address: string, more: object = {}) => ({ name, address, ...more });
const entry = (name: string, last: number, more: object = {}) => ({
  ...{ name, kind: 'container', archive_name: 'debian', memory: '256 MiB', ssh_authorized_keys: [key] },
  ovs: [{ name: 'br-int', vlans: [25] }],
  interfaces: [nic('eth0', `10.25.0.${last}/24`, { gateway: '10.25.0.1', dns: ['10.25.0.1'] })],
  ...{ shutdown_timeout: 30, force_off: true },
  ...more,
});
const run = (args: object, mode = {}) => runModule(hypervisor, 'vm', { ...common, ...args }, mode);
const thrice = (args: object) => runThrice(hypervisor, 'vm', { ...common, ...args });

const container = (more: object = {}) => entry('c1', 11, more);
const root = (name: string) => `${HOME}/${name}/root`;
const users = async (name: string) => Number(await sh(`stat -c %u ${root(name)}`));
/** The value of a file of the container's group of memory. */
const memory = async (name: string, file: string) => {
  const group = await sh(
    `grep -E ':memory:' /proc/$(virsh -q -c lxc:///system domid ${name})/cgroup | cut -d: -f3`,
  );
  return sh(`cat '/sys/fs/cgroup/memory${group}/${file}'`);
};

/** Makes a root template of a directory of the hypervisor. */
async function template(name: string, directory: string): Promise<void> {
  await sh(`mkdir -p /srv/web && { systemctl is-active -q web || systemd-run -q --unit=web python3 -m http.server ${PORT} --bind 127.0.0.1 --directory /srv/web; }
    until python3 -c 'import urllib.request as r; r.urlopen("${WEB}")' 2>/dev/null; do sleep 0.1; done
    cd ${directory} && tar --numeric-owner --one-file-system --exclude=./dev/* --exclude=./var/cache --exclude=./var/lib/apt \
    --exclude=./usr/share/doc --exclude=./usr/share/locale -c . | zstd -q -1 >/srv/web/${name}.tar.zst`);
  const digest = await sh(`sha256sum /srv/web/${name}.tar.zst | cut -c1-64`);
  const images = {
    [name]: { kind: 'container', url: `${WEB}/${name}.tar.zst`, checksum: `sha256:${digest}` },
  };
  expect(await runModule(hypervisor, 'image', { directory: IMAGES, images })).toMatchObject({
    changed: true,
  });
}

beforeAll(async () => {
  const debian = await ensureRoot(12, 'bare');
  hypervisor = await startHypervisor({
    name: LAB,
    containers: true,
    binds: [{ host: debian, guest: '/srv/debian' }],
  });
  await sh(`apt-get -qq update && apt-get -qq install --no-install-recommends libvirt-daemon-driver-lxc >/dev/null
    systemctl restart libvirtd
    ovs-vsctl add-br br-int -- set bridge br-int datapath_type=netdev
    ${NETWORK}
    ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519`);
  key = await sh('cat /root/.ssh/id_ed25519.pub');
  await template('debian', '/srv/debian');
});
afterAll(() => hypervisor?.remove());

describe('a container', () => {
  it('needs its template, and says so before anything is made', async () => {
    const given = { ...container(), archive_name: 'none' };
    expect(await run(given)).toMatchObject({
      failed: true,
      msg: expect.stringContaining('none is not found'),
    });
    expect(await sh(`ls ${HOME} ${RANGES} 2>/dev/null || true`)).not.toContain('c1');
  });

  it('answers ping in its VLAN within ten seconds, and SSH, and a second run changes nothing', async () => {
    const made = await thrice(container());
    expect(made).toMatchObject({
      kind: 'container',
      state: 'running',
      root: { path: root('c1'), cloud_init: false },
      actions: [
        `make root ${root('c1')}`,
        'define domain c1',
        'set autostart of domain c1',
        'start domain c1',
      ],
    });
    await virsh('destroy c1');
    await virsh('start c1');
    // Not as long as until() would wait: this is what is promised.
    await sh('ping -c1 -w10 10.25.0.11 >/dev/null');
    expect(
      await ssh('10.25.0.11', 'hostname; systemctl is-system-running --wait; cat /etc/resolv.conf'),
    ).toMatch(/^c1\nrunning\nnameserver 10\.25\.0\.1$/);
    expect(
      (await hypervisor.exec(['ping', '-c1', '-W2', '-I', 'vlan26', '10.25.0.11'], { check: false }))
        .exitCode,
    ).not.toBe(0);
  });

  it('has a root that is not root outside, and files that are owned accordingly', async () => {
    const first = await users('c1');
    expect(first).toBeGreaterThanOrEqual(1 << 30);
    await ssh('10.25.0.11', 'touch /root/made; id -u; sleep 1000 >/dev/null 2>&1 &');
    expect(await sh(`stat -c '%u %g' ${root('c1')}/root/made`)).toBe(`${first} ${first}`);
    expect(await sh(`stat -c '%u' /proc/$(pgrep -f '^sleep 1000$' | head -1)`)).toBe(`${first}`);
    const asOther = ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups', 'ls', root('c1')];
    expect((await hypervisor.exec(asOther, { check: false })).stderr).toContain('Permission denied');
    expect(await sh(`stat -c '%u %A' ${root('c1')}/usr/bin/passwd`)).toBe(`${first} -rwsr-xr-x`);
    expect(await ssh('10.25.0.11', 'mknod /root/sda b 8 0 2>&1 || true; cat /proc/self/uid_map')).toMatch(
      new RegExp(`Operation not permitted\\s+0\\s+${first}\\s+65536`),
    );
  });

  it('has a limit of memory, which changes while it runs', async () => {
    expect(await memory('c1', 'memory.limit_in_bytes')).toBe(`${256 << 20}`);
    const less = await thrice(container({ memory: '200 MiB' }));
    expect(less.restart_required).toBe(false);
    expect(await memory('c1', 'memory.limit_in_bytes')).toBe(`${200 << 20}`);
    await thrice(container());
  });

  it('gets a second interface while it runs, with its address', async () => {
    const two = {
      ovs: [...container().ovs, { name: 'br-int', vlans: [26] }],
      interfaces: [...container().interfaces, nic('eth1', '10.26.0.11/24')],
    };
    const id = await virsh('domid c1');
    const added = await thrice(container(two));
    expect(added.restart_required).toBe(false);
    await pings('10.26.0.11');
    expect(await ssh('10.25.0.11', 'ip -br addr show dev eth1')).toContain('10.26.0.11/24');
    expect((await thrice(container())).restart_required).toBe(false);
    expect(await virsh('domid c1')).toBe(id);
    expect(await sh('ovs-vsctl list-ports br-int | grep -c veth-c1')).toBe('1');
  });

  it('gets a changed address by a restart, which it is told about before', async () => {
    const other = {
      interfaces: [nic('eth0', '10.25.0.12/24', { gateway: '10.25.0.1', dns: ['10.25.0.1'] })],
    };
    const told = await thrice(container(other));
    expect(told.restart_required).toBe(true);
    await pings('10.25.0.11');
    const done = await thrice(container({ ...other, restart: 'if_needed' }));
    expect(done.restart_required).toBe(false);
    await pings('10.25.0.12');
    await thrice(container({ restart: 'if_needed' }));
    await pings('10.25.0.11');
  });

  it('is shut down, started and kept without its root being touched', async () => {
    const before = await sh(`stat -c %i ${root('c1')}`);
    expect((await thrice(container({ state: 'stopped' }))).actions).toEqual(['shut down domain c1']);
    expect((await thrice(container({ state: 'absent' }))).actions).toEqual(
      expect.arrayContaining(['undefine domain c1']),
    );
    expect((await thrice(container())).actions).not.toContain(`make root ${root('c1')}`);
    await pings('10.25.0.11');
    expect(await sh(`stat -c %i ${root('c1')}; ls ${root('c1')}/root/made`)).toContain(before);
  });

  it('is stopped, started and restarted with nothing else being changed', async () => {
    const only = (steps: string) => run({ ...container({ memory: '100 MiB' }), steps });
    expect(await only('stop')).toMatchObject({ changed: true, state: 'shut off' });
    expect(await only('start')).toMatchObject({ changed: true, state: 'running' });
    const id = await virsh('domid c1');
    expect(await only('restart')).toMatchObject({ changed: true, state: 'running' });
    expect(await virsh('domid c1')).not.toBe(id);
    expect(await virsh('dominfo c1 | grep Max')).toContain(`${256 * 1024} KiB`);
    await pings('10.25.0.11');
  });

  it('is not taken for a VM of its name', async () => {
    const { kind: _, ...machine } = container();
    expect(await run(machine)).toMatchObject({
      failed: true,
      msg: expect.stringContaining("c1 is a container on this host: give 'kind: container'"),
    });
  });
});

describe('a container with cloud-init', () => {
  const seeded = (more: object = {}) =>
    entry('c2', 15, {
      archive_name: 'cloud',
      memory: '512 MiB',
      // It has no package `locales`.
      user_data: { locale: false },
      users: [{ name: 'ada', shell: '/bin/sh', ssh_authorized_keys: [key] }],
      ...more,
    });

  it('is configured by the seed in its root', async () => {
    await sh(`cp -a /srv/debian /srv/cloud && rm -rf /srv/cloud/etc/apt && cp -a /etc/apt /srv/cloud/etc/ && cp /usr/local/bin/lab-proxy /srv/cloud/usr/local/bin/
      DEBIAN_FRONTEND=noninteractive chroot /srv/cloud sh -ec 'apt-get -qq update; apt-get -qq install --no-install-recommends cloud-init >/dev/null 2>&1'`);
    await template('cloud', '/srv/cloud');
    const made = await thrice(seeded());
    expect(made).toMatchObject({
      root: { cloud_init: true },
      seed: { path: `${root('c2')}/var/lib/cloud/seed/nocloud` },
    });
    expect(await run(seeded({ wait: { for: 'cloud_init' } }))).toMatchObject({
      changed: false,
      waited: { for: 'cloud_init', ready: true },
    });
    expect(await ssh('10.25.0.15', 'whoami; hostname; cat /etc/resolv.conf', 'ada')).toBe(
      'ada\nc2\nnameserver 10.25.0.1',
    );
  });

  it('applies a changed address when it boots', async () => {
    const other = { interfaces: [nic('eth0', '10.25.0.16/24', { gateway: '10.25.0.1' })] };
    const told = await thrice(seeded(other));
    expect(told).toMatchObject({ restart_required: true, seed: { applied: true } });
    // Until it has booted, each run says so.
    expect(await run(seeded(other))).toMatchObject({ changed: false, restart_required: true });
    const done = await thrice(seeded({ ...other, restart: 'if_needed' }));
    expect(done).toMatchObject({ changed: true, restart_required: false });
    expect(await ssh('10.25.0.16', 'whoami', 'ada')).toBe('ada');
    expect(await run(seeded({ ...other, state: 'absent', remove_storage: true }))).toMatchObject({
      changed: true,
    });
  });
});

describe('clones', () => {
  // The key is known when the tests run.
  const clones = () => [1, 2, 3].map((i) => entry(`w${i}`, 20 + i));

  it('are made of one template in one task, each with users, a machine-id and a host key of its own', async () => {
    const check = (await run({ vms: clones() }, { check: true })) as { results?: { actions: string[] }[] };
    expect(check.results?.map(({ actions }) => actions[0])).toEqual(
      clones().map(({ name }) => `make root ${root(name)}`),
    );
    const made = await run({ vms: clones() });
    expect(made).not.toHaveProperty('failed');
    for (const last of [21, 22, 23]) await pings(`10.25.0.${last}`);
    const own = await Promise.all(
      [21, 22, 23].map((last) =>
        ssh(
          `10.25.0.${last}`,
          'cat /etc/hostname /etc/ssh/ssh_host_ed25519_key.pub /proc/self/uid_map /etc/machine-id',
        ),
      ),
    );
    for (const pattern of [/^w\d$/m, /^ssh-ed25519 \S+/m, /^ +0 +\d+/m, /^[0-9a-f]{32}$/m]) {
      const found = own.map((text) => pattern.exec(text)?.[0]);
      expect(found).not.toContain(undefined);
      expect(new Set(found).size).toBe(3);
    }
    expectUnchanged(await run({ vms: clones() }));
  });

  it('come back with the hypervisor', async () => {
    await hypervisor.reboot();
    await sh(NETWORK);
    for (const last of [11, 21, 22, 23]) await pings(`10.25.0.${last}`);
    expectUnchanged(await run({ vms: [container(), ...clones()] }));
  });

  it('are removed with all that they had', async () => {
    const gone = [container(), ...clones()].map((one) => ({ ...one, state: 'absent', remove_storage: true }));
    expect(await run({ vms: gone })).toMatchObject({ changed: true });
    expectUnchanged(await run({ vms: gone }));
    expect(await virsh('list --all --name')).toBe('');
    expect(await sh(`ls ${HOME} ${RANGES}; ovs-vsctl list-ports br-int | grep veth || true`)).toBe(
      `${HOME}:\n\n${RANGES}:`,
    );
  });
});

describe('a container whose task is killed before each of its effects', () => {
  const small = {
    ...{ name: 'k1', kind: 'container', archive_name: 'small', memory: '64 MiB', domain: { init: '/init' } },
    ...{
      ...common,
      state: 'stopped',
      interfaces: [nic('eth0', '10.25.0.31/24')],
      ovs: [{ name: 'br-int', vlans: [25] }],
    },
  };
  const nothing = `virsh -q -c lxc:///system undefine k1 2>/dev/null; rm -rf ${HOME}/* ${RANGES}`;
  const show = `for d in $(virsh -q -c lxc:///system list --all --name); do virsh -c lxc:///system domstate $d
    virsh -c lxc:///system dominfo $d | grep Autostart; virsh -c lxc:///system dumpxml --inactive $d; done |
    sed -E 's/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/UUID/g; s/ digest="[^"]*"//'; ${TREE} ${HOME} ${RANGES}`;

  it('is made and removed all the same by the next run', async () => {
    await sh(`mkdir -p /srv/small/bin /srv/small/etc && cd /srv/small && cp /bin/busybox bin/ && ln -s busybox bin/sh
      printf '#!/bin/sh\\nexec sleep 1000\\n' >init && chmod 755 init`);
    await template('small', '/srv/small');
    expectSame(await killedEverywhere(hypervisor, { module: 'vm', args: small, prepare: nothing, show }));
    const gone = { ...small, state: 'absent', remove_storage: true };
    await sh(`${nothing}; mkdir -p /srv/saved`);
    await run(small);
    await sh(
      `cp -a ${HOME} ${RANGES} /srv/saved/; virsh -c lxc:///system dumpxml --inactive k1 >/srv/saved/k1.xml`,
    );
    const made = `${nothing}; cp -a /srv/saved/${HOME.split('/').pop()}/. ${HOME}/; cp -a /srv/saved/ranges ${RANGES}
      virsh -q -c lxc:///system define /srv/saved/k1.xml`;
    expectSame(await killedEverywhere(hypervisor, { module: 'vm', args: gone, prepare: made, show }));
  });

  it('does not get users that a container of somebody else has', async () => {
    const taken = `<domain type='lxc'><name>other</name><memory>65536</memory><os><type>exe</type><init>/init</init></os>
      <idmap><uid start='0' target='${1 << 30}' count='65536'/><gid start='0' target='${1 << 30}' count='65536'/></idmap>
      <devices><console type='pty'/></devices></domain>`;
    await hypervisor.exec(['virsh', '-c', 'lxc:///system', 'define', '/dev/stdin'], { input: taken });
    expect(await run(small)).toMatchObject({ root: { first_user: (1 << 30) + 65_536 } });
  });
});
