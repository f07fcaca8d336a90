import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { OvsLab } from '../lib/ovs/lab.ts';

const TOPOLOGY = {
  bridges: [
    {
      name: 'ovs-wan1',
      datapath_type: 'netdev',
      fail_mode: 'standalone',
      address: '10.10.0.2/24',
      gateway: '10.10.0.1',
      routes: [{ to: '10.20.0.0/16', via: '10.10.0.9' }],
    },
  ],
  ports: [
    {
      bridge: 'ovs-wan1',
      port: 'itc-wan1',
      tag: 25,
      mode: 'static',
      address: '192.168.192.129',
      netmask: '255.255.255.248',
    },
    { bridge: 'ovs-wan1', port: 'two', tag: 26, address: ['10.9.0.1/24', '10.9.1.1/24', 'fd00::1/64'] },
    { bridge: 'ovs-wan1', port: 'none', mode: 'manual' },
  ],
};

let hypervisor: Hypervisor;
let lab: OvsLab;
beforeAll(async () => {
  hypervisor = await startHypervisor({ name: 'test-boot' });
  lab = new OvsLab(hypervisor);
});
afterAll(() => hypervisor?.remove());

const survives = async () => {
  const before = await lab.everything();
  await hypervisor.reboot();
  // What ifupdown holds to be up is forgotten at every boot, and where it isn't in use stays so.
  const sorted = (text: string) =>
    text
      .replace(/^(\S+ +)(UNKNOWN|UP|DOWN) +/gm, '$1$2 ')
      .split('\n')
      .filter((line) => !/^(\S+)=\1$/.test(line))
      .sort();
  expect(sorted(await lab.everything())).toEqual(sorted(before));
  await lab.keeps('ovs_topology', TOPOLOGY);
};

test('after a reboot bridges, ports, tags and addresses are back: ifupdown', async () => {
  await lab.changes('ovs_topology', TOPOLOGY);
  await survives();
  expect(await lab.sh('systemctl is-active networking')).toBe('active');
});

test('the same by systemd-networkd, which takes over from ifupdown', async () => {
  await lab.sh(`
    mkdir -p /etc/systemd/network
    printf '[Match]\\nName=host0\\n[Link]\\nUnmanaged=yes\\n' > /etc/systemd/network/10-host0.network
    systemctl mask systemd-networkd-wait-online # The lab is never online.
    systemctl disable networking; systemctl enable --now systemd-networkd`);
  const { diff } = await lab.changes('ovs_topology', TOPOLOGY);
  expect(JSON.stringify(diff)).toContain('/etc/systemd/network/05-ovs-port-itc-wan1.network');
  expect(await lab.sh('ls /etc/network/interfaces.d')).toBe('');
  await survives();
  expect(await lab.addresses('two')).toEqual(['10.9.0.1/24', '10.9.1.1/24', 'fd00::1/64']);
  await lab.changes('ovs_topology', { bridges: [{ name: 'ovs-wan1', state: 'absent' }] });
  expect(await lab.sh('ls /etc/systemd/network')).toBe('10-host0.network');
});
