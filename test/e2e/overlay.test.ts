import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ANSIBLES, type Ansible, makeProject, type Project } from '../contract/ansible.ts';
import { findHypervisor, type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { hostVariables } from '../lab/inventory.ts';
import { link } from '../lab/link.ts';
import type { Release } from '../lab/packages.ts';
import { LAB_VARIABLES } from '../support/playbook.ts';

// A mesh of three hypervisors, each with a namespace on VLAN 25 of the bridge that it joins. The tests build on each
// other, in this order. The underlay's address is on a bridge, as tunnels of the userspace datapath need it.
const LONG = 'hypervisor-three.example.com';
const HOSTS: Record<string, { lab: string; release: Release }> = {
  hv1: { lab: 'overlay1', release: 12 },
  hv2: { lab: 'overlay2', release: 13 },
  [LONG]: { lab: 'overlay3', release: 12 },
};
const NAMES = Object.keys(HOSTS);
const number = (name: string) => NAMES.indexOf(name) + 1;
const underlay = (name: string) => `10.77.0.${number(name)}`;
const inside = (name: string) => `10.25.0.${number(name)}`;

const hypervisors: Record<string, Hypervisor> = {};
let project: Project;
const sh = async (name: string, script: string) =>
  (await hypervisors[name]?.exec(['sh', '-c', script]))?.stdout ?? '';

type Variables = Record<string, unknown>;

/** Writes the inventory: these hosts with variables beside what they all have. */
async function declare(hosts: Record<string, Variables>): Promise<void> {
  const all = Object.entries(hosts).map(async ([name, variables]) => {
    const ovs = {
      bridges: [{ name: 'br-phy' }, { name: 'ovs-lan' }],
      ports: [
        { bridge: 'br-phy', port: 'host0', type: 'system' },
        { bridge: 'br-phy', port: 'br-phy', address: `${underlay(name)}/24` },
      ],
    };
    const common = { ovs, overlay_bridge: 'ovs-lan', overlay_address: underlay(name) };
    const reached = await hostVariables(HOSTS[name]?.lab ?? '');
    return [name, { ...reached, ...LAB_VARIABLES, ...common, ...variables }] as const;
  });
  const inventory = { kvm: { hosts: Object.fromEntries(await Promise.all(all)) } };
  writeFileSync(join(project.directory, 'hosts.yml'), stringify(inventory, { lineWidth: 0 }));
}

async function play(ansible: Ansible, playbook: string, ...args: string[]) {
  const run = await project.run(ansible, ['ansible-playbook', `piecewise.cloud.${playbook}`, ...args]);
  const recap = [...run.stdout.matchAll(/^(\S+)\s+: ok=\d+\s+changed=(\d+)/gm)];
  const changed = Object.fromEntries(recap.map(([, host = '', count]) => [host, Number(count)]));
  return { ...run, output: `${run.stdout}\n${run.stderr}`, changed };
}

async function mustPass(...args: Parameters<typeof play>) {
  const run = await play(...args);
  expect(run.exitCode, run.output).toBe(0);
  return run;
}

/** Runs networks.yml, and again by the other Ansible, which changes nothing. */
async function settles(ansible: Ansible): Promise<void> {
  await mustPass(ansible, 'networks');
  const [other = ansible] = ANSIBLES.filter((one) => one !== ansible);
  const { changed, output } = await mustPass(other, 'networks');
  expect([...new Set(Object.values(changed))], output).toEqual([0]);
}

/** The addresses at the other ends of a host's tunnels. */
const tunnels = async (name: string) =>
  (await sh(name, 'ovs-vsctl --bare --columns=options find interface type=vxlan'))
    .split('\n')
    .flatMap((options) => /remote_ip=(\S+)/.exec(options)?.[1] ?? [])
    .sort();

const ping = async (from: string, to: string) =>
  (
    await hypervisors[from]?.exec(
      ['ip', 'netns', 'exec', 'guest', 'ping', '-c', '2', '-i', '0.2', '-W', '2', inside(to)],
      { check: false },
    )
  )?.exitCode === 0;

async function allPing(...names: string[]): Promise<void> {
  for (const from of names) {
    for (const to of names.filter((name) => name !== from)) {
      expect(await ping(from, to), `${from} pings ${to}`).toBe(true);
    }
  }
}

/** How often each of five broadcasts of one host arrives at the others, and at itself. */
async function broadcasts(from: string, to: readonly string[]): Promise<number[]> {
  const filter = "'icmp[icmptype] = icmp-echo and dst host 10.25.0.255'";
  const counts = to.map((name) =>
    sh(
      name,
      `timeout 4 ip netns exec guest tcpdump -nl -Q in -i guest ${filter} 2>/dev/null | grep -c request || true`,
    ),
  );
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await sh(from, 'ip netns exec guest ping -b -c 5 -i 0.2 -W 1 10.25.0.255 >/dev/null 2>&1 || true');
  return (await Promise.all(counts)).map(Number);
}

beforeAll(async () => {
  for (const [name, { lab, release }] of Object.entries(HOSTS)) {
    await (await findHypervisor(lab))?.remove();
    hypervisors[name] = await startHypervisor({ name: lab, release });
  }
  await link(...Object.values(HOSTS).map(({ lab }) => ({ name: lab })));
  project = await makeProject();
  for (const name of NAMES) {
    await sh(
      name,
      `ovs-vsctl add-br ovs-lan -- set bridge ovs-lan datapath_type=netdev \
         -- add-port ovs-lan guest tag=25 -- set interface guest type=internal
       ip netns add guest; ip link set guest netns guest
       ip -n guest address add ${inside(name)}/24 dev guest; ip -n guest link set guest up`,
    );
  }
});

afterAll(async () => {
  project?.remove();
  for (const hypervisor of Object.values(hypervisors)) await hypervisor.remove();
});

describe('the mesh', () => {
  it('of two hosts carries VLAN 25', async () => {
    await declare({ hv1: {}, hv2: {} });
    await settles('2.14');
    await allPing('hv1', 'hv2');
    expect(await tunnels('hv1')).toEqual([underlay('hv2')]);
    expect(await sh('hv1', 'ovs-vsctl --bare --columns=name find port protected=true')).toBe('ov-hv2');
  });

  it('of three hosts delivers no broadcast twice, or back to its sender', async () => {
    await declare({ hv1: {}, hv2: {}, [LONG]: {} });
    const planned = await mustPass('2.19', 'networks', '--check', '--diff');
    expect(await tunnels('hv1')).toEqual([underlay('hv2')]);
    expect(planned.output).toContain(underlay(LONG));
    await settles('2.19');
    await allPing(...NAMES);
    expect(await sh('hv1', 'ovs-vsctl list-ports ovs-lan | grep hyperv')).toMatch(/^ov-hyperv-[0-9a-f]{5}$/);
    for (const from of NAMES) {
      expect(await broadcasts(from, NAMES)).toEqual(NAMES.map((to) => (to === from ? 0 : 5)));
    }
  });

  it('keeps all members in a run with --limit', async () => {
    const { changed } = await mustPass('2.14', 'networks', '--limit', 'hv1');
    expect(changed).toEqual({ hv1: 0 });
    expect(await tunnels('hv1')).toHaveLength(2);
  });

  it('keeps ports of others on the bridge, and repairs its tunnels', async () => {
    await sh(
      'hv1',
      'ovs-vsctl add-port ovs-lan other -- set interface other type=vxlan options:remote_ip=10.77.0.9 options:key=9',
    );
    await sh('hv1', 'ovs-vsctl del-port ov-hv2');
    await settles('2.14');
    expect(await tunnels('hv1')).toEqual([underlay('hv2'), underlay(LONG), '10.77.0.9']);
    await sh('hv1', 'ovs-vsctl del-port other');
  });

  it('works without a host that left, and has no tunnel to it', async () => {
    await declare({ hv1: {}, hv2: { overlay_state: 'absent' }, [LONG]: {} });
    await settles('2.14');
    expect(await tunnels('hv2')).toEqual([]);
    expect(await tunnels('hv1')).toEqual([underlay(LONG)]);
    expect(await tunnels(LONG)).toEqual([underlay('hv1')]);
    await allPing('hv1', LONG);
    expect(await ping('hv1', 'hv2')).toBe(false);
  });

  it.each(['geneve', 'gre'])('works with %s too', async (overlay_type) => {
    const more = { overlay_type, overlay_key: 7, overlay_port: { trunks: [25] } };
    await declare({ hv1: more, hv2: more });
    if (overlay_type === 'geneve') await settles('2.19');
    else await mustPass('2.14', 'networks');
    expect(await sh('hv1', 'ovs-vsctl get interface ov-hv2 type options:key -- get port ov-hv2 trunks')).toBe(
      `${overlay_type}\n"7"\n[25]`,
    );
    await allPing('hv1', 'hv2');
  });

  // This kernel has no ESP, so the test looks at the configuration that openvswitch-ipsec gets, and writes.
  it('is encrypted with a key that no output shows', async () => {
    const secret = 'Tr0ub4dor-overlay';
    await declare({ hv1: { overlay_psk: secret }, hv2: { overlay_psk: secret } });
    const told = [
      await mustPass('2.14', 'networks', '--diff', '-vvv'),
      await mustPass('2.19', 'networks', '--diff', '-vvv'),
    ];
    expect(told[1]?.changed).toEqual({ hv1: 0, hv2: 0 });
    for (const { output } of told) {
      expect(output).not.toContain(secret);
      expect(output.replace(/\s+/g, ' ')).toMatch(
        /ovs-lan has 'datapath_type: netdev', .* are not encrypted/,
      );
    }
    await allPing('hv1', 'hv2');
    for (const name of ['hv1', 'hv2']) {
      const [peer = ''] = await tunnels(name);
      expect(
        await sh(name, 'systemctl is-active openvswitch-ipsec; systemctl is-enabled openvswitch-ipsec'),
      ).toBe('active\nenabled');
      const wait = `for i in $(seq 100); do grep -q ${peer} /etc/ipsec.secrets && break; sleep 0.1; done`;
      expect(await sh(name, `${wait}; grep PSK /etc/ipsec.secrets`)).toBe(`%any ${peer} : PSK "${secret}"`);
      expect(await sh(name, 'cat /etc/ipsec.conf')).toMatch(new RegExp(`right=${peer}\\s+authby=psk`));
      expect(await sh(name, 'stat -c %a /etc/ipsec.secrets')).toBe('600');
    }
    // They hold the same key and agree on the ciphers; what then fails here is to hand these to the kernel.
    const start = `since=$(date +%s); ipsec up ov-hv2-out-1 >/dev/null; echo $since`;
    const since = await sh('hv1', start);
    const log = await sh('hv2', `journalctl --no-pager --since=@${since} | grep charon`);
    expect(log).toContain(`authentication of '${underlay('hv1')}' with pre-shared key successful`);
    expect(log).toContain('selected proposal: ESP:AES_GCM_16_256');
    await declare({ hv1: {}, hv2: {} });
    await mustPass('2.14', 'networks');
    await allPing('hv1', 'hv2');
  });
});

describe('wrong variables are an error, and nothing is changed', () => {
  // What the object's unit tests and those of the check of variables cover isn't asked again.
  const rows: [string, Variables, Variables, RegExp][] = [
    [
      'a host without an address',
      {},
      { overlay_address: '' },
      /option 'members': hv2 has no address: .*inventory/,
    ],
    [
      "an address that isn't the host's",
      { overlay_address: '10.77.0.8' },
      {},
      /no interface with the address 10\.77\.0\.8/,
    ],
    [
      'a group that is not there',
      { overlay_group: 'meshes' },
      {},
      /option 'members': is empty: give the hosts/,
    ],
    [
      'a key that a file would break on',
      { overlay_psk: 'Tr0ub4dor "x"' },
      {},
      /hv1: overlay_psk must be without spaces, quotes/,
    ],
  ];
  const traces = () =>
    sh('hv1', 'ovs-vsctl --columns=name,ports list bridge; ovs-vsctl --columns=name,options list interface');
  it.each(rows)('%s', async (_, first, second, message) => {
    await declare({ hv1: first, hv2: second });
    const before = await traces();
    const { exitCode, output } = await play('2.14', 'networks', '--limit', 'hv1');
    expect(exitCode).not.toBe(0);
    expect(output.replace(/\s+/g, ' ')).toMatch(message);
    expect(output).not.toContain('Tr0ub4dor');
    expect(await traces()).toBe(before);
  });

  it('a spanning tree on the bridge', async () => {
    await declare({ hv1: {}, hv2: {} });
    await sh('hv1', 'ovs-vsctl set bridge ovs-lan rstp_enable=true');
    const { exitCode, output } = await play('2.14', 'networks');
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/ovs-lan has 'rstp_enable: true'/);
    await sh('hv1', 'ovs-vsctl set bridge ovs-lan rstp_enable=false');
  });
});

describe('several overlays, and none', () => {
  it('a missing bridge is created, and removed with the overlay', async () => {
    const more = { overlay_bridge: 'mesh', overlay_name: 'm', overlay_key: 8 };
    await declare({ hv1: more, hv2: more });
    await settles('2.19');
    expect(await sh('hv1', 'ovs-vsctl list-ports mesh; ovs-vsctl list-ports ovs-lan')).toBe(
      'm-hv2\nguest\nov-hv2',
    );
    await declare({ hv1: { ...more, overlay_state: 'absent' }, hv2: more });
    await mustPass('2.14', 'networks');
    expect(await sh('hv1', 'ovs-vsctl list-br')).toBe('br-phy\novs-lan');
    expect(await sh('hv2', 'ovs-vsctl list-ports mesh')).toBe('');
  });

  it('destroy.yml removes the tunnels', async () => {
    await declare({ hv1: {}, hv2: {} });
    await mustPass('2.19', 'destroy', '-e', 'destroy_confirm=hv1', '--limit', 'hv1');
    expect(await sh('hv1', 'ovs-vsctl list-br')).toBe('');
    await mustPass('2.14', 'networks');
    expect(await tunnels('hv1')).toEqual([underlay('hv2')]);
  });
});
