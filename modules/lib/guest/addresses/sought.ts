import { isHere } from '../../libvirt/first-process.ts';
import type { Domain } from '../../libvirt/read.ts';
import { childOf, childrenOf, type Element, valueAt } from '../../xml/element.ts';

/** A guest whose addresses are to be found. */
export interface Sought {
  /** The domain's name. */
  readonly name: string;
  /** The MAC addresses of its interfaces. Addresses of others are never taken for the guest's. */
  readonly macs: readonly string[];
  /** Whether its agent has opened its channel; another isn't asked. */
  readonly agent?: boolean;
  /** Whether it is in a network of libvirt's: another has no leases there. It may be if this isn't given. */
  readonly inNetwork?: boolean;
  /** Of a container of this host: the number of the process that libvirt runs for it. */
  readonly controller?: string;
}

/** How guests are asked. */
export interface HowToAsk {
  /** The libvirt connection. */
  readonly uri: string;
  /** Milliseconds that each agent has to answer; 5000 by default. */
  readonly agentTimeout?: number;
  /** The names of guests whose agents have not answered in time, which are added here, and not asked again. */
  readonly hung?: Set<string>;
}

/** The state of the channel of a domain's guest agent, as libvirt names it; undefined without one. */
export function agentChannelOf(domain: Element | undefined): string | undefined {
  const channel = childrenOf(childOf(domain, 'devices'), 'channel').find(
    (one) => valueAt(one, 'target/@name') === 'org.qemu.guest_agent.0',
  );
  return channel && (valueAt(channel, 'target/@state') ?? 'disconnected');
}

/** What is needed of a domain to find its addresses. @param uri the libvirt connection that has it */
export function soughtOf({ name, definition, live }: Domain, uri: string): Sought {
  const devices = childOf(live ?? definition, 'devices');
  const nics = childrenOf(devices, 'interface');
  const macs = nics.flatMap((one) => valueAt(one, 'mac/@address') ?? []);
  const inNetwork = nics.some((one) => valueAt(one, 'source/@network') !== undefined);
  const agent = agentChannelOf(live ?? definition) === 'connected';
  const controller = isHere(uri) ? live?.attributes.id : undefined;
  return {
    ...{ name, macs: macs.map((mac) => mac.toLowerCase()), agent, inNetwork },
    ...(controller === undefined ? {} : { controller }),
  };
}
