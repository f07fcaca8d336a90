import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANSIBLES } from '../contract/ansible.ts';
import { leftovers, stateOn } from '../move/by-steps.ts';
import { breaks, COUNTER, Counter, longestGap } from '../move/counter.ts';
import { addressOf, askDisks, countingVm, type GuestOptions } from '../move/guest.ts';
import { type MoveHost, type MoveLab, startMoveLab } from '../move/lab.ts';

// Three hypervisors with the databases of OVN on each, and guests of one network on two of them, by site.yml alone. A third party,
// whose port was made by hand, counts with one of them. The tests build on each other, in this order.
const [ANSIBLE = '2.14'] = ANSIBLES;
const HOSTS = ['hv1', 'hv2', 'hv3'] as const;
const WALKER: GuestOptions = { name: 'walker', number: 10, data: false };
const OTHER: GuestOptions = { name: 'other', number: 11, data: false };

const GROUPS = [{ name: 'ask', rules: [{ protocol: 'tcp', ports: ['7008'], from_network: 'lan' }] }];
const CLOUD = {
  network_engine: 'ovn',
  ovn_central: [...HOSTS],
  security_groups: GROUPS,
  networks: [
    {
      ...{ name: 'lan', subnet: ['10.25.0.0/24'], gateway: '10.25.0.254', host_port: true },
      ...{ dhcp: {}, dns: { domain: 'lab.test', forwarders: [] } },
    },
  ],
};

let lab: MoveLab;
let counter: Counter;

const vm = (guest: GuestOptions, more: object = {}) => ({
  ...countingVm(guest),
  ...{ ovs: [], interfaces: [], networks: [{ name: 'lan', address: addressOf(guest), ...more }] },
});
const walker = (more: object = {}) => ({ ...vm(WALKER, { security_groups: ['ask'] }), ...more });

async function declare(vms: Partial<Record<(typeof HOSTS)[number], object[]>>): Promise<void> {
  const variables = HOSTS.map((name) => [
    name,
    { ovn_address: lab.host(name).address, vms: vms[name] ?? [] },
  ]);
  await lab.declare(Object.fromEntries(variables), CLOUD);
}
async function passes(playbook: string, ...args: string[]): Promise<string> {
  const { exitCode, output } = await lab.play(ANSIBLE, playbook, ...args);
  expect(exitCode, output).toBe(0);
  return output;
}
const changed = (output: string) =>
  [...output.matchAll(/^(hv\d) +: .*changed=(\d+)/gm)].map(([, host, count]) => [host, Number(count)]);

/** The third party, on the third host: its port in the network is made by hand. */
async function addThird(): Promise<void> {
  const mac = '52:54:00:99:00:01';
  await lab.third.sh(`ovn-nbctl --no-leader-only --wait=sb lsp-add lan third -- lsp-set-addresses third "${mac} ${COUNTER.address}"
    ovs-vsctl --may-exist add-port br-int third -- set interface third type=internal mac='"${mac}"' external_ids:iface-id=third
    ip netns add third; ip link set third netns third
    ip -n third link set lo up; ip -n third address add ${COUNTER.address}/24 dev third; ip -n third link set third up mtu 1442
    for i in $(seq 100); do ovn-nbctl --no-leader-only get logical_switch_port third up | grep -q true && break; sleep 0.1; done`);
  await lab.third.sh('ip netns exec third ethtool -K third tx off >/dev/null 2>&1 || true');
}
const ping = ({ sh }: MoveHost, to: string, inside = '') =>
  sh(`${inside} ping -c 3 -w 6 ${to} >/dev/null 2>&1 && echo answers || true`);

beforeAll(async () => {
  lab = await startMoveLab({ prefix: 'on', releases: [12, 12, 12], mesh: 'none' });
  await declare({});
}, 900_000);
afterAll(() => lab?.remove());

describe('a cloud on OVN', { timeout: 900_000 }, () => {
  it('has its networks and guests on all hosts', async () => {
    await passes('site');
    await addThird();
    counter = await Counter.start(lab.third);
    await declare({ hv1: [vm(OTHER)], hv2: [walker()] });
    await passes('site');
    for (const guest of [WALKER, OTHER]) await counter.more(addressOf(guest), 5, 300);
  });

  it('lets in what the groups of a guest allow, and nothing else; others are open', async () => {
    expect(await askDisks(lab.third, WALKER)).toHaveLength(1);
    expect(await ping(lab.third, addressOf(WALKER), 'ip netns exec third')).toBe('');
    expect(await ping(lab.third, addressOf(OTHER), 'ip netns exec third')).toBe('answers');
  });

  it('gives each host an interface in the network, by which it reaches guests of others', async () => {
    for (const host of lab.hosts) expect(await ping(host, addressOf(OTHER)), host.name).toBe('answers');
  });

  it('is unchanged by a second run, and in check mode', async () => {
    for (const args of [['--check'], []]) {
      const output = await passes('site', ...args);
      expect(changed(output), output).toEqual(HOSTS.map((host) => [host, 0]));
    }
  });

  it('moves a guest live, whose count goes on', async () => {
    await declare({ hv1: [vm(OTHER)], hv3: [walker({ migrate: 'live' })] });
    const begun = Date.now();
    await passes('site');
    const arrivals = await counter.more(addressOf(WALKER));
    expect(breaks(arrivals)).toEqual([]);
    const gap = longestGap(arrivals.filter(({ time }) => time > begun));
    console.log(`longest gap ${gap} ms`);
    // Half a minute is what it takes where OVN stops the old port before the new one is active.
    expect(gap).toBeLessThan(20_000);
    expect(await stateOn(lab.host('hv2'), WALKER.name)).toBe('');
    expect(await stateOn(lab.host('hv3'), WALKER.name)).toBe('running');
    for (const name of ['hv2', 'hv3']) expect(await leftovers(lab.host(name))).toBe('');
    const options = await lab.third.sh(
      'ovn-nbctl --no-leader-only --bare --columns=options find logical_switch_port',
    );
    expect(options).not.toMatch(/requested-chassis|activation-strategy/);
    expect(changed(await passes('site'))).toEqual(HOSTS.map((host) => [host, 0]));
    expect(await askDisks(lab.third, WALKER)).toHaveLength(1);
  });

  it('makes the guest of a host that is lost on another one, with its address', async () => {
    // It has the authorities, and databases.
    const lost = lab.host('hv1');
    await lost.hypervisor.stop();
    await declare({ hv2: [vm(OTHER)], hv3: [walker()] });
    const others = ['--limit', 'hv2,hv3'];
    const { exitCode, output } = await lab.play(ANSIBLE, 'site', ...others);
    expect(exitCode).not.toBe(0);
    expect(output).toContain('confirm_dead=hv1');
    // The status shows the others, with what differs from the variables.
    const status = (await lab.play(ANSIBLE, 'status')).output;
    expect(status).toMatch(new RegExp(`${WALKER.name} +.*running`));
    await passes('site', ...others, '-e', 'confirm_dead=hv1');
    await counter.more(addressOf(OTHER), 5, 300);
    expect(await ping(lab.third, addressOf(OTHER), 'ip netns exec third')).toBe('answers');
    // It comes back, and its guest is removed before it has a network.
    await lost.hypervisor.reboot();
    await lost.sh(
      `virsh -q destroy ${OTHER.name} || true; virsh -q undefine ${OTHER.name}; rm -rf /var/lib/libvirt/images/${OTHER.name}`,
    );
    await lab.connect(lost);
    await passes('site');
    expect(changed(await passes('site'))).toEqual(HOSTS.map((host) => [host, 0]));
    expect(await ping(lost, addressOf(OTHER))).toBe('answers');
  });

  it('goes as a whole, but for what others have made', async () => {
    await counter.stop();
    const before = await lab.host('hv2').sh('virsh -q list --name; ovn-nbctl --no-leader-only show');
    const one = await lab.play(ANSIBLE, 'destroy', '--limit', 'hv2', '-e', 'destroy_confirm=hv2');
    expect(one.exitCode).not.toBe(0);
    expect(one.output).toContain('Take it out of ovn_central');
    expect(await lab.host('hv2').sh('virsh -q list --name; ovn-nbctl --no-leader-only show')).toBe(before);
    const { output } = await lab.play(ANSIBLE, 'destroy', '-e', `destroy_confirm=${HOSTS.join()}`);
    expect(output).toContain('rows that others have made');
    await lab.third.sh(
      'ovn-nbctl --no-leader-only lsp-del third; ovs-vsctl del-port third; ip netns del third',
    );
    await passes('destroy', '-e', `destroy_confirm=${HOSTS.join()}`);
    for (const { sh } of lab.hosts) {
      expect(
        await sh(
          'virsh -q list --all --name; ls /var/lib/libvirt/images; ls -d /etc/piecewise-cloud /var/lib/ovn/*.db 2>/dev/null || true',
        ),
      ).toBe('');
      expect(await sh('ovs-vsctl --columns=external_ids list open_vswitch')).not.toMatch(
        /ovn-remote|piecewise/,
      );
    }
  });
});
