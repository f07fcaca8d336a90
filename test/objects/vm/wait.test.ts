import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../../modules/lib/ansible/coerce.ts';
import { networkOf } from '../../../modules/objects/network/network-of.ts';
import { networkOptions } from '../../../modules/objects/network/options.ts';
import { attach } from '../../../modules/objects/vm/attach.ts';
import type { VmOptions } from '../../../modules/objects/vm/options.ts';
import { domainOf } from '../../../modules/objects/vm/parts.ts';
import { awaitedOf, outcomeOf, waitingBy } from '../../../modules/objects/vm/wait.ts';
import { noHost } from '../../support/fake.ts';
import { LAN, problems, vmOf } from './given.ts';

const WAIT = { wait: {} };

describe('what a VM is waited for', () => {
  it('is cloud-init, for 300 s, unless the task says otherwise', () => {
    expect(awaitedOf(vmOf({ ...LAN, ...WAIT }))).toEqual({
      name: 'web1',
      uri: 'qemu:///system',
      goal: 'cloud_init',
      port: 22,
      timeout: 300,
      nics: [{ name: 'eth0', target: 'veth-web1-eth0', addresses: ['10.10.1.11'] }],
    });
    expect(awaitedOf(vmOf({ ...LAN, wait: { for: 'port', port: 443, timeout: 5 } }))).toMatchObject({
      goal: 'port',
      port: 443,
      timeout: 5,
    });
  });

  it('is nothing without `wait`, and of a guest that this task does not run', () => {
    expect(awaitedOf(vmOf(LAN))).toBeUndefined();
    expect(awaitedOf(vmOf({ ...LAN, wait: null }))).toBeUndefined();
    for (const state of ['present', 'stopped', 'absent'])
      expect(awaitedOf(vmOf({ ...WAIT, state }))).toBeUndefined();
    expect(awaitedOf(vmOf({ ...WAIT, steps: 'define' }))).toBeUndefined();
    expect(awaitedOf(vmOf({ ...WAIT, steps: 'start' }))).toBeDefined();
  });

  it('has the interfaces that have an address, or get one', () => {
    const interfaces = [
      { name: 'eth0', mode: 'dhcp' },
      { name: 'eth1', mode: 'manual' },
      { name: 'eth2', address: '10.0.0.2', netmask: '255.255.255.0' },
    ];
    const one = vmOf({ ...WAIT, ovs: interfaces.map(() => ({ name: 'b' })), interfaces });
    expect(awaitedOf(one)?.nics.map(({ name, addresses }) => [name, addresses])).toEqual([
      ['eth0', []],
      ['eth2', ['10.0.0.2']],
    ]);
  });

  it('is refused where it can never be', async () => {
    const manual = { ovs: [{ name: 'b' }], interfaces: [{ name: 'eth0', mode: 'manual' }] };
    expect(await problems([{ ...manual, wait: { for: 'address' } }])).toEqual([
      "option 'vms[0].wait.for': no interface of the guest has an address: wait for cloud_init or agent",
    ]);
    expect(await problems([{ wait: { for: 'port' } }])).toHaveLength(1);
    expect(await problems([{ wait: { for: 'agent' }, domain: { guest_agent: false } }])).toHaveLength(1);
    expect(await problems([{ wait: { for: 'boot' } }, { name: 'b', wait: { prot: 1 } }])).toEqual([
      expect.stringContaining("'vms[0].wait.for'"),
      expect.stringContaining("'vms[1].wait.prot'"),
    ]);
    expect(await problems([{ ...WAIT, domain: { console: false } }])).toEqual([]);
  });
});

it('a VM that is only started is waited for with its networks too', async () => {
  const options = withDefaults(networkOptions, { name: 'lan', bridge: 'b', subnet: ['10.20.0.0/24'] });
  const known = new Map([
    ['lan', { network: networkOf(options), guests: [], engine: 'local' as const, uplinks: [] }],
  ]);
  const networks = [{ name: 'lan', address: '10.20.0.5' }];
  for (const steps of ['all', 'start']) {
    const attached: VmOptions[] = [];
    const { outcomesNow } = waitingBy(async (_, vms) => {
      attached.push(...vms.map((vm) => attach(vm, known).vm));
      return attached;
    });
    const one = vmOf({ networks, steps, wait: { for: 'address' } });
    expect(await outcomesNow({ ...noHost, now: () => 0 }, [{ path: '', options: one }])).toBeUndefined();
    expect(attached.map((vm) => awaitedOf(vm)?.nics)).toEqual([
      [{ name: 'eth0', target: 'veth-web1-eth0', addresses: ['10.20.0.5'] }],
    ]);
  }
});

it('a guest that is waited for has its console logged', () => {
  expect(domainOf(vmOf(LAN)).console_log).toBeUndefined();
  expect(domainOf(vmOf({ ...LAN, ...WAIT })).console_log).toBe(true);
  expect(domainOf(vmOf({ ...LAN, ...WAIT, domain: { console_log: false } })).console_log).toBe(false);
  expect(domainOf(vmOf({ ...LAN, ...WAIT, domain: { console: false } })).console_log).toBeUndefined();
});

it('a log is kept for a guest of the system only, whose libvirt has the right to write it', () => {
  const logOf = (uri: string, domain = {}) => domainOf(vmOf({ ...LAN, ...WAIT, uri, domain })).console_log;
  expect(logOf('qemu+unix:///system')).toBe(true);
  for (const uri of ['qemu:///session', 'qemu+ssh://other/system']) {
    expect(logOf(uri)).toBeUndefined();
    expect(logOf(uri, { console_log: true })).toBe(true);
  }
});

describe('what came of it', () => {
  const known = { seconds: 7, addresses: ['10.0.0.1'], lines: [] };
  const waited = { for: 'cloud_init', ready: true, seconds: 7, addresses: ['10.0.0.1'] };
  const late = {
    ...known,
    problem: { text: 'is not ready after 300 s: it sleeps', kind: 'late' as const },
    lines: ['grub>', 'x'],
  };

  it('is in the result', () => {
    expect(outcomeOf(vmOf(WAIT), known)).toEqual({ result: { waited }, warnings: [] });
    expect(outcomeOf(vmOf(WAIT), { ...known, warning: 'odd' }).warnings).toEqual(['web1: odd']);
  });

  it('is an error with the last lines of the console, or a warning', () => {
    const { error } = outcomeOf(vmOf(WAIT), late);
    const text =
      "web1 is not ready after 300 s: it sleeps (raise 'timeout' if it only needs more time; 'on_failure: warn' goes on without it)\nThe last lines of its console:\n| grub>\n| x";
    expect(error?.message).toBe(`option 'wait': ${text}`);
    const soft = outcomeOf(vmOf({ wait: { on_failure: 'warn' } }), late);
    expect(soft).toEqual({ result: { waited: { ...waited, ready: false } }, warnings: [text] });
  });

  it('is a warning that says what to do where nothing on the host can tell', () => {
    const problem = { text: 'is not known to be ready: it sleeps', kind: 'unknown' as const };
    const { error, result, warnings } = outcomeOf(vmOf(WAIT), { ...known, problem });
    expect([error, result]).toEqual([undefined, { waited: { ...waited, ready: false } }]);
    expect(warnings).toEqual([
      "web1 is not known to be ready: it sleeps (restart it once, install qemu-guest-agent in it, or give another 'for')",
    ]);
  });
});
