import type { CloudNetwork } from '../../lib/ovn/model.ts';
import type { GroupEntry, NetworkEntry, UplinkEntry } from './options.ts';

// What is recorded of each thing, and told in diffs: the variables, with what was chosen for them.

type Values = Readonly<Record<string, unknown>>;

const isEmpty = (value: unknown) =>
  value === undefined || value === null || value === false || (Array.isArray(value) && value.length === 0);

const given = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => !isEmpty(value)));

/** What a network is, without its guests. */
export const declaredNetwork = (
  { subnet, dhcp, dns, nat, routed_to, forwards, host_port }: NetworkEntry,
  { subnets, mtu, outside }: Pick<CloudNetwork, 'subnets' | 'mtu' | 'outside'>,
): Values =>
  given({
    subnet,
    gateway: subnets.flatMap(({ gateway }) => gateway ?? []),
    mtu,
    dhcp,
    dns,
    nat,
    uplink: outside?.uplink,
    address: outside?.addresses.map(({ address }) => address.ip),
    routed_to,
    forwards,
    host_port,
  });

/** What an uplink is. @param hosts the hypervisors that may be its gateway */
export const declaredUplink = ({ subnet, gateway, vlan }: UplinkEntry, hosts: readonly string[]): Values =>
  given({ vlan, subnet, gateway, gateways: hosts });

/** What a security group is. */
export const declaredGroup = ({ rules }: GroupEntry): Values => ({ rules: rules.map((rule) => given(rule)) });
