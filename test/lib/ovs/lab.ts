import { expect } from 'vitest';
import type { Result } from '../../../modules/lib/ansible/result.ts';
import type { Hypervisor } from '../../lab/hypervisor.ts';
import { runModule } from '../../support/module.ts';
import { expectUnchanged } from '../../support/unchanged.ts';

type Args = Record<string, unknown>;

/** Shows what a task leaves in the parts of a hypervisor that the modules of Open vSwitch touch. */
export const EVERYTHING = `
ovs-vsctl --format=json --columns=name,ports,datapath_type,fail_mode,protocols,stp_enable,rstp_enable,mcast_snooping_enable,external_ids,other_config list bridge
ovs-vsctl --format=json --columns=target list controller
ovs-vsctl --format=json --columns=name,bond_mode,lacp,bond_updelay,bond_downdelay,fake_bridge,tag,trunks,vlan_mode,cvlans,protected,external_ids,other_config,interfaces list port
ovs-vsctl --format=json --columns=name,type,options,mac,mtu_request,ofport_request,external_ids list interface
ip -brief address
ip route; ip -6 route | grep -v fe80
cat /etc/network/interfaces
tail -n +1 /etc/network/interfaces.d/* /etc/systemd/network/* 2>/dev/null
cat /run/network/ifstate
true`;

/** Removes all bridges and what tests left beside them. */
export const CLEAN = `
for b in $(ovs-vsctl list-br); do ovs-vsctl del-br "$b"; done
for p in /etc/network/interfaces.d/ovs_port_*; do
  test -e "$p" && { ifdown --force -- "$(basename "$p" | cut -c10-)" 2>/dev/null; rm "$p"; }
done
sed -i '\\|ovs_port_|d' /etc/network/interfaces`;

/** A hypervisor with the modules of Open vSwitch and their judges. */
export class OvsLab {
  constructor(readonly hypervisor: Hypervisor) {}

  async sh(script: string): Promise<string> {
    return (await this.hypervisor.exec(['sh', '-c', script])).stdout;
  }

  run(name: string, args: Args, check = false): Promise<Result> {
    return runModule(this.hypervisor, name, args, { check });
  }

  /** Everything as text, but for link-local addresses, which come some time after, and the peer's number, which may be longer after a reboot. */
  async everything(): Promise<string> {
    return (await this.sh(EVERYTHING)).replace(/ fe80:\S+|@if\d+ */g, '');
  }

  /**
   * Runs a task that is expected to change something: check mode says the same and changes nothing, and a second
   * run changes nothing.
   */
  async changes(name: string, args: Args): Promise<Result> {
    const before = await this.everything();
    const foreseen = await this.run(name, args, true);
    expect(await this.everything()).toBe(before);
    const result = await this.run(name, args);
    expect(result.msg).toBeUndefined();
    expect(result).toMatchObject({ changed: true });
    expect(foreseen).toEqual(result);
    expectUnchanged(await this.run(name, args));
    return result;
  }

  /** Runs a task that is expected to find everything in order. */
  async keeps(name: string, args: Args): Promise<void> {
    expectUnchanged(await this.run(name, args));
  }

  /** The message of a task that fails, and changes nothing. */
  async fails(name: string, args: Args): Promise<string> {
    const before = await this.everything();
    const result = await this.run(name, args);
    expect(result).toMatchObject({ failed: true, changed: false });
    expect(result.exception).toBeUndefined();
    expect(await this.everything()).toBe(before);
    return result.msg ?? '';
  }

  /** Removes all bridges and what tests left beside them. */
  async clean(): Promise<void> {
    await this.sh(CLEAN);
  }

  /** The routes by an interface that neither the kernel nor a lease made, sorted. */
  async routes(port: string): Promise<string[]> {
    const shown = await this.sh(`ip route show dev ${port}; ip -6 route show dev ${port}`);
    return shown
      .split('\n')
      .filter((line) => line && !/proto (kernel|dhcp|ra)/.test(line))
      .map((line) => line.replace(/ (proto static|scope link|onlink|linkdown|pref medium)/g, '').trim())
      .sort();
  }

  async addresses(port: string): Promise<string[]> {
    const links = JSON.parse(await this.sh(`ip -json address show dev ${port}`));
    return links[0].addr_info
      .filter(({ scope }: { scope: string }) => scope === 'global')
      .map(({ local, prefixlen }: { local: string; prefixlen: number }) => `${local}/${prefixlen}`);
  }
}
