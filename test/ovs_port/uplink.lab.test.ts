import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ROOT } from '../../build/modules.ts';
import type { Keeper } from '../../modules/lib/link/files.ts';
import { type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { link } from '../lab/link.ts';
import { UPLINK, UplinkLab } from '../lib/rollback/uplink.ts';
import { buildCollection } from '../support/build.ts';
import { runPlaybook } from '../support/playbook.ts';

// Without a carrier for its flows the bridge forwards nothing.
const CUT = 'ovs-vsctl set bridge br-ex fail_mode=secure; ovs-ofctl del-flows br-ex';

const sleep = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

describe('the uplink becomes a port, and its bridge takes its address', () => {
  let host: Hypervisor;
  let other: Hypervisor;
  let lab: UplinkLab;
  beforeAll(async () => {
    [host, other] = await Promise.all([
      startHypervisor({ name: 'uplink1' }),
      startHypervisor({ name: 'uplink2' }),
    ]);
    lab = new UplinkLab(host);
    await link({ name: 'uplink1' }, { name: 'uplink2', address: '10.77.0.2/24' });
  });
  afterAll(() => Promise.all([host?.remove(), other?.remove()]));

  const reachable = async () => {
    const { exitCode } = await other.exec(['ping', '-c1', '-W1', '10.77.0.1'], { check: false });
    return exitCode === 0;
  };
  /** Seconds until it is reachable again. */
  const comesBack = async (within: number) => {
    const start = performance.now();
    while (!(await reachable())) {
      const seconds = (performance.now() - start) / 1000;
      if (seconds > within) {
        const { stdout } = await other.exec(['ip', 'neigh']);
        throw new Error(`not reachable after ${seconds} s: ${stdout}\n${await lab.everything()}`);
      }
    }
    return (performance.now() - start) / 1000;
  };
  const setUp = (keeper: Keeper) => {
    beforeEach(async () => {
      await lab.begin(keeper);
      // What it learned of the test before.
      await other.exec(['ip', 'neigh', 'flush', 'dev', 'host0']);
      expect(await comesBack(10)).toBeLessThan(10);
    });
    afterEach(() => lab.end());
  };

  // The same with both keepers. It comes before networkd, which is to keep the addresses from then on.
  describe('ifupdown', () => {
    setUp('ifupdown');

    test('the role does it and confirms it', async () => {
      await buildCollection();
      const { rollback_timeout: _, ...port } = UPLINK;
      const extraVars = { ovs_bridges: [{ name: 'br-ex' }], ovs_ports: [port] };
      const play = (...args: string[]) =>
        runPlaybook(join(ROOT, 'playbooks/networks.yml'), { hv1: 'uplink1' }, { args, extraVars });
      const checked = await play('--check', '--diff');
      expect(checked.recap.hv1, checked.output).toMatchObject({ changed: 1, failed: 0 });
      expect(checked.output).toContain('+  "rollback_timeout": 60');
      const done = await play();
      expect(done.recap.hv1, done.output).toMatchObject({ changed: 1, failed: 0 });
      expect(await lab.left()).toBe('');
      expect(await reachable()).toBe(true);
      const again = await play();
      expect(again.recap.hv1, again.output).toMatchObject({ changed: 0, failed: 0 });
    });

    test.each([
      ['vswitchd that is stopped', 'systemctl stop ovs-vswitchd'],
      ['a database that is stopped', 'systemctl stop ovs-vswitchd ovsdb-server'],
    ])('%s meanwhile does not keep it from its address', async (_, stop) => {
      await lab.run('ovs_port', UPLINK);
      await lab.sh(stop);
      expect(await comesBack(60)).toBeLessThan(60);
      await lab.undone();
      expect(await lab.addresses('host0')).toEqual(['10.77.0.1/24']);
      await lab.sh('systemctl start ovs-vswitchd');
      expect(await lab.sh('ovs-vsctl list-ports br-ex')).toBe('');
      expect(await comesBack(10)).toBeLessThan(10);
    });
  });

  describe.each(['ifupdown', 'networkd'] as const)('%s', (keeper) => {
    setUp(keeper);

    test('it stays reachable, is confirmed, and is as it was left after a reboot', async () => {
      const before = await lab.everything();
      const task = { ...UPLINK, rollback_timeout: 20 };
      const foreseen = await lab.run('ovs_port', task, true);
      expect(await lab.everything()).toBe(before);
      const done = await lab.run('ovs_port', task);
      const armed = performance.now();
      expect(done).toMatchObject({ changed: true, rollback: { port: 'host0', seconds: 20 } });
      expect(foreseen).toEqual(done);
      expect(await reachable()).toBe(true);
      expect(await lab.addresses('host0')).toEqual([]);
      expect(await lab.addresses('br-ex')).toEqual(['10.77.0.1/24']);
      expect(await lab.sh('ip route show default')).toMatch(/^default via 10.77.0.2 dev br-ex/);
      // The role comes back to it after it was interrupted.
      expect(await lab.run('ovs_port', task)).toMatchObject({
        changed: false,
        rollback: { port: 'host0' },
      });
      expect(await lab.run('ovs_confirm', {}, true)).toMatchObject({ changed: true, port: 'host0' });
      expect(await lab.run('ovs_confirm', {})).toMatchObject({ changed: true, port: 'host0' });
      expect(await lab.run('ovs_confirm', {})).toMatchObject({ changed: false });
      expect(await lab.left()).toBe('');
      await lab.keeps('ovs_port', task);
      await sleep(21 - (performance.now() - armed) / 1000);
      expect(await reachable()).toBe(true);
      await host.reboot();
      expect(await comesBack(20)).toBeLessThan(20);
      await lab.keeps('ovs_port', task);
      expect(await lab.addresses('host0')).toEqual([]);
    });

    test('its address goes back to it with the bridge, or with its port, and is taken again', async () => {
      const take = async () => {
        await lab.run('ovs_port', { ...UPLINK, rollback_timeout: 60 });
        await lab.run('ovs_confirm', {});
        expect(await lab.addresses('br-ex')).toEqual(['10.77.0.1/24']);
        expect(await lab.addresses('host0')).toEqual([]);
      };
      const isBack = async () => {
        expect(await reachable()).toBe(true);
        expect(await lab.addresses('host0')).toEqual(['10.77.0.1/24']);
        expect(await lab.routes('host0')).toEqual(['default via 10.77.0.2']);
        expect(await lab.left()).toBe('');
      };
      await take();
      await lab.changes('ovs_port', { ...UPLINK, state: 'absent' });
      await isBack();
      expect(await lab.addresses('br-ex')).toEqual([]);
      await take();
      expect(await lab.changes('ovs_bridge', { bridge: 'br-ex', state: 'absent' })).not.toHaveProperty(
        'rollback',
      );
      await isBack();
      await host.reboot();
      expect(await comesBack(20)).toBeLessThan(20);
      await isBack();
      await lab.keeps('ovs_bridge', { bridge: 'br-ex', state: 'absent' });
      await lab.keeps('ovs_topology', {
        bridges: [{ name: 'br-ex' }],
        ports: [UPLINK],
        state: 'absent',
        bring_up: true,
      });
      await lab.sh('ovs-vsctl add-br br-ex -- set bridge br-ex datapath_type=netdev');
      await take();
      expect(await lab.sh('ls /etc/network/interfaces.d /etc/systemd/network')).not.toContain('uplink');
    });

    test('a change that cuts it off is undone, live and in the files', async () => {
      const before = await lab.everything();
      await lab.run('ovs_port', { ...UPLINK, tag: 99 });
      expect(await reachable()).toBe(false);
      expect(await comesBack(20)).toBeLessThan(20);
      await lab.undone();
      expect(await lab.everything()).toBe(before);
      const late = await lab.run('ovs_confirm', {});
      expect(late).toMatchObject({
        failed: true,
        msg: expect.stringMatching(/was undone at 20.*rollback_timeout/),
      });
      await host.reboot();
      expect(await comesBack(20)).toBeLessThan(20);
      // And it can be tried again.
      expect(await lab.run('ovs_port', UPLINK)).toMatchObject({ changed: true });
      await lab.run('ovs_confirm', {});
      expect(await reachable()).toBe(true);
    });

    test('a reboot before it is confirmed does not help it', async () => {
      const before = await lab.everything();
      await lab.run('ovs_port', { ...UPLINK, rollback_timeout: 10 });
      await lab.sh(CUT);
      await host.reboot();
      expect(await comesBack(40)).toBeLessThan(40);
      await lab.undone();
      expect(await lab.sh('ovs-vsctl list-ports br-ex')).toBe('');
      const files = /^(auto|iface|#| {2}|Address|Gateway|\[).*$/gm;
      expect((await lab.everything()).match(files)).toEqual(before.match(files));
    });
  });
});
