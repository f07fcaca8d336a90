import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { sharedHypervisor } from '../lab/shared.ts';
import { OvsLab } from '../lib/ovs/lab.ts';

// The blog's variables; the lab's kernel has no datapath.
const BRIDGES = [{ name: 'ovs-wan1', state: 'present', datapath_type: 'netdev' }];
const PORT = {
  bridge: 'ovs-wan1',
  port: 'itc-wan1',
  tag: 25,
  mode: 'static',
  address: '192.168.192.129',
  netmask: '255.255.255.248',
};
const BLOG = { bridges: BRIDGES, ports: [PORT] };
const GONE = { bridges: [{ name: 'ovs-wan1', state: 'absent' }] };
const FILE = '/etc/network/interfaces.d/ovs_port_itc-wan1';

describe('ovs_topology', () => {
  let lab: OvsLab;
  beforeAll(async () => {
    lab = new OvsLab(await sharedHypervisor());
    await lab.clean();
  });
  afterEach(() => lab.clean());

  test("makes the blog's bridge and port, and leaves nothing of them behind", async () => {
    const clean = await lab.everything();
    const { diff } = await lab.changes('ovs_topology', BLOG);
    expect((diff as { after_header: string }[]).map((one) => one.after_header)).toEqual([
      'add bridge ovs-wan1',
      'add port itc-wan1',
      'configure interface itc-wan1',
      FILE,
    ]);
    expect(await lab.sh('ovs-vsctl get port itc-wan1 tag external_ids')).toBe(
      '25\n{piecewise-owner=topology}',
    );
    expect(await lab.addresses('itc-wan1')).toEqual(['192.168.192.129/29']);
    expect(await lab.sh(`ping -c1 -W1 192.168.192.129 | grep -o '0% packet loss'`)).toBe('0% packet loss');
    await lab.changes('ovs_topology', GONE);
    expect(await lab.everything()).toBe(clean);
  });

  test('sets what Open vSwitch itself has, and takes back only that', async () => {
    const root = () => lab.sh('ovs-vsctl --columns=external_ids,other_config list open_vswitch');
    const before = await root();
    const settings = { external_ids: { 'ovn-encap-ip': '10.88.0.1' }, other_config: { 'max-idle': '9000' } };
    await lab.changes('ovs_topology', { settings });
    expect(await root()).toMatch(/ovn-encap-ip="10\.88\.0\.1"[\s\S]*max-idle="9000"/);
    await lab.keeps('ovs_topology', { settings });
    await lab.changes('ovs_topology', { settings: { external_ids: {}, other_config: {} } });
    expect(await root()).toBe(before);
  });

  test('its file is one that ifupdown starts with again', async () => {
    await lab.run('ovs_topology', BLOG);
    expect(await lab.sh('systemctl restart networking && systemctl is-active networking')).toBe('active');
    expect(await lab.addresses('itc-wan1')).toEqual(['192.168.192.129/29']);
    expect(await lab.sh('ovs-vsctl get port itc-wan1 tag')).toBe('25');
    await lab.keeps('ovs_topology', BLOG);
  });

  test("adopts what the blog's tasks had made", async () => {
    await lab.sh(`
      ovs-vsctl add-br ovs-wan1 -- set bridge ovs-wan1 datapath_type=netdev
      cat > ${FILE} <<'END'
allow-vmbr-int itc-wan1
iface itc-wan1 inet static
  ovs_bridge ovs-wan1
  ovs_type OVSIntPort
  ovs_options tag=24
  address 192.168.192.131
  netmask 255.255.255.248
END
      echo 'source ${FILE}' >> /etc/network/interfaces
      ifup itc-wan1`);
    expect(await lab.addresses('itc-wan1')).toEqual(['192.168.192.131/29']);
    const { diff } = await lab.changes('ovs_topology', BLOG);
    expect(JSON.stringify(diff)).toContain('allow-vmbr-int');
    expect(await lab.addresses('itc-wan1')).toEqual(['192.168.192.129/29']);
    expect(await lab.sh('ovs-vsctl get port itc-wan1 tag')).toBe('25');
    expect(await lab.sh('cat /etc/network/interfaces')).not.toContain('ovs_port');
    await lab.changes('ovs_topology', GONE);
    expect(await lab.sh(`ls ${FILE} 2>/dev/null; cat /run/network/ifstate`)).not.toContain('itc-wan1');
  });

  test('writes a source line where no pattern covers the file, and takes it away again', async () => {
    await lab.sh('cp /etc/network/interfaces /tmp/interfaces; echo "auto lo" > /etc/network/interfaces');
    try {
      await lab.changes('ovs_topology', BLOG);
      expect(await lab.sh('cat /etc/network/interfaces')).toBe(`auto lo\nsource ${FILE}`);
      await lab.changes('ovs_topology', GONE);
      expect(await lab.sh('cat /etc/network/interfaces')).toBe('auto lo');
    } finally {
      await lab.sh('cp /tmp/interfaces /etc/network/interfaces');
    }
  });

  test('cables two bridges, and joins one with another host, in one task', async () => {
    const bridges = ['ovs-lan', 'ovs-wan1'].map((name) => ({
      name,
      datapath_type: 'netdev',
      mcast_snooping_enable: true,
      protocols: ['OpenFlow13'],
    }));
    const ports = [
      { bridge: 'ovs-lan', port: 'to-wan', type: 'patch', options: { peer: 'to-lan' }, trunks: [25, 10] },
      { bridge: 'ovs-wan1', port: 'to-lan', type: 'patch', options: { peer: 'to-wan' }, trunks: [10, 25] },
      {
        bridge: 'ovs-lan',
        port: 'to-hv2',
        type: 'vxlan',
        options: { remote_ip: '192.0.2.2', key: 5 },
        protected: true,
      },
      { bridge: 'ovs-lan', port: 'lan', tag: 10, mtu_request: 1450, address: '10.9.0.1/24' },
      { bridge: 'ovs-lan', port: 'ovs-lan', mtu_request: 1450, mode: 'manual' },
    ];
    await lab.changes('ovs_topology', { bridges, ports });
    expect(await lab.sh('ovs-vsctl --bare --columns=error find interface error!=[]')).toBe('');
    expect(await lab.sh('ovs-appctl dpif/show | grep -c "patch: peer="')).toBe('2');
    expect(await lab.sh('ovs-vsctl get interface ovs-lan mtu')).toBe('1450');
    expect(await lab.addresses('lan')).toEqual(['10.9.0.1/24']);
    const changed = ports.map((port) => ({ ...port, ...(port.port === 'to-hv2' && { protected: false }) }));
    const { diff } = await lab.changes('ovs_topology', { bridges, ports: changed });
    expect(diff).toMatchObject([
      { after_header: 'change port to-hv2', after: '{\n  "protected": false\n}\n' },
    ]);
    const lone = { bridge: 'ovs-lan', port: 'lone', type: 'patch' };
    expect(await lab.fails('ovs_topology', { bridges, ports: [...ports, lone] })).toMatch(
      /^option 'ports\[5\].options': a port of type 'patch' needs 'peer'/,
    );
  });

  test('names the item and option that is wrong, and writes nothing', async () => {
    const port = (more: object) =>
      lab.fails('ovs_topology', { bridges: BRIDGES, ports: [PORT, { ...PORT, ...more }] });
    expect(await port({ tag: 5000 })).toBe("option 'ports[1].tag': 5000 must be from 0 to 4095");
    expect(await port({ netmask: '' })).toMatch(
      /^option 'ports\[1\].address': '192.168.192.129' has no netmask/,
    );
    expect(await port({ netmask: '255.0.255.0' })).toMatch(
      /^option 'ports\[1\].address': netmask '255.0.255.0'/,
    );
    expect(await port({ port: 'a-name-of-16-chr' })).toMatch(/^option 'ports\[1\].port': .*at most 15/);
    expect(await port({ port: 'a/b' })).toMatch(/^option 'ports\[1\].port'/);
    expect(await port({})).toBe("option 'ports[1].port': 'itc-wan1' is already in ports[0]");
    expect(await port({ port: 'p2', bridge: 'nowhere', address: '10.9.0.1/24' })).toMatch(
      /there is no bridge 'nowhere'/,
    );
    const absent = { bridges: [{ name: 'ovs-wan1', state: 'absent' }], ports: [PORT] };
    expect(await lab.fails('ovs_topology', absent)).toMatch(
      /^option 'ports\[0\].bridge': port 'itc-wan1' is on 'ovs-wan1', which has 'state: absent'/,
    );
  });

  test('a hundred ports are one transaction, and bring nothing else to the boil', async () => {
    const ports = Array.from({ length: 100 }, (_, i) => ({ bridge: 'ovs-wan1', port: `p${i}`, tag: i }));
    const transactions = () => lab.sh('ovs-vsctl get open_vswitch . next_cfg');
    const before = Number(await transactions());
    await lab.run('ovs_topology', { bridges: BRIDGES, ports, timeout: 30 });
    expect(Number(await transactions())).toBe(before + 1);
    expect(await lab.sh('ovs-vsctl list-ports ovs-wan1 | wc -l')).toBe('100');
    await lab.keeps('ovs_topology', { bridges: BRIDGES, ports });
  });
});
