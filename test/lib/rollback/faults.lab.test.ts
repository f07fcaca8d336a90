import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Result } from '../../../modules/lib/ansible/result.ts';
import type { Keeper } from '../../../modules/lib/link/files.ts';
import { type Hypervisor, startHypervisor } from '../../lab/hypervisor.ts';
import { link } from '../../lab/link.ts';
import { ALL, daily, turn } from '../../support/daily.ts';
import { moduleText, runModule } from '../../support/module.ts';
import { PLACE, SERVICE, UPLINK, UplinkLab } from './uplink.ts';

// What goes wrong with the way back: everything is as it was all the same, or will be when that is mended, and until then
// nothing is lost. It is taken by hand here, and not after a time.
const TASK = { ...UPLINK, rollback_timeout: 3600 };
// One that waits to be tried again would not be started before its time.
const TAKE = `systemctl restart ${SERVICE}`;
const INTERFACES = '/etc/network/interfaces';
const LOCK = '/run/piecewise-rollback.lock';
const KEEPERS = daily<Keeper>(['ifupdown', 'networkd'], 2);

let host: Hypervisor;
let lab: UplinkLab;
let before: string;
beforeAll(async () => {
  host = await startHypervisor({ name: 'rbk1' });
  lab = new UplinkLab(host);
  await link({ name: 'rbk1' });
  await host.exec(['sh', '-c', 'cat >/root/gate.cjs'], {
    input: readFileSync(new URL('gate.cjs', import.meta.url), 'utf8'),
  });
});
afterAll(() => host?.remove());

/** All that is to be as it was. */
const everything = async () =>
  `${await lab.everything()}\n` +
  (await lab.sh(
    `stat -c '%A %U:%G %n' /etc/network/interfaces /etc/network/interfaces.d/* /etc/systemd/network/* 2>/dev/null || true`,
  ));

/** A host whose uplink has an address, and its bridge another. */
async function begin(keeper: Keeper) {
  await lab.begin(keeper);
  // A long file, or what the task's own files take would be room for it; and one that not everybody may read.
  if (keeper === 'ifupdown') await lab.sh(`seq -f '# %1000g' 30 >>${INTERFACES}; chmod 600 ${INTERFACES}`);
  expect(await lab.run('ovs_bridge', { bridge: 'br-ex', address: '10.79.0.1/24' })).toMatchObject({
    changed: true,
  });
  await lab.until(() => lab.addresses('br-ex'), ['10.79.0.1/24']);
  before = await everything();
}

const change = async () => {
  expect(await lab.run('ovs_port', TASK)).toMatchObject({ changed: true });
  expect(await lab.addresses('host0')).toEqual([]);
  expect(await lab.addresses('br-ex')).toEqual(['10.77.0.1/24']);
};

/** Has the way back taken. @returns whether everything is back */
const take = async () => (await host.exec(['sh', '-c', TAKE], { check: false })).exitCode === 0;

/** Everything is as it was, and nothing is left. */
const allIsBack = async () => {
  await lab.undone();
  await lab.until(() => everything(), before, 10);
};

/** Everything that it needs is still there, it will be taken again, and the host has its address meanwhile. */
const isTriedAgain = async (files: number) => {
  expect(await lab.addresses('host0')).toEqual(['10.77.0.1/24']);
  expect(await lab.routes('host0')).toEqual(['default via 10.77.0.2']);
  expect(await lab.addresses('br-ex')).toEqual(['10.79.0.1/24']);
  expect((await lab.sh(`ls ${PLACE}/files`)).split('\n').filter(Boolean)).toHaveLength(files);
  expect(await lab.sh(`systemctl show --value -p SubState ${SERVICE}`)).toBe('auto-restart');
  expect(await lab.sh('systemctl is-enabled piecewise-rollback.timer')).toBe('enabled');
};

/** What the kernel tells of addresses and routes that go while the way back is taken again. */
const interruptions = (expected: number) =>
  lab.sh(`ip -o monitor address route >/run/seen & monitor=$!
    sleep 0.1; ${TAKE} 2>/dev/null; code=$?; sleep 0.1; kill $monitor
    test $code -eq ${expected} || echo exit code $code
    grep Deleted /run/seen || true`);

/** A task with a shell command at one of the moments at which it is about to have an effect. */
async function gated(
  name: string,
  args: Record<string, unknown>,
  env: Record<string, string>,
): Promise<Result> {
  const exec: Hypervisor['exec'] = (argv, options) =>
    host.exec(argv, { ...options, env: { NODE_OPTIONS: '--require=/root/gate.cjs', ...env } });
  return runModule({ exec }, name, args);
}

const passed = async () => (await lab.sh('rm -v /run/passed 2>/dev/null || true')) !== '';

// Bash runs the very script, and is killed before the next command each time. Then nothing may be lost: either it is all
// there to be run again, and will be, or everything is back. @returns at how many commands, and a line for each loss
const killing = (files: number) => `
cat >/run/kill <<'END'
n=0
set -T
trap 'n=$((n + 1)); [ $n -ne $AT ] || { echo "$BASH_COMMAND" >/run/killed; kill -9 $$; }' DEBUG
END
cd ${PLACE}
at=1
while AT=$at BASH_ENV=/run/kill bash back.sh >/run/said 2>&1; test $? -eq 137; do
  if [ ! -e undone ]; then
    [ -e about.json ] || [ -e undoing.json ] || echo "$(cat /run/killed): nothing says that it is to be undone"
    [ "$(ls files | wc -l)" -eq ${files} ] || echo "$(cat /run/killed): a saved file is lost"
    systemctl is-enabled --quiet piecewise-rollback.timer || echo "$(cat /run/killed): it won't be run at boot"
    [ -e back.sh ] || echo "$(cat /run/killed): the script is lost"
  fi >>/run/lost
  [ -e back.sh ] || break
  at=$((at + 1))
done
echo $at; cat /run/lost; rm /run/lost`;

function matrix(keeper: Keeper) {
  // What is saved: the bridge's file, and the one that has host0 in it. Of networkd's that one stays.
  const saved = keeper === 'ifupdown' ? 2 : 1;

  test('a read-only file system of the files', async () => {
    await change();
    await lab.sh(`mount --bind /etc /etc && mount -o remount,bind,ro /etc`);
    expect(await take()).toBe(false);
    await isTriedAgain(saved);
    expect(await interruptions(1)).toBe('');
    expect(await lab.run('ovs_confirm', {})).toMatchObject({
      failed: true,
      msg: expect.stringMatching(/too late .*being undone.*journalctl/),
    });
    expect((await lab.run('ovs_port', TASK)).msg).toMatch(/the change of 'host0' is being undone/);
    await lab.sh('umount --lazy /etc');
    expect(await take()).toBe(true);
    await allIsBack();
  });

  test('killed at each of its commands, one after the other, and a reboot', async () => {
    await change();
    const names = (await lab.sh(`ls ${PLACE}/files`)).split('\n').filter(Boolean);
    const [killed = '', ...lost] = (await lab.sh(killing(names.length))).split('\n');
    expect(lost).toEqual([]);
    // Whatever there is to be killed at: it has far more commands than this.
    expect(Number(killed)).toBeGreaterThan(20);
    await lab.sh('systemctl daemon-reload; systemctl stop piecewise-rollback.timer || true');
    await allIsBack();
    await host.reboot();
    // ifupdown lists interfaces in the order in which it has brought them up.
    const lines = (text: string) => text.split('\n').sort();
    await lab.until(async () => lines(await everything()), lines(before));
  });

  test('taken before each step of the task, which then stops, or was killed before', async () => {
    let moment = 0;
    for (;;) {
      moment += 1;
      const env = { GATE: 'armed', GATE_AT: String(moment) };
      const result = await gated('ovs_port', TASK, { ...env, GATE_DO: `touch /run/passed; ${TAKE}` });
      if (!(await passed())) break;
      expect(result, `moment ${moment}`).toMatchObject({
        failed: true,
        msg: expect.stringMatching(
          /^the change of 'host0' was undone, .*within 3600 s: .*'rollback_timeout'/,
        ),
      });
      await allIsBack();
    }
    // The transaction, and all that is done to interfaces and files.
    expect(moment).toBeGreaterThan(5);
    expect(await take()).toBe(true);
    await allIsBack();
  });

  test('a task by which the addresses go back, killed before each of its steps: the host completes it', async () => {
    const task = { bridge: 'br-ex', state: 'absent' };
    // Every other one: a moment takes ten seconds.
    let moment = ALL || turn(4) < 2 ? 0 : -1;
    for (;;) {
      moment += ALL ? 1 : 2;
      await change();
      await lab.run('ovs_confirm', {});
      const env = { GATE: 'armed', GATE_AT: String(moment), GATE_DO: 'touch /run/passed; kill -9 $PPID' };
      const ended = await gated('ovs_bridge', task, env).catch(String);
      const killed = await passed();
      if (killed) {
        if (moment === 1) expect((await lab.run('ovs_bridge', task)).msg).toMatch(/host0.* is being undone/);
        expect(await take()).toBe(true);
        await lab.until(() => lab.left(), '');
        expect(await lab.run('ovs_confirm', {})).toMatchObject({ changed: false });
      } else expect(ended).toMatchObject({ changed: true });
      expect(await lab.addresses('host0'), `moment ${moment}`).toEqual(['10.77.0.1/24']);
      expect(await lab.routes('host0')).toEqual(['default via 10.77.0.2']);
      await lab.keeps('ovs_bridge', task);
      const left =
        'ovs-vsctl list-br; ls /etc/network/interfaces.d /etc/systemd/network; cat /run/network/ifstate || true';
      expect(await lab.sh(left)).not.toMatch(/br-ex|ovs.port/);
      await lab.end();
      await begin(keeper);
      if (!killed) break;
    }
    expect(moment).toBeGreaterThan(5);
  });
}

/** A host that is kept so, for the tests of a block. */
function keptBy(keeper: Keeper) {
  beforeAll(() => begin(keeper));
  afterAll(() => lab.end());
}

describe('ifupdown', () => {
  keptBy('ifupdown');
  if (KEEPERS.includes('ifupdown')) matrix('ifupdown');

  test('a read-only file system of its units', async () => {
    await change();
    const units = '/etc/systemd/system';
    await lab.sh(`mount --bind ${units} ${units} && mount -o remount,bind,ro ${units}`);
    expect(await take()).toBe(false);
    await lab.until(() => everything(), before, 10);
    expect(await interruptions(1)).toBe('');
    await lab.sh(`umount --lazy ${units}`);
    expect(await interruptions(0)).toBe('');
    await allIsBack();
  });

  test('a read-only file system of what it has saved', async () => {
    const place = '/var/lib/piecewise-cloud';
    await change();
    await lab.sh(`mount --bind ${place} ${place} && mount -o remount,bind,ro ${place}`);
    expect(await take()).toBe(false);
    await lab.until(() => everything(), before, 10);
    expect(await interruptions(1)).toBe('');
    await lab.sh(`umount --lazy ${place}`);
    expect(await interruptions(0)).toBe('');
    await allIsBack();
  });

  test('a full file system of the files: systemd tries again until there is room', async () => {
    const etc = '/etc/network';
    await lab.sh(`cp -a ${etc} /run/etc && mount -t tmpfs -o size=1m full ${etc} && cp -a /run/etc/. ${etc}`);
    await change();
    await lab.sh(`cat /dev/zero >${etc}/filler || true`);
    expect(await take()).toBe(false);
    await isTriedAgain(2);
    expect(await interruptions(1)).toBe('');
    await lab.sh(`rm ${etc}/filler`);
    await allIsBack();
    await lab.sh(`umount ${etc}`);
    expect(await everything()).toBe(before);
  });

  test('a full file system of what it has saved', async () => {
    const place = '/var/lib/piecewise-cloud';
    await lab.sh(`mkdir -p ${place} && mount -t tmpfs -o size=256k,nr_inodes=32 full ${place}`);
    await change();
    await lab.sh(`touch $(seq -f ${place}/%g 32) || true; cat /dev/zero >${place}/1 || true`);
    expect(await take()).toBe(true);
    await allIsBack();
    expect((await lab.run('ovs_confirm', {})).msg).toMatch(
      /not confirmed in time, and was undone.*rollback_timeout/,
    );
    await lab.sh(`umount ${place}`);
  });

  // A second interface of the host, which another task takes.
  const OTHER = { ...TASK, bridge: 'br-other', port: 'tap0' };

  test('armed by two tasks at once: the second is an error that names the first', async () => {
    await lab.sh(`ip tuntap add tap0 mode tap && ip link set tap0 up && ip address add 10.78.0.1/24 dev tap0
      ovs-vsctl add-br br-other -- set bridge br-other datapath_type=netdev`);
    const [all, first] = [before, await moduleText('ovs_port', TASK)];
    before = await everything();
    await host.exec(['sh', '-c', 'cat >/root/first.js'], { input: first });
    // The first comes and goes between the second's look and its own arming.
    const env = { GATE: 'arming', GATE_AT: '1', GATE_DO: 'touch /run/passed; node /root/first.js' };
    const second = await gated('ovs_port', OTHER, env);
    expect(await passed()).toBe(true);
    expect(second).toMatchObject({
      failed: true,
      changed: false,
      msg: expect.stringMatching(
        /^'take_address': the change of 'host0' is not confirmed yet: run ovs_confirm/,
      ),
    });
    expect(await lab.addresses('tap0')).toEqual(['10.78.0.1/24']);
    expect(await lab.addresses('br-ex')).toEqual(['10.77.0.1/24']);
    expect(await take()).toBe(true);
    await allIsBack();
    await lab.sh('ovs-vsctl del-br br-other; ip link delete tap0');
    before = all;
  });

  test('a task that is killed while it arms has changed nothing, and hinders no other', async () => {
    let moment = 0;
    for (;;) {
      moment += 1;
      const env = { GATE: 'arming', GATE_AT: String(moment), GATE_DO: 'touch /run/passed; kill -9 $PPID' };
      const failed = await gated('ovs_port', TASK, env).catch(String);
      if (!(await passed())) {
        expect(failed).toMatchObject({ changed: true });
        break;
      }
      expect(failed).toMatch(/^Error: /);
      // Where it has a timer already, that comes to its end some day.
      if (moment % 2 === 0) await take();
      expect(await everything()).toBe(before);
    }
    expect(moment).toBeGreaterThan(8);
    expect(await lab.run('ovs_confirm', {})).toMatchObject({ changed: true });
    expect(await lab.left()).toBe('');
    await lab.end();
    await begin('ifupdown');
  });

  test('a task by which the addresses go back, and whose change is refused, leaves nothing to be completed', async () => {
    await change();
    await lab.run('ovs_confirm', {});
    const taken = await everything();
    const late = 'ovs-vsctl add-port br-ex late -- set interface late type=internal';
    const env = { GATE: 'armed', GATE_AT: '1', GATE_DO: `touch /run/passed; ${late}` };
    const refused = await gated('ovs_bridge', { bridge: 'br-ex', state: 'absent' }, env);
    expect(await passed()).toBe(true);
    expect(refused.msg).toMatch(/another process changed Open vSwitch .* nothing was written/);
    expect(await lab.left()).toBe('');
    await lab.sh('ovs-vsctl del-port br-ex late');
    expect(await everything()).toBe(taken);
    await lab.end();
    await begin('ifupdown');
  });

  test('confirmed and undone at once: one of both', async () => {
    await change();
    const undone = await gated('ovs_confirm', {}, { GATE: 'armed', GATE_AT: '1', GATE_DO: TAKE });
    expect(undone).toMatchObject({ failed: true, msg: expect.stringMatching(/too late .* was undone/) });
    await allIsBack();
    await change();
    const taking = await everything();
    const env = { GATE: 'locked', GATE_AT: '1', GATE_DO: `touch /run/passed; ${TAKE} --no-block; sleep 0.3` };
    expect(await gated('ovs_confirm', {}, env)).toMatchObject({ changed: true, port: 'host0' });
    expect(await passed()).toBe(true);
    expect(await lab.left()).toBe('');
    expect(await everything()).toBe(taking);
    await lab.end();
    await begin('ifupdown');
  });

  test('a bridge that was deleted meanwhile is not waited for', async () => {
    await change();
    await lab.sh('ovs-vsctl del-br br-ex');
    expect(await take()).toBe(true);
    await lab.undone();
    expect(await lab.addresses('host0')).toEqual(['10.77.0.1/24']);
    await lab.end();
    await begin('ifupdown');
  });

  test('a port that was there before is as it was, without a record of the change', async () => {
    await lab.run('ovs_port', { bridge: 'br-ex', port: 'host0', type: 'system' });
    before = await everything();
    await change();
    expect(await lab.sh('ovs-vsctl get port host0 external_ids')).toContain('br-ex');
    expect(await take()).toBe(true);
    await allIsBack();
    await lab.end();
    await begin('ifupdown');
  });

  test('a bridge that was given its address by hand is up again, with its route', async () => {
    await lab.end();
    await lab.begin('ifupdown');
    await lab.sh(
      'ip link set br-ex up; ip address add 10.79.0.1/24 dev br-ex; ip route add 10.80.0.0/16 via 10.79.0.9',
    );
    before = await everything();
    expect(await lab.run('ovs_port', TASK)).toMatchObject({ changed: true });
    expect(await take()).toBe(true);
    await allIsBack();
    await lab.end();
    await begin('ifupdown');
  });

  test("a file of the host's own keeps its bytes, its mode, its owner and its link, changed and restored", async () => {
    const real = '/etc/network/of-the-host';
    await lab.sh(`printf '# caf\\351, \\377\\n# caf\\303\\251\\n' >${real}; cat ${INTERFACES} >>${real}
      chown root:adm ${real}; chmod 640 ${real}; rm ${INTERFACES}; ln -s of-the-host ${INTERFACES}`);
    const look = () => lab.sh(`stat -c '%F %a %U:%G %N' ${INTERFACES} ${real}; head -2 ${real} | od -An -c`);
    const whole = () => lab.sh(`sha256sum <${real}; ls -A /etc/network`);
    const [kept, all] = [await look(), await whole()];
    expect(kept).toMatch(
      /symbolic link.*of-the-host'\nregular file 640 root:adm[\s\S]*351[\s\S]*377[\s\S]*303\s+251/,
    );
    const result = await lab.run('ovs_port', TASK);
    expect(result).toMatchObject({ changed: true });
    expect(JSON.stringify(result.diff)).toContain('# caf\ufffd, \ufffd\\n# caf\u00e9\\n');
    expect(await look()).toBe(kept);
    expect(await whole()).not.toBe(all);
    expect(await lab.sh(`stat -c '%a %U:%G' ${PLACE}/files/* | grep -c '640 root:adm'`)).toBe('1');
    expect(await take()).toBe(true);
    await lab.undone();
    expect(await look()).toBe(kept);
    expect(await whole()).toBe(all);
    await lab.sh(`rm ${INTERFACES}; mv ${real} ${INTERFACES}`);
    await lab.end();
    await begin('ifupdown');
  });

  test('a step of the task is waited for, but not for ever', async () => {
    await change();
    await lab.sh(`flock ${LOCK} sleep 1 & sleep 0.2; ${TAKE} --no-block; sleep 0.3`);
    expect(await lab.addresses('host0')).toEqual([]);
    await allIsBack();
    await change();
    // The seconds that it waits are many, for a test.
    const shorter = `grep -q 'flock --timeout 20 ' ${PLACE}/back.sh && sed -i 's/flock --timeout 20 /flock --timeout 1 /' ${PLACE}/back.sh`;
    await lab.sh(`${shorter}; flock --no-fork ${LOCK} sleep 60 & hung=$!; ${TAKE}; kill $hung`);
    await allIsBack();
  });
});

if (KEEPERS.includes('networkd'))
  describe('networkd', () => {
    keptBy('networkd');
    matrix('networkd');
  });
