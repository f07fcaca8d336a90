import type { Pair } from '../addresses/found.ts';
import type { CloudInitStatus } from '../agent-answers.ts';
import type { CloudInitSeen } from '../console/cloud-init.ts';
import type { CloudInitInside } from '../container/cloud-init.ts';

/** What was seen of a guest at a time. */
export interface Seen {
  /** libvirt's name of its state, with the reason where it doesn't run; undefined where there is no such domain. */
  readonly state: string | undefined;
  /** Whether the guest has the channel of an agent, has opened it, and what came of a question. */
  readonly agent: 'missing' | 'silent' | 'connected' | 'answers';
  /** By the agent. `refused` where it can't tell. */
  readonly cloudInit?: CloudInitStatus | 'refused' | undefined;
  /** Of a container: what is seen of cloud-init in it, if that is waited for. It has neither an agent nor a log of its console. */
  readonly inside?: { readonly cloudInit?: CloudInitInside } | undefined;
  /** The console's log; undefined where what the guest prints is not kept, or can't be read. */
  readonly console: ConsoleSeen | undefined;
  /** Why there is no log of a running guest: its domain has it from the next start on, or another machine or user has it. */
  readonly unlogged?: 'until_start' | 'elsewhere' | undefined;
  /** Milliseconds since the process of the guest was started, of QEMU or of libvirt; undefined where that isn't known. */
  readonly uptime?: number | undefined;
  /** The MAC address of each interface, by its name on the host. */
  readonly macs: ReadonlyMap<string, string>;
  /** Addresses that the guest has certainly: its console, its agent or the kernel says so, or it has just answered there. */
  readonly certain: readonly Pair[];
  /** Those that this host may connect to: declared, leased, or of a neighbour. */
  readonly possible: readonly string[];
  /** The address at which its port answers. */
  readonly open?: string | undefined;
}

export interface ConsoleSeen {
  readonly path: string;
  /** Whether the file could be read. */
  readonly isRead: boolean;
  readonly lines: readonly string[];
  /** Milliseconds for which nothing was printed. */
  readonly age: number;
  readonly cloudInit: CloudInitSeen;
}
