import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ROOT } from '../../build/modules.ts';
import { type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { link } from '../lab/link.ts';
import { OvsLab } from '../lib/ovs/lab.ts';
import { buildCollection } from '../support/build.ts';
import { moduleText } from '../support/module.ts';
import { runPlaybook } from '../support/playbook.ts';

const STANZA = `
# The uplink
auto host0
iface host0 inet static
  address 10.77.0.1/24
  gateway 10.77.0.2
`;
const NETWORKD =
  '[Match]\nName=host0\n[Network]\nAddress=10.77.0.1/24\nGateway=10.77.0.2\nLinkLocalAddressing=no\n';
const UPLINK = { bridge: 'br-ex', port: 'host0', type: 'system', take_address: true, rollback_timeout: 5 };
// Without a carrier for its flows the bridge forwards nothing.
const CUT = 'ovs-vsctl set bridge br-ex fail_mode=secure; ovs-ofctl del-flows br-ex';

// A task that is killed some seconds after its way back is armed.
const KILLED = `exec 3<&0; node - <&3 >/dev/null & task=$!
  until test -e /var/lib/piecewise-cloud/rollback/about.json; do sleep 0.005; done
  sleep "$1"; kill -9 $task; wait $task || true`;

const sleep = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

describe('the uplink becomes a port, and its bridge takes its address', () => {
  let host: Hypervisor;
  let other: Hypervisor;
  let lab: OvsLab;
  beforeAll(async () => {
    [host, other] = await Promise.all([
      startHypervisor({ name: 'uplink1' }),
      startHypervisor({ name: 'uplink2' }),
    ]);
    lab = new OvsLab(host);
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
      if (seconds > within) throw new Error(`not reachable after ${seconds} s: ${await lab.everything()}`);
    }
    return (performance.now() - start) / 1000;
  };
  const left = () =>
    lab.sh(
      'ls /var/lib/piecewise-cloud/rollback 2>/dev/null; systemctl list-units --all --plain "piecewise-rollback*" --no-legend',
    );
  const undone = async () => {
    for (let i = 0; (await left()).trim() !== 'undone'; i++) {
      if (i > 100) throw new Error(await left());
      await sleep(0.1);
    }
  };

  const begin = async (keeper: 'ifupdown' | 'networkd') => {
    await lab.sh(
      keeper === 'ifupdown'
        ? `cat >>/etc/network/interfaces <<'END'\n${STANZA}END\nifup host0`
        : `printf '${NETWORKD.replaceAll('\n', '\\n')}' >/etc/systemd/network/20-wired.network
           systemctl mask systemd-networkd-wait-online; systemctl disable networking; systemctl enable systemd-networkd; systemctl restart systemd-networkd`,
    );
    await lab.sh('ovs-vsctl add-br br-ex -- set bridge br-ex datapath_type=netdev');
    expect(await comesBack(10)).toBeLessThan(10);
  };
  const end = async () => {
    await lab.sh(`
      systemctl start ovsdb-server ovs-vswitchd
      ovs-vsctl --if-exists del-br br-ex
      ifdown --force host0 br-ex; ip address flush dev host0
      sed -i '/^# The uplink/,$d' /etc/network/interfaces
      rm -rf /etc/network/interfaces.d/* /etc/systemd/network/* /var/lib/piecewise-cloud/rollback`);
  };

  describe.each(['ifupdown', 'networkd'] as const)('%s', (keeper) => {
    beforeEach(() => begin(keeper));
    afterEach(end);

    test('it stays reachable, is confirmed, and is as it was left after a reboot', async () => {
      const before = await lab.everything();
      const foreseen = await lab.run('ovs_port', UPLINK, true);
      expect(await lab.everything()).toBe(before);
      const done = await lab.run('ovs_port', UPLINK);
      expect(done).toMatchObject({ changed: true, rollback: { port: 'host0', seconds: 5 } });
      expect(foreseen).toEqual(done);
      expect(await reachable()).toBe(true);
      expect(await lab.addresses('host0')).toEqual([]);
      expect(await lab.addresses('br-ex')).toEqual(['10.77.0.1/24']);
      expect(await lab.sh('ip route show default')).toMatch(/^default via 10.77.0.2 dev br-ex/);
      // The role comes back to it after it was interrupted.
      expect(await lab.run('ovs_port', UPLINK)).toMatchObject({
        changed: false,
        rollback: { port: 'host0' },
      });
      expect(await lab.run('ovs_confirm', {}, true)).toMatchObject({ changed: true, port: 'host0' });
      expect(await lab.run('ovs_confirm', {})).toMatchObject({ changed: true, port: 'host0' });
      expect(await lab.run('ovs_confirm', {})).toMatchObject({ changed: false });
      expect(await left()).toBe('');
      await lab.keeps('ovs_port', UPLINK);
      await sleep(6);
      expect(await reachable()).toBe(true);
      await host.reboot();
      expect(await comesBack(20)).toBeLessThan(20);
      await lab.keeps('ovs_port', UPLINK);
      expect(await lab.addresses('host0')).toEqual([]);
    });

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
      expect(done.recap.hv1, done.output).toMatchObject({ changed: 2, failed: 0 });
      expect(await left()).toBe('');
      expect(await reachable()).toBe(true);
      const again = await play();
      expect(again.recap.hv1, again.output).toMatchObject({ changed: 0, failed: 0 });
    });

    test('a change that cuts it off is undone, live and in the files', async () => {
      const before = await lab.everything();
      await lab.run('ovs_port', { ...UPLINK, tag: 99 });
      expect(await reachable()).toBe(false);
      expect(await comesBack(20)).toBeLessThan(20);
      await undone();
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

    test.each([0, 0.03, 0.1])(
      'the task itself, killed %s s after it began, leaves it reachable',
      async (seconds) => {
        const before = await lab.everything();
        const input = await moduleText('ovs_port', { ...UPLINK, tag: 99 });
        await host.exec(['sh', '-c', KILLED, 'sh', String(seconds)], { input });
        const waiting = 'systemctl is-active piecewise-rollback.timer piecewise-rollback.service || true';
        for (let i = 0; /^acti/m.test(await lab.sh(waiting)); i++) {
          if (i > 200) throw new Error(await left());
          await sleep(0.1);
        }
        expect(await comesBack(5)).toBeLessThan(5);
        expect(await lab.everything()).toBe(before);
      },
    );

    test('a reboot before it is confirmed does not help it', async () => {
      const before = await lab.everything();
      await lab.run('ovs_port', { ...UPLINK, rollback_timeout: 10 });
      await lab.sh(CUT);
      await host.reboot();
      expect(await comesBack(40)).toBeLessThan(40);
      await undone();
      expect(await lab.sh('ovs-vsctl list-ports br-ex')).toBe('');
      const files = /^(auto|iface|#| {2}|Address|Gateway|\[).*$/gm;
      expect((await lab.everything()).match(files)).toEqual(before.match(files));
    });

    test.each([
      ['vswitchd that is stopped', 'systemctl stop ovs-vswitchd'],
      ['a database that is stopped', 'systemctl stop ovs-vswitchd ovsdb-server'],
    ])('%s meanwhile does not keep it from its address', async (_, stop) => {
      await lab.run('ovs_port', UPLINK);
      await lab.sh(stop);
      expect(await comesBack(60)).toBeLessThan(60);
      await undone();
      expect(await lab.addresses('host0')).toEqual(['10.77.0.1/24']);
      await lab.sh('systemctl start ovs-vswitchd');
      expect(await lab.sh('ovs-vsctl list-ports br-ex')).toBe('');
      expect(await comesBack(10)).toBeLessThan(10);
    });
  });
});
