import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANSIBLES } from '../contract/ansible.ts';
import {
  DATABASES,
  type Database,
  killServer,
  leader as leaderOf,
  status as statusOf,
  unitOf,
  until,
} from './cluster.ts';
import { OvnLab } from './lab.ts';

// Three hypervisors, all of them members of the databases. The tests build on each other, in this order.
const [ANSIBLE = '2.14', OTHER = ANSIBLE] = ANSIBLES;
const CENTRAL = { ovn_central: ['hv1', 'hv2', 'hv3'] };

let lab: OvnLab;
beforeAll(async () => {
  lab = await OvnLab.start('c', [12, 12, 12]);
});
afterAll(() => lab?.remove());

const sh = (name: string, script: string) => lab.host(name).sh(script);

const status = (name: string, database: Database) => statusOf(lab, name, database);
const leader = (database: Database, hosts?: string[]) => leaderOf(lab, database, hosts);

const clusterIds = async (hosts = ['hv1', 'hv2', 'hv3']) => {
  const texts = await Promise.all(hosts.flatMap((name) => DATABASES.map((one) => status(name, one))));
  return [...new Set(texts.map((text) => /^Cluster ID: .*$/m.exec(text)?.[0]))];
};

const servers = async (name: string) =>
  (await Promise.all(DATABASES.map((one) => status(name, one)))).map((text) =>
    [...text.matchAll(/ at ssl:([\d.]+):/g)].map(([, one]) => one).sort(),
  );

const chassis = async (name: string) =>
  (await sh(name, 'ovn-sbctl --no-leader-only --bare --columns=name list chassis'))
    .split(/\s+/)
    .filter(Boolean)
    .sort();

const ALL = ['10.88.0.1', '10.88.0.2', '10.88.0.3'];

describe('three members', () => {
  it('check mode says what the run will change, on hosts that have nothing', async () => {
    await lab.declare(CENTRAL);
    const { changed } = await lab.run(ANSIBLE, '--check', '--diff');
    for (const name of ['hv1', 'hv2', 'hv3']) expect(changed[name], name).toBeGreaterThan(2);
    expect(await sh('hv1', 'ls /etc/piecewise-cloud 2>/dev/null || true')).toBe('');
  });

  it('found one cluster for each database, and are chassis', async () => {
    await lab.run(ANSIBLE);
    expect(await servers('hv2')).toEqual([ALL, ALL]);
    expect(await clusterIds()).toHaveLength(2);
    expect(await chassis('hv3')).toEqual(['hv1', 'hv2', 'hv3']);
  });

  it('are as declared after one run', async () => {
    for (const ansible of [OTHER, ANSIBLE]) {
      const { changed, output } = await lab.run(ansible);
      expect(changed, output).toEqual({ hv1: 0, hv2: 0, hv3: 0 });
    }
  });

  it('carry out what is written, whichever of them leads', async () => {
    // northd of one member is active, and reaches the leaders of both databases.
    await sh('hv2', 'ovn-nbctl --no-leader-only --timeout=20 --wait=hv ls-add sw1');
    const led = await leader(DATABASES[0]);
    await sh(led ?? '', 'systemctl restart ovn-ovsdb-server-nb');
    await until(20, 'a leader', async () => (await leader(DATABASES[0])) !== undefined);
    expect(await leader(DATABASES[0])).not.toBe(led);
    const other = led === 'hv2' ? 'hv3' : 'hv2';
    await sh(other, 'ovn-nbctl --no-leader-only --timeout=30 --wait=hv ls-add sw2');
  });

  it('keep the private keys to themselves', async () => {
    const { output } = await lab.run(ANSIBLE, '-vvv');
    expect(output).not.toContain('PRIVATE KEY');
    const keys = await Promise.all(
      ['hv1', 'hv2'].map((name) => sh(name, 'cat /etc/piecewise-cloud/ovn/key.pem')),
    );
    expect(new Set(keys).size).toBe(2);
    expect(await sh('hv1', 'stat -c %a /etc/piecewise-cloud/ovn/key.pem /etc/piecewise-cloud/ovn-ca')).toBe(
      '600\n700',
    );
    expect(await lab.host('hv2').code('test -e /etc/piecewise-cloud/ovn-ca')).toBe(1);
  });
});

describe('no port answers a stranger', () => {
  const OWN = '/etc/piecewise-cloud/ovn';
  const client = (port: number, key: string, certificate: string, ca: string) =>
    `ovsdb-client -t 5 --private-key=${key} --certificate=${certificate} --ca-cert=${ca} list-dbs ssl:10.88.0.2:${port}`;
  const CHASSIS = [`${OWN}/key.pem`, `${OWN}/chassis.crt`, `${OWN}/members-ca.crt`] as const;
  const MEMBER = [`${OWN}/key.pem`, `${OWN}/member.crt`, `${OWN}/members-ca.crt`] as const;
  const FOREIGN = ['/root/foreign.key', '/root/foreign.crt', `${OWN}/members-ca.crt`] as const;
  const code = (script: string) => lab.host('hv1').code(script);

  beforeAll(async () => {
    // Of the same names, by another authority.
    await sh(
      'hv1',
      `cd /root
       openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.crt -subj '/CN=piecewise-cloud OVN members'
       openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout foreign.key -out foreign.csr -subj /CN=hv1
       openssl x509 -req -in foreign.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out foreign.crt`,
    );
  });

  it('only these are open, on the address of the underlay', async () => {
    const open = await sh('hv2', "ss -Hltn | awk '{print $4}' | grep -E ':(66|166)[0-9]+$' | sort");
    expect(open.split('\n')).toEqual(
      [6641, 6642, 6643, 6644, 16642].map((port) => `10.88.0.2:${port}`).sort(),
    );
  });

  it('the database of chassis takes their certificates', async () => {
    expect(await code(client(6642, ...CHASSIS))).toBe(0);
    expect(await code(client(6642, ...FOREIGN))).not.toBe(0);
    expect(await code('ovsdb-client -t 5 list-dbs tcp:10.88.0.2:6642')).not.toBe(0);
  });

  it.each([6641, 16642])('%i takes those of members, and not those of chassis', async (port) => {
    expect(await code(client(port, ...MEMBER))).toBe(0);
    expect(await code(client(port, ...CHASSIS))).not.toBe(0);
    expect(await code(client(port, ...FOREIGN))).not.toBe(0);
    expect(await code(`ovsdb-client -t 5 list-dbs tcp:10.88.0.2:${port}`)).not.toBe(0);
  });

  it.each([
    ['nb', 'OVN_Northbound', 6643],
    ['sb', 'OVN_Southbound', 6644],
  ] as const)(
    'the cluster of %s takes no server with the certificate of a chassis',
    async (short, schema, port) => {
      const join = async (key: string, certificate: string, ca: string) => {
        const file = `/root/${short}.db`;
        await sh(
          'hv1',
          `rm -f ${file}; ovsdb-tool join-cluster ${file} ${schema} ssl:10.88.0.1:7777 ssl:10.88.0.2:${port}`,
        );
        return sh(
          'hv1',
          `ovsdb-server --detach --no-chdir --pidfile=/root/s.pid --unixctl=/root/s.ctl --log-file=/root/s.log -vconsole:off \
           --private-key=${key} --certificate=${certificate} --ca-cert=${ca} ${file}
         sleep 4; ovs-appctl -t /root/s.ctl cluster/status ${schema} | grep Status; kill $(cat /root/s.pid); sleep 0.5`,
        );
      };
      expect(await join(...CHASSIS)).toBe('Status: joining cluster');
      expect(await join(...FOREIGN)).toBe('Status: joining cluster');
      expect(await servers('hv2')).toEqual([ALL, ALL]);
    },
  );

  it('a chassis writes only what is about itself', async () => {
    const write = (operation: object) =>
      sh(
        'hv1',
        `ovsdb-client -t 5 --private-key=${CHASSIS[0]} --certificate=${CHASSIS[1]} --ca-cert=${CHASSIS[2]} transact ssl:10.88.0.2:6642 \
          '${JSON.stringify(['OVN_Southbound', operation])}'`,
      );
    const update = (name: string) =>
      write({
        op: 'update',
        table: 'Chassis',
        where: [['name', '==', name]],
        row: { external_ids: ['map', [['test', 'x']]] },
      });
    expect(await update('hv2')).toContain('permission error');
    expect(await update('hv1')).toContain('"count":1');
    const flow = { pipeline: 'ingress', table_id: 0, priority: 1, match: '1', actions: 'next;' };
    expect(await write({ op: 'insert', table: 'Logical_Flow', row: flow })).toContain('permission error');
  });
});

describe('failures', () => {
  it('restarting northd leaves the databases up', async () => {
    const pids = () => sh('hv1', 'systemctl show -P MainPID ovn-ovsdb-server-nb ovn-ovsdb-server-sb');
    const before = await pids();
    await sh('hv1', 'systemctl restart ovn-northd');
    expect(await pids()).toBe(before);
    expect((await servers('hv1'))[0]).toEqual(ALL);
  });

  it('another leads within seconds when the leader is killed', async () => {
    for (const database of DATABASES) {
      const led = (await leader(database)) ?? '';
      const others = ['hv1', 'hv2', 'hv3'].filter((name) => name !== led);
      await killServer(lab, led, database);
      const took = await until(
        15,
        'another leader',
        async () => (await leader(database, others)) !== undefined,
      );
      console.log(`${database[1]}: another leader after ${took.toFixed(1)} s`);
      await sh(others[0] ?? '', 'ovn-nbctl --no-leader-only --timeout=30 --wait=sb set NB_Global . name=x');
      await sh(led, `systemctl start ${unitOf(database)}`);
      const answers = `ovn-${database[0]}ctl --no-leader-only --timeout=5 show`;
      await until(60, 'its server', async () => (await lab.host(led).code(answers)) === 0);
    }
  });

  it('a server whose file is lost founds no second cluster by itself', async () => {
    await sh('hv3', 'systemctl stop ovn-ovsdb-server-nb; mv /var/lib/ovn/ovnnb_db.db /root/nb.kept');
    await lab.host('hv3').code('systemctl start ovn-ovsdb-server-nb; sleep 2');
    expect(await lab.host('hv3').code('test -e /var/lib/ovn/ovnnb_db.db')).toBe(1);
    await sh(
      'hv3',
      'systemctl stop ovn-ovsdb-server-nb; mv /root/nb.kept /var/lib/ovn/ovnnb_db.db; systemctl reset-failed; systemctl start ovn-ovsdb-server-nb',
    );
  });
});

describe('certificates', () => {
  const serial = (name: string, file: string) =>
    sh(name, `openssl x509 -in /etc/piecewise-cloud/ovn/${file} -noout -serial`);
  const presented = () =>
    sh(
      'hv1',
      `cd /etc/piecewise-cloud/ovn; for i in 1 2; do openssl s_client -connect 10.88.0.2:6642 -key key.pem -cert chassis.crt </dev/null 2>/dev/null \
         | openssl x509 -noout -serial; done | tail -1`,
    );

  it('that end soon are renewed, without a restart', async () => {
    const before = await serial('hv2', 'member.crt');
    const pids = () =>
      sh(
        'hv2',
        'systemctl show -P MainPID ovn-ovsdb-server-nb ovn-ovsdb-server-sb piecewise-cloud-ovn-relay ovn-controller',
      );
    const running = await pids();
    await lab.declare({ ...CENTRAL, ovn_certificate_days: 900, ovn_renew_days: 830 });
    const { changed } = await lab.run(ANSIBLE);
    expect(changed.hv2).toBeGreaterThan(0);
    const after = await serial('hv2', 'member.crt');
    expect(after).not.toBe(before);
    expect(await pids()).toBe(running);
    expect(await presented()).toBe(after);
    expect((await lab.run(OTHER)).changed).toEqual({ hv1: 0, hv2: 0, hv3: 0 });
    await lab.declare(CENTRAL);
    await sh('hv1', 'ovn-nbctl --no-leader-only --timeout=30 --wait=hv sync');
  });
});

describe('members', { timeout: 600_000 }, () => {
  it('one that was installed again joins its cluster', async () => {
    const before = await clusterIds(['hv2', 'hv3']);
    await lab.reinstall('hv1');
    await lab.declare(CENTRAL);
    // hv1 alone can't know.
    const alone = await lab.play(ANSIBLE, '--limit', 'hv1');
    expect(alone.exitCode).not.toBe(0);
    expect(alone.output.replace(/\s+/g, ' ')).toMatch(
      /hv2, hv3 can't be asked whether there is a cluster already/,
    );
    await lab.run(ANSIBLE);
    expect(await clusterIds()).toEqual(before);
    expect(await servers('hv1')).toEqual([ALL, ALL]);
    expect(await chassis('hv2')).toEqual(['hv1', 'hv2', 'hv3']);
    await sh('hv1', 'ovn-nbctl --no-leader-only --timeout=30 --wait=hv sync');
    expect(await sh('hv1', 'ovn-nbctl --no-leader-only --bare --columns=name list logical_switch')).toContain(
      'sw1',
    );
    expect((await lab.run(OTHER)).changed).toEqual({ hv1: 0, hv2: 0, hv3: 0 });
  });

  it('a host with a database of another user is an error that names the file', async () => {
    await lab.declare({ ovn_central: ['hv1'] });
    await lab.run(ANSIBLE);
    expect(await servers('hv1')).toEqual([['10.88.0.1'], ['10.88.0.1']]);
    expect(await lab.host('hv2').code('test -e /var/lib/ovn/ovnnb_db.db')).toBe(1);
    // With one member, the ports for other members are closed.
    const open = await sh('hv1', "ss -Hltn | awk '{print $4}' | grep -E ':(66|166)[0-9]+$' | sort");
    expect(open.split('\n')).toEqual([6642, 6643, 6644].map((port) => `10.88.0.1:${port}`));
    await sh(
      'hv2',
      'systemctl start ovn-central ovn-ovsdb-server-nb; sleep 2; ovn-nbctl --timeout=10 ls-add mine',
    );
    await lab.declare(CENTRAL);
    const { exitCode, output } = await lab.play(ANSIBLE);
    expect(exitCode).not.toBe(0);
    expect(output.replace(/\s+/g, ' ')).toMatch(
      /ovnnb_db.db is a standalone database that has rows, .* it is kept/,
    );
    expect(await sh('hv2', 'ovn-nbctl --bare --columns=name list logical_switch')).toBe('mine');
    await sh('hv2', 'ovn-nbctl ls-del mine');
    await lab.run(OTHER);
    expect(await servers('hv2')).toEqual([ALL, ALL]);
    expect((await lab.run(ANSIBLE)).changed).toEqual({ hv1: 0, hv2: 0, hv3: 0 });
  });

  it('one that is dead stays until the task says so', async () => {
    await lab.host('hv3').hypervisor.stop();
    await lab.declare({ ovn_central: ['hv1'] });
    const limit = ['--limit', 'hv1,hv2'];
    // Without hv2, hv1 would be one of two.
    const { exitCode, output } = await lab.play(ANSIBLE, ...limit);
    expect(exitCode).not.toBe(0);
    const text = output.replace(/\s+/g, ' ');
    expect(text).toMatch(/has a server at ssl:10.88.0.3:6643, which is not among 'members'/);
    expect(text).toMatch(/hv2 can't leave the cluster .* ssl:10.88.0.3:6643 did not answer/);
    expect((await servers('hv1'))[0]).toEqual(ALL);
    await lab.declare({ ovn_central: ['hv1'], ovn_dead: ['10.88.0.3'] });
    await lab.run(ANSIBLE, ...limit);
    expect(await servers('hv1')).toEqual([['10.88.0.1'], ['10.88.0.1']]);
    expect(await chassis('hv1')).toEqual(['hv1', 'hv2']);
    await sh('hv1', 'ovn-nbctl --timeout=30 --wait=hv sync');
    expect((await lab.run(OTHER, ...limit)).changed).toEqual({ hv1: 0, hv2: 0 });
  });

  it('that leave OVN leave nothing of ours', async () => {
    await lab.declare({ ovn_central: ['hv1'] }, { hv2: { ovn_state: 'absent' } });
    const limit = ['--limit', 'hv1,hv2'];
    await lab.run(ANSIBLE, ...limit);
    expect(await chassis('hv1')).toEqual(['hv1']);
    expect((await lab.run(OTHER, ...limit)).changed).toEqual({ hv1: 0, hv2: 0 });
    await lab.declare({ ovn_central: ['hv1'], ovn_state: 'absent' });
    await lab.run(ANSIBLE, '--limit', 'hv1');
    for (const name of ['hv1', 'hv2']) {
      const left = await sh(
        name,
        `find /etc/piecewise-cloud/ovn /etc/systemd/system /var/lib/ovn 2>/dev/null | grep -E 'ovn/|piecewise' || true
         ovs-vsctl list-br; ovs-vsctl get Open_vSwitch . external_ids | grep -o 'ovn-[a-z-]*=' || true
         systemctl is-active ovn-controller ovn-northd ovn-ovsdb-server-nb ovn-ovsdb-server-sb | sort -u`,
      );
      expect(left.split('\n'), name).toEqual(['br-phy', 'inactive']);
    }
    expect((await lab.run(OTHER, '--limit', 'hv1')).changed).toEqual({ hv1: 0 });
  });
});
