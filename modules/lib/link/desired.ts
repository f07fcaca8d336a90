import type { Addressing } from '../net/port.ts';

/** What one port's interface should have when the task is done. */
export interface DesiredLink {
  readonly port: string;
  readonly bridge: string;
  /** Where its options stand in the task, for errors: `ports[1]`, or empty. */
  readonly at: string;
  /** Undefined: keep what it has. */
  readonly addressing: Addressing | undefined;
  /** What the transaction does to the interface: a new or recreated internal one has lost its addresses. */
  readonly device: 'new' | 'kept' | 'recreated' | 'removed';
  /** It gives all its addresses to its bridge, also those that others configured. */
  readonly gives?: true;
  /** It isn't a port any more, and gets its addresses back from its bridge. */
  readonly returned?: true;
  /** Whether Open vSwitch makes the interface, and not the host. */
  readonly internal: boolean;
}
