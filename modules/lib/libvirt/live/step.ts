import type { Element } from '../../xml/element.ts';

/** One thing that is done to a running guest. */
export type LiveStep =
  /** A new device, by its definition. */
  | { readonly act: 'attach'; readonly device: Element }
  /** A device goes, by its live XML. */
  | { readonly act: 'detach'; readonly device: Element }
  /** Parts of a device become as in its definition, or its Open vSwitch port moves to another bridge. */
  | {
      readonly act: 'update' | 'move';
      readonly live: Element;
      readonly persistent: Element;
      readonly paths: readonly string[];
    }
  /** The balloon leaves the guest this much, in KiB. */
  | { readonly act: 'balloon'; readonly size: number }
  /** This many processors are on. */
  | { readonly act: 'processors'; readonly count: number }
  /** A virsh command for the running guest alone, and its flags; none is secret. */
  | {
      readonly act: 'call';
      /** What it changes: `vCPUs`. */
      readonly about: string;
      readonly command: string;
      readonly flags: readonly string[];
    };

/** The last kind of step. */
export type Call = Extract<LiveStep, { act: 'call' }>;

/** A step, and what a user sees of it. */
export interface LiveChange {
  /** `attach interface 52:54:00:00:00:01`. */
  readonly title: string;
  /** For the diff, secrets masked; undefined where there is nothing. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly step: LiveStep;
}

/** What can be done to a running guest now, in this order, and what has to wait for its next start, and why. */
export interface LivePlan {
  readonly changes: readonly LiveChange[];
  readonly pending: readonly string[];
}
