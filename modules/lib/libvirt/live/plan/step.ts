import type { Element } from '../../../xml/element.ts';

/** One change of a running guest. */
export type LiveStep =
  /**
   * A device by its definition. The guest looks into a drive, by its target, when it notices an interface that the drive's medium
   * tells of; one that it can't name yet is then detached and attached once more.
   */
  | { readonly act: 'attach'; readonly device: Element; readonly drive?: string; readonly isTwice?: boolean }
  /** A device by its live XML. */
  | { readonly act: 'detach'; readonly device: Element }
  /** Ejects the medium of a drive, by its live XML, and inserts the same file again; `isAwaited` until the guest has looked into it. */
  | { readonly act: 'reinsert'; readonly device: Element; readonly isAwaited: boolean }
  /** Detaches an interface by its live XML, and attaches it again when the guest has noticed that by what it reads from the drive. */
  | { readonly act: 'reattach'; readonly live: Element; readonly persistent: Element; readonly drive: string }
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

/** What a running guest is to notice although its definition doesn't tell. */
export interface Notice {
  /** The file of the medium that the guest looks into when an interface comes and goes. */
  readonly medium: string | undefined;
  /** Whether that file has been replaced: QEMU keeps the old one open. */
  readonly isReplaced: boolean;
  /** MAC addresses of interfaces whose configuration in the guest changes. */
  readonly reattached: ReadonlySet<string>;
  /** MAC addresses of interfaces that the medium tells of, and that the guest configures when they are attached. */
  readonly configured: ReadonlySet<string>;
  /** MAC addresses of those that a guest names only when they are attached a second time. */
  readonly twice: ReadonlySet<string>;
}

export const NO_NOTICE: Notice = {
  medium: undefined,
  isReplaced: false,
  reattached: new Set(),
  configured: new Set(),
  twice: new Set(),
};

/** All changes and pending differences of some plans. */
export const joined = (plans: readonly LivePlan[]): LivePlan => ({
  changes: plans.flatMap(({ changes }) => changes),
  pending: plans.flatMap(({ pending }) => pending),
});
