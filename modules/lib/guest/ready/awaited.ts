/** What a guest is waited for. */
export type Goal = 'cloud_init' | 'address' | 'port' | 'agent';

/** An interface of a guest that has an address, or gets one. */
export interface AwaitedNic {
  /** In the guest. */
  readonly name: string;
  /** The name of the interface on the host. */
  readonly target: string;
  /** Those that are known beforehand, without a prefix; any address will do where there are none. */
  readonly addresses: readonly string[];
}

/** A running guest that is waited for. */
export interface Awaited {
  /** The domain's name. */
  readonly name: string;
  /** The libvirt connection. */
  readonly uri: string;
  readonly goal: Goal;
  /** Of TCP, for the goal `port`. */
  readonly port: number;
  /** Seconds. */
  readonly timeout: number;
  readonly nics: readonly AwaitedNic[];
}

/** What is waited for, in words. */
export function goalText({ goal, port }: Pick<Awaited, 'goal' | 'port'>): string {
  switch (goal) {
    case 'cloud_init':
      return 'cloud-init';
    case 'address':
      return 'its addresses';
    case 'port':
      return `port ${port}`;
    case 'agent':
      return 'the guest agent';
  }
}
