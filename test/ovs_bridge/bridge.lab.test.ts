import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { sharedHypervisor } from '../lab/shared.ts';
import { OvsLab } from '../lib/ovs/lab.ts';

const BR = { bridge: 'br0', datapath_type: 'netdev' };

describe('ovs_bridge', () => {
  let lab: OvsLab;
  const get = (column: string) => lab.sh(`ovs-vsctl get bridge br0 ${column}`);
  beforeAll(async () => {
    lab = new OvsLab(await sharedHypervisor());
    await lab.clean();
  });
  afterEach(() => lab.clean());

  test('makes a bridge and removes it', async () => {
    await lab.changes('ovs_bridge', BR);
    expect(await get('datapath_type')).toBe('netdev');
    await lab.changes('ovs_bridge', { bridge: 'br0', state: 'absent' });
    expect(await lab.sh('ovs-vsctl list-br')).toBe('');
  });

  test('keeps what is not given, and clears what is given empty', async () => {
    await lab.sh('ovs-vsctl add-br br0 -- set bridge br0 datapath_type=netdev fail_mode=secure');
    await lab.keeps('ovs_bridge', { bridge: 'br0' });
    await lab.keeps('ovs_bridge', { ...BR, fail_mode: 'secure' });
    const { diff } = await lab.changes('ovs_bridge', { bridge: 'br0', fail_mode: '' });
    expect(diff).toMatchObject([{ before: '{\n  "fail_mode": "secure"\n}\n', after: '{}\n' }]);
    expect(await get('fail_mode')).toBe('[]');
  });

  test('speaks the protocols that it is given, in whatever order, and those of its release again', async () => {
    await lab.changes('ovs_bridge', { ...BR, protocols: ['OpenFlow13', 'OpenFlow10'] });
    expect(await get('protocols')).toBe('[OpenFlow10, OpenFlow13]');
    await lab.keeps('ovs_bridge', { ...BR, protocols: 'OpenFlow10,OpenFlow13' });
    await lab.keeps('ovs_bridge', BR);
    const { diff } = await lab.changes('ovs_bridge', { ...BR, protocols: ['OpenFlow15'] });
    expect(diff).toMatchObject([{ after: '{\n  "protocols": [\n    "OpenFlow15"\n  ]\n}\n' }]);
    expect(await lab.sh('ovs-ofctl -O OpenFlow15 show br0 | grep -c OFPT_FEATURES_REPLY')).toBe('1');
    await lab.changes('ovs_bridge', { ...BR, protocols: [] });
    expect(await get('protocols')).toBe('[]');
    expect(await lab.fails('ovs_bridge', { ...BR, protocols: ['OpenFlow16'] })).toMatch(
      /^option 'protocols\[0\]': "OpenFlow16" must be one of OpenFlow10, /,
    );
  });

  test('takes part in a spanning tree, in one only, and looks into IGMP', async () => {
    await lab.changes('ovs_bridge', { ...BR, stp_enable: true, mcast_snooping_enable: true });
    expect(await get('stp_enable rstp_enable mcast_snooping_enable')).toBe('true\nfalse\ntrue');
    await lab.keeps('ovs_bridge', BR);
    expect(await lab.fails('ovs_bridge', { ...BR, rstp_enable: true })).toMatch(
      /^option 'rstp_enable': .*give 'stp_enable: false' as well/,
    );
    await lab.changes('ovs_bridge', { ...BR, rstp_enable: true, stp_enable: false });
    await lab.changes('ovs_bridge', { ...BR, rstp_enable: false, mcast_snooping_enable: false });
    expect(await get('stp_enable rstp_enable mcast_snooping_enable')).toBe('false\nfalse\nfalse');
  });

  test('has the controllers that it is given, and no others', async () => {
    const targets = async () =>
      (await lab.sh('ovs-vsctl get-controller br0 | sort | xargs')).split(' ').filter(Boolean);
    const one = 'tcp:127.0.0.1:6653';
    await lab.changes('ovs_bridge', { ...BR, controller: one });
    await lab.sh('ovs-vsctl set controller br0 max_backoff=2000');
    await lab.keeps('ovs_bridge', BR);
    const { diff } = await lab.changes('ovs_bridge', { ...BR, controller: ['ptcp:6654:[::1]', one] });
    expect(JSON.stringify(diff)).toContain('ptcp:6654');
    expect(await targets()).toEqual(['ptcp:6654:[::1]', one]);
    await lab.keeps('ovs_bridge', { ...BR, controller: [one, 'ptcp:6654:[::1]'] });
    expect(await lab.sh('ovs-vsctl --bare --columns=max_backoff find controller max_backoff=2000')).toBe(
      '2000',
    );
    expect(await lab.sh('ovs-ofctl show tcp:[::1]:6654 | grep -c OFPT_FEATURES_REPLY')).toBe('1');
    await lab.changes('ovs_bridge', { ...BR, controller: [one] });
    expect(await targets()).toEqual([one]);
    await lab.changes('ovs_bridge', { ...BR, controller: [] });
    expect(await lab.sh('ovs-vsctl list controller')).toBe('');
    expect(await lab.fails('ovs_bridge', { ...BR, controller: [one, 'localhost'] })).toMatch(
      /^option 'controller\[1\]': 'localhost' is not a valid controller: use one of tcp:HOST:PORT/,
    );
  });

  test("sets map keys, also with '=' in a value, and removes only those that it set", async () => {
    await lab.sh('ovs-vsctl add-br br0 -- set bridge br0 datapath_type=netdev external_ids:theirs=1');
    await lab.changes('ovs_bridge', {
      ...BR,
      external_ids: { a: 'x=y=z', b: 2 },
      other_config: { hwaddr: '02:00:00:00:00:01' },
    });
    expect(await get('external_ids:a')).toBe('"x=y=z"');
    await lab.changes('ovs_bridge', { ...BR, external_ids: { b: 3 } });
    expect(await get('external_ids')).toMatch(/b="3".*theirs="1"/);
    expect(await get('external_ids')).not.toContain('a=');
    await lab.changes('ovs_bridge', { ...BR, external_ids: {}, other_config: {} });
    expect(await get('external_ids other_config')).toBe('{theirs="1"}\n{}');
  });

  test('what is right already is not recorded as set by a task', async () => {
    await lab.sh('ovs-vsctl add-br br0 -- set bridge br0 datapath_type=netdev external_ids:theirs=1');
    await lab.keeps('ovs_bridge', { ...BR, external_ids: { theirs: '1' } });
    await lab.keeps('ovs_bridge', { ...BR, external_ids: {} });
  });

  test('a name that is a port already is an error', async () => {
    await lab.sh(
      'ovs-vsctl add-br br0 -- set bridge br0 datapath_type=netdev -- add-port br0 p0 -- set interface p0 type=internal',
    );
    expect(await lab.fails('ovs_bridge', { bridge: 'p0' })).toBe(
      "option 'bridge': 'p0' is already a port of bridge br0",
    );
  });

  test('a missing socket is an error, and a warning in check mode, which assumes an empty switch', async () => {
    const args = { ...BR, database_socket: 'unix:/run/nowhere.sock' };
    expect(await lab.fails('ovs_bridge', args)).toMatch(/Open vSwitch isn't running.*\/run\/nowhere\.sock/);
    const foreseen = await lab.run('ovs_bridge', args, true);
    expect(foreseen).toMatchObject({ changed: true, warnings: [expect.stringMatching(/isn't running/)] });
    expect(await lab.fails('ovs_bridge', { ...BR, database_socket: 'tcp:1.2.3.4:6640' })).toMatch(
      /^option 'database_socket'/,
    );
  });

  test('a stopped ovs-vswitchd is an error that says so, and the next run is fine', async () => {
    // To stop its service would stop the database as well: PartOf.
    await lab.sh('ovs-appctl -t ovs-vswitchd exit; while pidof ovs-vswitchd; do sleep 0.1; done');
    try {
      const result = await lab.run('ovs_bridge', { ...BR, timeout: 1 });
      expect(result).toMatchObject({ failed: true });
      expect(result.msg).toMatch(/ovs-vswitchd did not carry it out within 1 s/);
      expect((await lab.run('ovs_bridge', BR)).warnings).toEqual([expect.stringMatching(/is it running/)]);
    } finally {
      await lab.sh('systemctl start ovs-vswitchd openvswitch-switch');
    }
    const result = await lab.run('ovs_bridge', BR);
    expect(result).toMatchObject({ changed: false });
    expect(result.warnings).toBeUndefined();
  });

  test('a stopped database is an error that says so', async () => {
    await lab.sh('systemctl stop ovs-vswitchd ovsdb-server');
    try {
      expect((await lab.run('ovs_bridge', BR)).msg).toMatch(/Open vSwitch isn't running/);
    } finally {
      await lab.sh('systemctl start ovsdb-server ovs-vswitchd openvswitch-switch');
    }
    await lab.changes('ovs_bridge', BR);
  });
});
