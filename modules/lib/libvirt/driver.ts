import type { Element } from '../xml/element.ts';

/** What a guest is, for users. */
export type GuestKind = 'vm' | 'container';

/** What one of libvirt's drivers can do, where they differ. What changes live is in live/plan, by the driver's name. */
export interface Driver {
  readonly name: 'qemu' | 'lxc';
  /** What its guests are. */
  readonly guests: GuestKind;
  /** The flags of `undefine`. */
  readonly undefineFlags: readonly string[];
  /** Whether a guest can be started without running. */
  readonly startsPaused: boolean;
  /** Whether a paused guest takes a request to shut down. One that doesn't is resumed before. */
  readonly hearsPaused: boolean;
  /** Whether `start` succeeds although the guest's first process ends at once, so that someone has to look. */
  readonly startsBlindly: boolean;
  /** Whether the devices of a running guest have aliases. Else one is detached by its XML. */
  readonly hasAliases: boolean;
  /** Whether an interface that is attached to a running guest has another name there, and is down. */
  readonly leavesDown: boolean;
  /** Whether it tells the states of all domains in one answer (virConnectGetAllDomainStats). */
  readonly tellsStates: boolean;
  /** What limits the memory of a running guest: a balloon in it, below the memory that it was started with, or its cgroup. */
  readonly memory: 'balloon' | 'limit';
  /** What `vcpus` are: processors that come and go, or time on those of the host. */
  readonly processors: 'hotplug' | 'quota';
}

export const QEMU: Driver = {
  name: 'qemu',
  guests: 'vm',
  undefineFlags: ['--managed-save', '--snapshots-metadata', '--checkpoints-metadata', '--nvram'],
  startsPaused: true,
  hearsPaused: true,
  startsBlindly: false,
  hasAliases: true,
  leavesDown: false,
  tellsStates: true,
  memory: 'balloon',
  processors: 'hotplug',
};

/** Containers. Measured with libvirt 9.0. */
export const LXC: Driver = {
  name: 'lxc',
  guests: 'container',
  undefineFlags: [],
  startsPaused: false,
  hearsPaused: false,
  startsBlindly: true,
  hasAliases: false,
  leavesDown: true,
  tellsStates: false,
  memory: 'limit',
  processors: 'quota',
};

/** The driver of a connection. Those without a row of their own are taken for QEMU's. */
export const driverAt = (uri: string): Driver => (/^lxc(\+[a-z0-9]+)?:/.test(uri) ? LXC : QEMU);

/** The driver of a domain, by its XML. */
export const driverIn = ({ attributes: { type } }: Element): Driver => (type === 'lxc' ? LXC : QEMU);
