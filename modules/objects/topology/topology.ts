import { interfaceKind } from '../../lib/ovs/rows/interfaces.ts';
import { desiredBridge, desiredPort, withOwnPorts } from './desired.ts';
import { topologyObject } from './face.ts';
import type { BridgeOptions, PortOptions, TopologyOptions } from './options.ts';

const present = (items: readonly { name: string; state: string }[]) =>
  items.flatMap(({ name, state }) => (state === 'present' ? name : []));

const saysAddress = ({ mode, address }: BridgeOptions | PortOptions) =>
  mode !== undefined || address !== undefined;

/**
 * A port that says nothing of its addresses, as one that is brought up, where it has an interface of the host.
 * @param others the ports that have their addresses by a bridge, or none since they are patch ports by another's `peer`
 */
function broughtUp(port: PortOptions, others: ReadonlySet<string>): PortOptions {
  const { device } = interfaceKind(port.type ?? (port.peer ? 'patch' : 'internal'));
  const leave = saysAddress(port) || port.state === 'absent' || device === 'none' || others.has(port.port);
  return leave ? port : { ...port, mode: 'manual' };
}

/** Bridges and ports as a task says them all in all. */
function declared(options: TopologyOptions): Pick<TopologyOptions, 'bridges' | 'ports'> {
  const { bridges, bridge_defaults, ports, bring_up, state } = options;
  const forced = state === undefined ? {} : { state };
  const all = bridges.map((bridge) => ({ ...bridge_defaults, ...bridge, ...forced }));
  const others = new Set([
    ...all.filter(saysAddress).map(({ name }) => name),
    ...ports.flatMap(({ peer }) => (peer ? peer.port : [])),
  ]);
  const up = (port: PortOptions) => (bring_up ? broughtUp(port, others) : port);
  return { bridges: all, ports: ports.map((port) => up({ ...port, ...forced })) };
}

/** All bridges and ports of a host. */
export const topology = topologyObject<TopologyOptions>({
  key: ({ owner }) => owner,
  topology: (options) => {
    const { bridges, ports } = declared(options);
    const desired = bridges.map((bridge, i) => ({
      bridge: desiredBridge(`bridges[${i}]`, bridge.name, bridge),
      options: bridge,
    }));
    return {
      bridges: desired.map(({ bridge }) => bridge),
      ports: withOwnPorts(
        desired,
        ports.map((port, i) => desiredPort(`ports[${i}]`, port)),
      ),
      owner: options.owner,
      purge: options.purge,
    };
  },
  result: (options, { bridges }) => ({
    bridges: present(bridges),
    ports: declared(options).ports.flatMap(({ port, state }) => (state === 'present' ? port : [])),
  }),
});
