import type { Addressing } from '../net/port.ts';

/** What is wanted of one port's interface. */
export interface LinkWish {
  readonly port: string;
  readonly bridge: string;
  /** Where its options stand in the task, for errors: `ports[1]`, or empty. */
  readonly at: string;
  /** Undefined: as it is. */
  readonly addressing: Addressing | undefined;
  /** What the change before did to the interface: a new or recreated internal one has lost all it had. */
  readonly device: 'new' | 'kept' | 'recreated' | 'removed';
  /** It gives all that it has to its bridge, whoever gave it that. */
  readonly gives?: true;
  /** Whether Open vSwitch makes the interface, and not the host. */
  readonly internal: boolean;
}
