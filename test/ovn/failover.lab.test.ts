import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../modules/lib/ansible/result.ts';
import { ANSIBLES } from '../contract/ansible.ts';
import { runModule } from '../support/module.ts';
import { expectUnchanged } from '../support/unchanged.ts';
import { guest, nic, type Values } from './cloud.ts';
import {
  DATABASES,
  type Database,
  killServer,
  leader,
  makeLeader,
  status,
  unitOf,
  until,
} from './cluster.ts';
import { NamespaceGuests, OUTSIDE } from './guests.ts';
import { OvnLab } from './lab.ts';
import { Pinging } from './pinging.ts';

// Three hypervisors with the databases on each. The first is the gateway, and the others have guests, which ping each other and the
// outside while servers are killed, and then the first hypervisor as a whole. The tests build on each other, in this order.
const [ANSIBLE = '2.14'] = ANSIBLES;
const NAMES = ['hv1', 'hv2', 'hv3'] as const;
const CENTRAL = { ovn_central: [...NAMES], ovn_uplinks: [{ name: 'wan', bridge: 'br-ex' }] };

const LEFT = guest('hv2', 'left1', 1);
const RIGHT = guest('hv3', 'right1', 2);
const RIGHT_ADDRESS = '10.20.0.6';

/** Seconds that traffic within a network may stand still, whatever is killed. */
const STEADY = 3;
/** Seconds until another gateway carries the traffic to the outside. */
const FAILOVER = 10;
/** Seconds for the way back to the first gateway. Its ovn-controller looks for the databases every 8 s while it has no network. */
const RETURN = 20;

const LAN = {
  ...{ name: 'lan', subnet: ['10.20.0.0/24'], dhcp: {}, nat: true },
  dns: { domain: 'lab.test', forwarders: [] },
};
const WAN = {
  ...{ name: 'wan', bridge: 'br-ex', subnet: ['192.0.2.0/24'], gateway: [OUTSIDE] },
  ...{ addresses: ['192.0.2.10', '192.0.2.20'], gateways: ['hv1', 'hv2'] },
};

/** A cloud with so many more networks, of three ports each. */
function cloud(more = 0): Values {
  const hex = (number: number) => number.toString(16).padStart(2, '0');
  const one = (i: number) => ({
    name: `more${i}`,
    interfaces: [
      {
        network: `net${i % more}`,
        port: `00000000-0000-4000-9000-${String(i).padStart(12, '0')}`,
        mac: `52:54:00:22:${hex(i >> 8)}:${hex(i & 255)}`,
      },
    ],
  });
  return {
    purge: true,
    uplinks: [WAN],
    networks: [
      LAN,
      ...Array.from({ length: more }, (_, i) => ({ name: `net${i}`, subnet: [`10.30.${i}.0/24`], dhcp: {} })),
    ],
    hypervisors: [
      { name: 'hv1', guests: Array.from({ length: more * 3 }, (_, i) => one(i)) },
      { name: 'hv2', guests: [{ name: 'left1', ...nic(LEFT, 'lan', { addresses: ['10.20.0.5'] }) }] },
      { name: 'hv3', guests: [{ name: 'right1', ...nic(RIGHT, 'lan', { addresses: [RIGHT_ADDRESS] }) }] },
    ],
  };
}
const MORE = 100;

let lab: OvnLab;
let guests: NamespaceGuests;

const sh = (name: string, script: string) => lab.host(name).sh(script);
const pause = (seconds: number) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

async function run(on: string, args: Values): Promise<Result & Values & { seconds: number }> {
  const begin = Date.now();
  const result = await runModule(lab.host(on).hypervisor, 'ovn_topology', args);
  return { ...result, seconds: (Date.now() - begin) / 1000 };
}

/** The hypervisor that has a network's way outside, as the southbound database says. */
const gateway = (asked: string) =>
  sh(
    asked,
    `ovn-sbctl --no-leader-only --bare --columns=chassis find port_binding logical_port=cr-lan.outside \
       | xargs -r ovn-sbctl --no-leader-only --bare --columns=name list chassis`,
  );

/** How many ports of the added networks the southbound database has. */
const translated = async (asked: string) =>
  Number(
    await sh(
      asked,
      'ovn-sbctl --no-leader-only --bare --columns=logical_port list port_binding | grep -c ^00000000-0000-4000-9000 || true',
    ),
  );

const said = (name: string, database: Database) => status(lab, name, database).catch(() => '');

async function leads(database: Database): Promise<string> {
  let found: string | undefined;
  await until(30, 'a leader', async () => {
    found = await leader(lab, database);
    return found !== undefined;
  });
  return found ?? '';
}

beforeAll(async () => {
  lab = await OvnLab.start('f', [12, 12, 12]);
  guests = new NamespaceGuests((name) => lab.host(name).hypervisor);
  await lab.joinOutside();
  await lab.declare(CENTRAL);
  await lab.run(ANSIBLE);
  expect(await run('hv1', cloud())).toMatchObject({ changed: true, behind: [] });
  for (const one of [LEFT, RIGHT]) await guests.add(one);
  await guests.addOutside({ host: 'hv3', name: 'outside' });
  for (const one of [LEFT, RIGHT]) expect(await guests.lease(one)).toHaveProperty('router', '10.20.0.1');
});
afterAll(() => lab?.remove());

describe('the server that leads is killed in the middle of a run', () => {
  let pinging: Pinging;
  beforeAll(async () => {
    pinging = await Pinging.start(guests, LEFT, RIGHT_ADDRESS);
  });

  /** Waits on a host for its module to run. */
  const HAS_BEGUN = 'for i in $(seq 400); do pgrep -x node >/dev/null && break; sleep 0.05; done';
  /** Waits on a host until its server has the change: the first of the networks is there, or is gone. */
  const isWritten = (there: boolean) =>
    `for i in $(seq 400); do test "$(ovn-nbctl --no-leader-only --bare --columns=name find logical_switch name=net0)" = '${there ? 'net0' : ''}' && break; sleep 0.05; done`;

  it.each(
    DATABASES.flatMap((database) => [
      { database, moment: 'begun', where: 'another member' },
      { database, moment: 'written', where: 'another member' },
      { database, moment: 'begun', where: 'its host' },
      { database, moment: 'written', where: 'its host' },
    ]),
  )('$database.1, when a run on $where has $moment', async ({ database, moment, where }) => {
    const led = await leads(database);
    const others = NAMES.filter((name) => name !== led);
    const [another = '', third = ''] = others;
    const on = where === 'its host' ? led : another;
    const after = (await translated(another)) > 0 ? 0 : MORE * 3;
    const desired = cloud(after / 3);
    let ended = false;
    const running = run(on, desired).finally(() => {
      ended = true;
    });
    if (moment === 'begun') await sh(on, HAS_BEGUN);
    else await sh(led, isWritten(after > 0));
    const early = ended;
    await killServer(lab, led, database);
    try {
      const first = await running;
      console.log(
        `${database[1]}, ${moment}, ${where}: ${first.seconds.toFixed(1)} s, ${first.msg ?? `changed, behind: ${first.behind}`}`,
      );
      expect(early, 'the run had ended before').toBe(false);
      // Where the server was the run's own, another member has one.
      const done = first.failed ? await run(another, desired) : first;
      if (first.failed) expect(first.msg).toMatch(/OVN/);
      expect(done.msg).toBeUndefined();
      if (done.changed) expect(done.behind).toEqual([]);
      // While it is down. A run that changes nothing waits for nobody.
      const behind = async () => `${(await run(third, desired)).behind}`;
      await until(30, 'all have carried it out', async () => (await behind()) === '');
      expectUnchanged(await run(third, desired));
      await until(30, 'the southbound database has it', async () => (await translated(third)) === after);
    } finally {
      await sh(led, `systemctl start ${unitOf(database)}`);
      await until(60, 'its server runs', async () =>
        /^Status: cluster member/m.test(await said(led, database)),
      );
    }
    expectUnchanged(await run(led, desired));
  });

  it('and guests reach each other all the time', async () => {
    const { sent, lost, longestGap } = await pinging.stop();
    console.log(`between guests: ${lost} of ${sent} lost, longest gap ${longestGap.toFixed(2)} s`);
    expect(sent).toBeGreaterThan(100);
    expect(longestGap).toBeLessThan(STEADY);
  });
});

describe('the hypervisor that is the gateway, and leads both databases, loses its power', () => {
  let pingings: Pinging[];
  /** Waits until they are answered again. @param since milliseconds since 1970 */
  const answered = (since: number) =>
    until(90, 'answers', async () => {
      const last = await Promise.all(pingings.map((one) => one.lastAnswer()));
      return last.every((time) => time > since && time > Date.now() - 1000);
    });
  const start = async () => {
    pingings = [
      await Pinging.start(guests, LEFT, OUTSIDE),
      await Pinging.start(guests, RIGHT, OUTSIDE),
      await Pinging.start(guests, LEFT, RIGHT_ADDRESS),
    ];
  };
  const stop = async (what: string) => {
    const [left, right, inner] = await Promise.all(pingings.map((one) => one.stop()));
    if (!left || !right || !inner) throw new Error('no pings');
    const text = (one: typeof left) => `${one.longestGap.toFixed(1)} s (${one.lost} of ${one.sent} lost)`;
    console.log(`${what}: outside from hv2 ${text(left)}, from hv3 ${text(right)}; inside ${text(inner)}`);
    return { outside: Math.max(left.longestGap, right.longestGap), inside: inner.longestGap };
  };

  beforeAll(async () => {
    expect((await run('hv1', cloud())).msg).toBeUndefined();
    for (const database of DATABASES) await makeLeader(lab, 'hv1', database);
    await until(60, 'hv1 is the gateway', async () => (await gateway('hv2')) === 'hv1');
    await start();
  });

  it('another one takes its place', async () => {
    const { hypervisor } = lab.host('hv1');
    const killed = Date.now();
    process.kill(hypervisor.pid, 'SIGKILL');
    // What is answered before BFD sees it went out before.
    await pause(2);
    await answered(killed + 2000);
    // And goes on.
    await pause(2);
    const gap = await stop('gateway killed');
    expect(gap.outside).toBeLessThan(FAILOVER);
    expect(gap.inside).toBeLessThan(STEADY);
    await hypervisor.stop();
  });

  it('a run on a living member succeeds, and names it', async () => {
    const first = await run('hv2', cloud(2));
    console.log(`while it is dead: ${first.seconds.toFixed(1)} s`);
    expect(first).toMatchObject({ changed: true, behind: ['hv1'] });
    expect(first.warnings).toContainEqual(expect.stringContaining('not yet carried out by: hv1;'));
    expect(await gateway('hv3')).toBe('hv2');
    expect(await translated('hv3')).toBe(6);
    // Nobody waits for it any longer.
    const next = await run('hv3', cloud(1));
    console.log(`the next one: ${next.seconds.toFixed(1)} s`);
    expect(next).toMatchObject({ changed: true, behind: ['hv1'] });
    expect(next.seconds).toBeLessThan(15);
    expect(await run('hv2', cloud(1))).toMatchObject({ changed: false, behind: ['hv1'] });
  });

  it('it comes back, and all works without a run', async () => {
    await start();
    await lab.host('hv1').hypervisor.reboot();
    await lab.join();
    const back = Date.now();
    await until(90, 'hv1 is the gateway', async () => (await gateway('hv2')) === 'hv1');
    await sh('hv2', 'ovn-nbctl --no-leader-only --timeout=60 --wait=hv sync');
    console.log(`gateway again after ${((Date.now() - back) / 1000).toFixed(1)} s`);
    await answered(Date.now());
    const gap = await stop('gateway back');
    expect(gap.outside).toBeLessThan(RETURN);
    expect(gap.inside).toBeLessThan(STEADY);
    for (const name of NAMES) {
      // Its servers follow the leaders again when these have looked for them.
      let result = await run(name, cloud(1));
      await until(60, `a run on ${name}`, async () => {
        if (result.failed)
          console.log(`${name}, ${((Date.now() - back) / 1000).toFixed(1)} s: ${result.msg}`);
        else return true;
        result = await run(name, cloud(1));
        return !result.failed;
      });
      expect(result, name).toMatchObject({ changed: false, behind: [] });
    }
    for (const one of [LEFT, RIGHT]) expect(await guests.pings(one, OUTSIDE), one.name).toBe(true);
  });
});
