import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { startHypervisor } from '../lab/hypervisor.ts';
import { ensureRoot } from '../lab/root.ts';
import { readState } from '../lab/state.ts';

// Shows that the lab can run containers of libvirt, by virsh alone. The tests build on each other, in this order.
const LAB = `${process.env.PIECEWISE_SHARED || 'lxc'}-ct`;
const RANGE = 65_536;
const ROOTS = '/var/lib/containers';

let hypervisor: Hypervisor;

const sh = async (script: string) => (await hypervisor.exec(['sh', '-ec', script])).stdout.trim();
const code = async (script: string) =>
  (await hypervisor.exec(['sh', '-ec', script], { check: false })).exitCode;
const virsh = (command: string) => sh(`virsh -q -c lxc:///system ${command}`);
const ssh = (address: string, command: string) =>
  `ssh -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o ConnectTimeout=5 root@${address} '${command}'`;

/** Repeats a script until it succeeds; gives what it prints at last. Other tests may have the machine's processors. */
const until = (script: string, seconds = 120) =>
  sh(`i=0; until out=$(${script}); do i=$((i+1)); [ $i -lt ${seconds} ]; sleep 1; done; echo "$out"`);
const pings = (address: string) => until(`ping -c1 -W1 ${address} >/dev/null`);

/** A container's first process, as the hypervisor numbers it. machined has it from libvirt. */
const leader = (name: string) =>
  sh(`machinectl show --value -p Leader "lxc-$(virsh -q -c lxc:///system domid ${name})-${name}"`);

interface Container {
  name: string;
  init: string;
  /** The first user of the range that it has for itself; undefined for one without a user namespace. */
  users?: number;
  memory?: number;
}

const definition = ({ name, init, users, memory = 128 }: Container) => `<domain type="lxc">
  <name>${name}</name><memory unit="MiB">${memory}</memory><vcpu>1</vcpu>
  <os><type arch="x86_64">exe</type><init>${init}</init></os>
  ${users ? `<idmap><uid start="0" target="${users}" count="${RANGE}"/><gid start="0" target="${users}" count="${RANGE}"/></idmap>` : ''}
  <features><privnet/></features>
  <devices>
    <filesystem type="mount" accessmode="passthrough"><source dir="${ROOTS}/${name}"/><target dir="/"/></filesystem>
    <interface type="bridge"><source bridge="br-int"/><virtualport type="openvswitch"/>
      <vlan><tag id="25"/></vlan><guest dev="eth0"/></interface>
    <console type="pty"/>
  </devices></domain>`;

async function define(container: Container): Promise<void> {
  if (container.users) await sh(`python3 /root/shift.py ${ROOTS}/${container.name} ${container.users}`);
  await hypervisor.exec(['virsh', '-c', 'lxc:///system', 'define', '--validate', '/dev/stdin'], {
    input: definition(container),
  });
}

// chown drops the setuid bits.
const SHIFT = `import os, stat, sys
root, base = sys.argv[1], int(sys.argv[2])
def shift(path):
    found = os.lstat(path)
    os.lchown(path, found.st_uid + base, found.st_gid + base)
    if not stat.S_ISLNK(found.st_mode): os.chmod(path, stat.S_IMODE(found.st_mode))
shift(root)
for parent, folders, files in os.walk(root):
    for name in folders + files: shift(os.path.join(parent, name))
`;

/** A root with nothing but busybox, whose init sets an address. */
const simpleRoot = (name: string, address: string) => `
  mkdir -p ${ROOTS}/${name}/bin && cd ${ROOTS}/${name}
  cp /bin/busybox bin/ && for applet in sh ip sleep; do ln -s busybox bin/$applet; done
  for library in $(ldd /bin/busybox | grep -o '/lib[^ ]*'); do install -D $library ./$library; done
  printf '#!/bin/sh\\nip addr add ${address}/24 dev eth0\\nip link set eth0 up\\nexec sleep 100000\\n' >init
  chmod 755 init`;

/** Debian with systemd and sshd. */
const debianRoot = (name: string, address: string) => `
  cp --reflink=auto -a /var/lib/template ${ROOTS}/${name} && cd ${ROOTS}/${name}
  echo ${name} >etc/hostname
  printf 'auto eth0\\niface eth0 inet static\\n address ${address}/24\\n' >etc/network/interfaces`;

/** What doesn't work in a user namespace, and what the copies needn't have. */
const TEMPLATE = `
  mkdir -p ${ROOTS} /var/lib/template
  tar -C /srv/debian --exclude=./var/cache --exclude=./var/lib/apt --exclude=./usr/share/doc -c . | tar -C /var/lib/template -x
  cd /var/lib/template
  for unit in sys-kernel-debug sys-kernel-tracing; do ln -sf /dev/null etc/systemd/system/$unit.mount; done
  : >etc/machine-id
  ssh-keygen -q -t ed25519 -N '' -f /root/.ssh/id_ed25519
  install -D -m 600 /root/.ssh/id_ed25519.pub root/.ssh/authorized_keys`;

const network = `
  for vlan in 25 26; do
    ovs-vsctl --may-exist add-port br-int vlan$vlan tag=$vlan -- set interface vlan$vlan type=internal
    ip link set vlan$vlan up
  done
  ip addr replace 10.25.0.1/24 dev vlan25
  ip addr replace 10.25.0.2/32 dev vlan26`;

beforeAll(async () => {
  const debian = await ensureRoot(12, 'bare');
  hypervisor = await startHypervisor({
    name: LAB,
    containers: true,
    binds: [{ host: debian, guest: '/srv/debian' }],
  });
  await sh(`apt-get -qq update && apt-get -qq install --no-install-recommends libvirt-daemon-driver-lxc >/dev/null
    systemctl restart libvirtd`);
  await hypervisor.exec(['tee', '/root/shift.py'], { input: SHIFT });
  await sh(`ovs-vsctl add-br br-int -- set bridge br-int datapath_type=netdev; ${network}`);
  await sh(TEMPLATE);
});
afterAll(() => hypervisor?.remove());

/** The groups of a container's first process, by controller. */
const groups = async (name: string) =>
  Object.fromEntries(
    (await sh(`cat /proc/${await leader(name)}/cgroup`)).split('\n').map((line) => line.split(':').slice(1)),
  );

describe('a container with a simple init', () => {
  it('answers in its VLAN, and in no other', async () => {
    await sh(simpleRoot('simple', '10.25.0.10'));
    await define({ name: 'simple', init: '/init' });
    await virsh('start simple');
    await pings('10.25.0.10');
    expect(await code('ping -c1 -W2 -I vlan26 10.25.0.10')).not.toBe(0);
  });

  it('has a group of its own in each controller, within a scope that machined knows', async () => {
    const own = await groups('simple');
    for (const controller of ['name=systemd', 'memory', 'devices', 'freezer', 'cpu', 'cpuset'])
      expect(own[controller], controller).toMatch(/^\/machine\.slice\/machine-lxc.*simple\.scope/);
    expect(await sh(`cat '/sys/fs/cgroup/memory${own.memory}/memory.limit_in_bytes'`)).toBe(`${128 << 20}`);
  });

  it('is gone with its groups when it is destroyed', async () => {
    await virsh('destroy simple');
    expect(await until(`! ls -d /sys/fs/cgroup/*/machine.slice/*simple* 2>/dev/null`)).toBe('');
    expect(await sh('machinectl list --no-legend; ovs-vsctl list-ports br-int')).toBe('vlan25\nvlan26');
  });

  it('runs as a user of its own range', async () => {
    await sh(simpleRoot('mapped', '10.25.0.11'));
    await define({ name: 'mapped', init: '/init', users: 300_000 });
    await virsh('start mapped');
    await pings('10.25.0.11');
    expect(await sh(`stat -c %u /proc/${await leader('mapped')}`)).toBe('300000');
    await virsh('destroy mapped');
  });

  it('is said to be started even if its first process ends at once', async () => {
    await sh(`${simpleRoot('dead', '10.25.0.12')}; printf '#!/bin/sh\\nexit 3\\n' >init`);
    await define({ name: 'dead', init: '/init' });
    await virsh('start dead');
    expect(await until('virsh -q -c lxc:///system domstate --reason dead | grep off')).toBe(
      'shut off (shutdown)',
    );
  });
});

describe('a container with systemd', () => {
  it('boots, answers ping and SSH', async () => {
    await sh(debianRoot('debian', '10.25.0.20'));
    await define({ name: 'debian', init: '/sbin/init', memory: 256 });
    await virsh('start debian');
    await pings('10.25.0.20');
    expect(await until(ssh('10.25.0.20', 'hostname; systemctl is-system-running --wait'))).toBe(
      'debian\nrunning',
    );
    await virsh('destroy debian');
  });
});

describe('three containers with systemd, each with users of its own', () => {
  const three = [1, 2, 3].map((number) => ({
    name: `own${number}`,
    address: `10.25.0.3${number}`,
    users: 400_000 + number * RANGE,
  }));

  it('boot at the same time', async () => {
    for (const { name, address, users } of three) {
      await sh(debianRoot(name, address));
      await define({ name, users, init: '/sbin/init', memory: 256 });
      await virsh(`autostart ${name}`);
    }
    for (const { name } of three) await virsh(`start ${name}`);
    for (const { name, address } of three) {
      await pings(address);
      expect(await until(ssh(address, 'hostname; systemctl is-system-running --wait'))).toBe(
        `${name}\nrunning`,
      );
    }
  });

  it('have groups of their own, that belong to their root', async () => {
    for (const { name, users } of three) {
      const own = await groups(name);
      expect(own['name=systemd']).toMatch(
        new RegExp(`^/machine\\.slice/machine-lxc.*${name}\\.scope/init\\.scope$`),
      );
      expect(await sh(`stat -c %u '/sys/fs/cgroup/systemd${own['name=systemd']}'`)).toBe(`${users}`);
    }
  });

  it('have a root that is no root outside', async () => {
    for (const { name, address, users } of three) {
      expect(await sh(ssh(address, 'touch /root/mine; id -u; cat /etc/shadow | head -c4'))).toBe('0\nroot');
      expect(await sh(`stat -c %u ${ROOTS}/${name}/root/mine /proc/${await leader(name)}`)).toBe(
        `${users}\n${users}`,
      );
      expect(await sh(`stat -c %u:%a ${ROOTS}/${name}/usr/bin/passwd`)).toBe(`${users}:4755`);
      expect(await code(ssh(address, 'mknod /tmp/null c 1 3'))).not.toBe(0);
    }
  });

  it('get no more memory than they may have', async () => {
    const eat = (mebibytes: number) =>
      sh(ssh('10.25.0.31', `python3 -c "bytearray(${mebibytes} << 20)"; echo $?`));
    expect(await eat(100)).toBe('0');
    // Killed, by the signal 9.
    expect(await eat(400)).toMatch(/137$/);
  });

  it('carry more than one packet', async () => {
    const send = `head -c 20000000 /dev/zero | ${ssh('10.25.0.32', 'wc -c; head -c 20000000 /dev/zero')} | wc -c`;
    expect(await sh(send)).toBe(`${20_000_000 + '20000000\n'.length}`);
  });

  it('come back when the hypervisor has booted again', async () => {
    await hypervisor.reboot();
    await sh(network);
    for (const { name, address } of three) {
      await pings(address);
      expect(await until(ssh(address, 'hostname'))).toBe(name);
    }
  });
});

describe('the hypervisor', () => {
  it('leaves no group of a controller on the machine', async () => {
    const { controllers = [] } = readState(LAB) ?? {};
    expect(controllers.filter((directory) => existsSync(directory))).toEqual(controllers);
    await hypervisor.remove();
    expect(controllers.filter((directory) => existsSync(directory))).toEqual([]);
  });
});
