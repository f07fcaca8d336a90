import { interfaceKind } from '../../lib/ovs/rows/interfaces.ts';
import { desiredBridge, desiredPort, withLocalPorts } from './desired.ts';
import { topologyObject } from './face.ts';
import type { BridgeOptions, PortOptions, TopologyOptions } from './options.ts';

const present = (items: readonly { name: string; state: string }[]) =>
  items.flatMap(({ name, state }) => (state === 'present' ? name : []));

const hasAddress = ({ mode, address }: BridgeOptions | PortOptions) =>
  mode !== undefined || address !== undefined;

/**
 * Adds `mode: manual` to a port without addresses, where it has an interface on the host.
 * @param others the ports that have their addresses by a bridge, or none since they are patch ports by another's `peer`
 */
function broughtUp(port: PortOptions, others: ReadonlySet<string>): PortOptions {
  const { device } = interfaceKind(port.type ?? (port.peer ? 'patch' : 'internal'));
  const keep = hasAddress(port) || port.state === 'absent' || device === 'none' || others.has(port.port);
  return keep ? port : { ...port, mode: 'manual' };
}

/** A task's bridges and ports, with its defaults and its state. */
function declared(options: TopologyOptions): Pick<TopologyOptions, 'bridges' | 'ports'> {
  const { bridges, bridge_defaults, ports, bring_up, state } = options;
  const forced = state === undefined ? {} : { state };
  const all = bridges.map((bridge) => ({ ...bridge_defaults, ...bridge, ...forced }));
  const others = new Set([
    ...all.filter(hasAddress).map(({ name }) => name),
    ...ports.flatMap(({ peer }) => (peer ? peer.port : [])),
  ]);
  const up = (port: PortOptions) => (bring_up ? broughtUp(port, others) : port);
  return { bridges: all, ports: ports.map((port) => up({ ...port, ...forced })) };
}

// Of a mapping's columns only those that are given: the others are kept.
const settingsOf = ({ settings }: TopologyOptions) =>
  settings &&
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined && value !== null));

/** The names of those that are present. */
interface TopologyResult {
  readonly bridges: readonly string[];
  readonly ports: readonly string[];
}

/** All bridges and ports of a host. */
export const topology = topologyObject<TopologyOptions, TopologyResult>({
  key: ({ owner }) => owner,
  topology: (options) => {
    const { bridges, ports } = declared(options);
    const desired = bridges.map((bridge, i) => ({
      bridge: desiredBridge(`bridges[${i}]`, bridge.name, bridge),
      options: bridge,
    }));
    return {
      bridges: desired.map(({ bridge }) => bridge),
      ports: withLocalPorts(
        desired,
        ports.map((port, i) => desiredPort(`ports[${i}]`, port)),
      ),
      settings: settingsOf(options),
      owner: options.owner,
      purge: options.purge,
    };
  },
  result: (options, { bridges }) => ({
    bridges: present(bridges),
    ports: declared(options).ports.flatMap(({ port, state }) => (state === 'present' ? port : [])),
  }),
});
