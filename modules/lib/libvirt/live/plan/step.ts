import type { Element } from '../../../xml/element.ts';

/** One change of a running guest. */
export type LiveStep =
  /** A device by its definition. */
  | { readonly act: 'attach'; readonly device: Element }
  /** A device by its live XML. */
  | { readonly act: 'detach'; readonly device: Element }
  /** Sets parts of a device as in its definition, or moves its Open vSwitch port to another bridge. */
  | {
      readonly act: 'update' | 'move';
      readonly live: Element;
      readonly persistent: Element;
      readonly paths: readonly string[];
    }
  /** Sets the current memory, in KiB. */
  | { readonly act: 'balloon'; readonly size: number }
  /** Sets the number of online vCPUs. */
  | { readonly act: 'processors'; readonly count: number }
  /** A virsh command for the running guest only, and its flags; none may be secret. */
  | {
      readonly act: 'call';
      /** What it changes: `vCPUs`. */
      readonly about: string;
      readonly command: string;
      readonly flags: readonly string[];
    };

/** A step that is one virsh command. */
export type Call = Extract<LiveStep, { act: 'call' }>;

/** A step, and how it is shown to a user. */
export interface LiveChange {
  /** `attach interface 52:54:00:00:00:01`. */
  readonly title: string;
  /** For the diff, with secrets masked; undefined where there is nothing. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly step: LiveStep;
}

/** What can be changed now, in this order, and what only takes effect at the guest's next start, and why. */
export interface LivePlan {
  readonly changes: readonly LiveChange[];
  readonly pending: readonly string[];
}

/** All changes and pending differences of some plans. */
export const joined = (plans: readonly LivePlan[]): LivePlan => ({
  changes: plans.flatMap(({ changes }) => changes),
  pending: plans.flatMap(({ pending }) => pending),
});
