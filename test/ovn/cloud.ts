import { expect } from 'vitest';
import type { Result } from '../../modules/lib/ansible/result.ts';
import { runModule, type Target } from '../support/module.ts';
import { expectUnchanged } from '../support/unchanged.ts';
import { type NamespaceGuest, type NamespaceGuests, OUTSIDE, type Place } from './guests.ts';

export type Values = Record<string, unknown>;

/** Two hypervisors with OVN, whose br-int and br-ex are there. */
export interface TwoHosts {
  /** Their names. The namespace outside is on br-ex of the first, which is the gateway. */
  readonly names: readonly [string, string];
  /** OVN's name of a hypervisor. */
  chassis(name: string): string;
  /** The host that has the databases. */
  readonly central: Target;
  readonly guests: NamespaceGuests;
}

/** The interfaces of a guest in the options of `ovn_topology`. */
export const nic = ({ id, mac }: NamespaceGuest, network: string, more: Values = {}) => ({
  interfaces: [{ network, port: id, mac, ...more }],
});

/** A guest of the tests by its number, which is in its MAC address and in the name of its port. */
export const guest = (host: string, name: string, number: number): NamespaceGuest => ({
  ...{ host, name, mac: `52:54:00:21:00:0${number}` },
  id: `00000000-0000-4000-8000-00000000000${number}`,
});

export const LAN = {
  name: 'lan',
  subnet: ['10.20.0.0/24', 'fd00:20::/64'],
  dhcp: { range: ['10.20.0.100', '10.20.0.199'], lease_time: '1h', options: { 'ntp-server': '192.0.2.123' } },
  dns: {
    domain: 'lab.test',
    forwarders: [OUTSIDE],
    records: [{ name: 'printer', address: ['10.20.0.9'] }],
  },
  nat: true,
  forwards: [
    { port: '8080', to: 'web1', to_port: '80' },
    { port: '2222', to: 'web1', to_port: '22', listen: ['192.0.2.30'] },
  ],
};
export const DMZ = { name: 'dmz', subnet: ['10.21.0.0/24', 'fd00:21::/64'], dhcp: {} };

/** What a task of `ovn_topology` changes, in its words. */
export const titles = ({ diff }: Result & Values) =>
  (diff as { after_header: string }[]).map(({ after_header }) => after_header);

/** Networks with guests on two hypervisors: what is declared, and how it is run. */
export class Cloud {
  readonly guests: NamespaceGuests;
  readonly web: NamespaceGuest;
  readonly ops: NamespaceGuest;
  readonly late: NamespaceGuest;
  readonly db: NamespaceGuest;
  readonly out: Place;

  constructor(private readonly on: TwoHosts) {
    const [first, second] = on.names;
    this.guests = on.guests;
    this.web = guest(first, 'web1', 1);
    this.ops = guest(second, 'ops1', 2);
    this.late = guest(second, 'late1', 3);
    this.db = guest(first, 'db1', 4);
    this.out = { host: first, name: 'outside' };
  }

  /** The guests of both hosts, in the options of `ovn_topology`. */
  get entries() {
    return [
      [
        { name: 'web1', ...nic(this.web, 'lan', { addresses: ['10.20.0.5'], aliases: ['www'] }) },
        { name: 'db1', ...nic(this.db, 'dmz', { addresses: ['10.21.0.5'] }) },
      ],
      [
        { name: 'ops1', ...nic(this.ops, 'lan', { addresses: ['10.20.0.6'] }) },
        { name: 'late1', ...nic(this.late, 'lan') },
      ],
    ] as const;
  }

  /** The option `hypervisors`. @param guests those of the first and of the second host; undefined is no list */
  hosts(guests: readonly (readonly Values[] | undefined)[] = this.entries) {
    return this.on.names.map((name, i) => ({
      name,
      chassis: this.on.chassis(name),
      ...(guests[i] ? { guests: guests[i] } : {}),
    }));
  }

  /** All of it. */
  get all() {
    const wan = {
      ...{ name: 'wan', bridge: 'br-ex', subnet: ['192.0.2.0/24'], gateway: [OUTSIDE] },
      ...{ addresses: ['192.0.2.10', '192.0.2.20'], gateways: [this.on.names[0]] },
    };
    return { networks: [LAN, DMZ], uplinks: [wan], hypervisors: this.hosts() };
  }

  run(args: Values, check = false): Promise<Result> {
    return runModule(this.on.central, 'ovn_topology', args, { check });
  }

  /** A script on the host of the databases; gives what it prints, trimmed. */
  async central(script: string): Promise<string> {
    return (await this.on.central.exec(['sh', '-ec', script])).stdout.trim();
  }

  /** All rows of the northbound database, as text, without the numbers of changes. */
  async dump(): Promise<string> {
    const tables = await this.central('ovsdb-client dump unix:/var/run/ovn/ovnnb_db.sock OVN_Northbound');
    return tables
      .split('\n\n')
      .filter((table) => !table.startsWith('NB_Global table'))
      .join('\n\n');
  }

  /** Runs a task that changes something: check mode says the same and changes nothing, and a second run changes nothing. */
  async changes(args: Values): Promise<Result & Values> {
    const before = await this.dump();
    const foreseen = await this.run(args, true);
    expect(await this.dump()).toBe(before);
    const result = await this.run(args);
    expect(result.msg).toBeUndefined();
    expect(result).toMatchObject({ changed: true });
    expect(foreseen).toEqual(result);
    expectUnchanged(await this.run(args));
    return result;
  }
}
