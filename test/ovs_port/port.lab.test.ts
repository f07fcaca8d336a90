import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { sharedHypervisor } from '../lab/shared.ts';
import { OvsLab } from '../lib/ovs/lab.ts';

const PORT = { bridge: 'br0', port: 'p0' };
const INTERNAL = '-- add-port br0 p0 -- set interface p0 type=internal';

describe('ovs_port', () => {
  let lab: OvsLab;
  const ovs = (command: string) => lab.sh(`ovs-vsctl ${command}`);
  beforeAll(async () => {
    lab = new OvsLab(await sharedHypervisor());
    await lab.clean();
  });
  beforeEach(async () => {
    await ovs('add-br br0 -- set bridge br0 datapath_type=netdev');
    await ovs('add-br br1 -- set bridge br1 datapath_type=netdev');
  });
  afterEach(() => lab.clean());

  test('a port with an address, changed and removed', async () => {
    const clean = await lab.everything();
    await lab.changes('ovs_port', { ...PORT, tag: 25, address: '10.9.0.1/24' });
    await lab.changes('ovs_port', { ...PORT, tag: 26, address: '10.9.0.2/25' });
    expect(await ovs('get port p0 tag')).toBe('26');
    expect(await lab.addresses('p0')).toEqual(['10.9.0.2/25']);
    await lab.changes('ovs_port', { ...PORT, address: ['10.9.0.2/25', 'fd00::0:1/64'] });
    expect(await lab.addresses('p0')).toEqual(['10.9.0.2/25', 'fd00::1/64']);
    await lab.changes('ovs_port', { ...PORT, mode: 'manual' });
    expect(await lab.addresses('p0')).toEqual([]);
    await lab.changes('ovs_port', { ...PORT, state: 'absent' });
    expect(await lab.everything()).toBe(clean);
  });

  test("addresses of others stay, and none is given when the task doesn't say", async () => {
    await ovs(INTERNAL);
    await lab.sh('ip address add 10.8.0.1/24 dev p0');
    await lab.keeps('ovs_port', PORT);
    await lab.changes('ovs_port', { ...PORT, address: '10.9.0.1/24' });
    await lab.changes('ovs_port', { ...PORT, address: '10.9.0.2/24' });
    expect(await lab.addresses('p0')).toEqual(['10.8.0.1/24', '10.9.0.2/24']);
  });

  test('an address that was there is taken over, and networking starts with it again', async () => {
    await ovs(INTERNAL);
    await lab.sh('ip address add 10.9.0.1/24 dev p0; ip link set p0 up');
    await lab.changes('ovs_port', { ...PORT, address: '10.9.0.1/24' });
    expect(await lab.sh('systemctl restart networking && systemctl is-active networking')).toBe('active');
  });

  test("a tagged port stays tagged when the tag isn't given, and an empty one clears it", async () => {
    await ovs(`${INTERNAL} -- set port p0 tag=25`);
    await lab.keeps('ovs_port', PORT);
    await lab.changes('ovs_port', { ...PORT, tag: '' });
    expect(await ovs('get port p0 tag')).toBe('[]');
  });

  test('a port on another bridge is moved with all that it has, and its address put back', async () => {
    await lab.sh(`ovs-vsctl add-port br1 p0 tag=7 -- set interface p0 type=internal mtu_request=1400 external_ids:of=theirs \
      -- set port p0 external_ids:k=v=w`);
    await lab.sh('ip address add 10.8.0.1/24 dev p0; ip link set p0 up');
    const { diff } = await lab.changes('ovs_port', PORT);
    expect(diff).toMatchObject([{ before: '{\n  "bridge": "br1"\n}\n', after: '{\n  "bridge": "br0"\n}\n' }]);
    expect(await ovs('list-ports br0; ovs-vsctl list-ports br1')).toBe('p0');
    expect(await ovs('get interface p0 type mtu_request external_ids:of')).toBe('internal\n1400\ntheirs');
    expect(await ovs('get port p0 tag external_ids:k')).toBe('7\n"v=w"');
    expect(await lab.addresses('p0')).toEqual(['10.8.0.1/24']);
    expect(await lab.sh('ip -json link show p0')).toContain('"UP"');
  });

  test('the address of a moved port is put back too', async () => {
    await lab.changes('ovs_port', { ...PORT, address: '10.9.0.1/24' });
    await lab.changes('ovs_port', { ...PORT, bridge: 'br1', address: '10.9.0.1/24' });
    expect(await lab.addresses('p0')).toEqual(['10.9.0.1/24']);
    await lab.changes('ovs_bridge', { bridge: 'br1', state: 'absent' });
    expect(await lab.sh('ls /etc/network/interfaces.d')).toBe('');
  });

  test("a NIC keeps its type, gives back the address that was ours, and isn't made up", async () => {
    await lab.sh('ip link add nic0 type veth peer name nic1; ip address add 10.8.0.1/24 dev nic0');
    try {
      const nic = { bridge: 'br0', port: 'nic0' };
      expect(await lab.changes('ovs_port', { ...nic, address: '10.9.0.1/24' })).toMatchObject({
        type: 'system',
      });
      await lab.keeps('ovs_port', { ...nic, type: 'system' });
      await lab.changes('ovs_port', { ...nic, state: 'absent' });
      expect(await lab.addresses('nic0')).toEqual(['10.8.0.1/24']);
      expect(await lab.fails('ovs_port', { ...PORT, type: 'system' })).toMatch(
        /port 'p0': this host has no interface/,
      );
    } finally {
      await lab.sh('ip link delete nic0');
    }
  });

  test('an interface that Open vSwitch cannot make is an error', async () => {
    await lab.sh('ip link add nic0 type veth peer name nic1');
    try {
      const result = await lab.run('ovs_port', { bridge: 'br0', port: 'nic0', type: 'internal' });
      expect(result).toMatchObject({ failed: true });
      expect(result.msg).toMatch(/the change is written, but Open vSwitch can't do it: port 'nic0': .+/);
    } finally {
      await lab.sh('ip link delete nic0');
    }
  });

  test("external_ids: reserved keys aren't touched", async () => {
    await lab.sh(`ovs-vsctl ${INTERNAL} -- set port p0 external_ids:iface-id=guest`);
    expect(await lab.fails('ovs_port', { ...PORT, external_ids: { 'iface-id': 'mine' } })).toMatch(
      /^option 'external_ids': the key 'iface-id'/,
    );
    expect(await lab.fails('ovs_port', { ...PORT, external_ids: { 'piecewise-keys': 'x' } })).toMatch(
      /^option 'external_ids': the key 'piecewise-keys'/,
    );
    await lab.changes('ovs_port', { ...PORT, external_ids: { a: 'b=c' } });
    expect(await ovs('get port p0 external_ids:a external_ids:iface-id')).toBe('"b=c"\nguest');
  });

  test('a bridge that is missing is an error, and a warning in check mode', async () => {
    const args = { ...PORT, bridge: 'nowhere', address: '10.9.0.1/24' };
    expect(await lab.fails('ovs_port', args)).toMatch(/there is no bridge 'nowhere'/);
    expect(await lab.run('ovs_port', args, true)).toMatchObject({
      changed: true,
      warnings: [expect.stringMatching(/there is no bridge 'nowhere'/)],
    });
  });

  test("a NIC that doesn't exist has no address to take: nothing is made in its place", async () => {
    const take = { bridge: 'br0', port: 'nic9', take_address: true };
    expect(await lab.fails('ovs_port', take)).toMatch(
      /^port 'nic9': this host has no interface of that name/,
    );
    expect(await lab.run('ovs_port', take, true)).toMatchObject({
      warnings: [expect.stringMatching(/^port 'nic9': this host has no interface/)],
    });
    // What an earlier release made.
    await ovs('add-port br0 nic9 -- set interface nic9 type=internal');
    expect(await lab.fails('ovs_port', take)).toMatch(
      /^option 'take_address': 'nic9' has the type 'internal' in Open vSwitch, and is not a NIC/,
    );
  });

  test("a bridge's local port has an address like any other, and is not removed", async () => {
    const own = { bridge: 'br0', port: 'br0' };
    await lab.changes('ovs_port', { ...own, address: '10.9.0.1/24' });
    expect(await lab.fails('ovs_port', { ...own, state: 'absent' })).toMatch(/is the bridge's own port/);
    await lab.changes('ovs_bridge', { bridge: 'br0', state: 'absent' });
    expect(await lab.sh('ls /etc/network/interfaces.d')).toBe('');
  });

  test('bad input names the option', async () => {
    const fails = (more: object) => lab.fails('ovs_port', { ...PORT, ...more });
    expect(await fails({ tag: 5000 })).toBe("option 'tag': 5000 must be from 0 to 4095");
    expect(await fails({ address: '10.0.0.1' })).toMatch(
      /^option 'address': '10.0.0.1' has no netmask: give 'netmask'/,
    );
    expect(await fails({ mode: 'static' })).toBe("option 'address': is required with 'mode: static'");
    expect(await fails({ mode: 'dhcp', address: '10.0.0.1/8' })).toMatch(/^option 'address': 'mode: dhcp'/);
    expect(await fails({ netmask: '255.0.0.0' })).toMatch(/^option 'netmask'/);
    expect(await fails({ port: 'a port' })).toMatch(/^option 'port'/);
    expect(await fails({ mode: 'dhcp' })).toMatch(/needs a DHCP client.*install isc-dhcp-client/);
  });
});
