import type { Applied } from '../../../lib/libvirt/applied.ts';
import type { LiveChange } from '../../../lib/libvirt/live/plan.ts';
import type { Rehearsed } from '../../../lib/libvirt/rehearse.ts';
import type { Element } from '../../../lib/xml/element.ts';
import type { DomainDraft, Known } from './draft.ts';
import type { PowerStep } from './power.ts';

/** What a plan is made from. */
export interface State extends Known {
  /** What the task comes to; undefined when it defines nothing. */
  readonly draft: DomainDraft | undefined;
  /** Whether that is there already, as far as is known without asking libvirt. */
  readonly there: boolean;
  /** What libvirt would make of it; undefined when it is there already. */
  readonly rehearsed: Rehearsed | undefined;
  /** Why files of the domain must stay where its storage is to be removed. */
  readonly keptFiles: ReadonlyMap<string, string>;
  /** What disks of the domain are that aren't files, where its storage is to be removed. */
  readonly otherThanFiles: ReadonlyMap<string, string>;
}

/** What is done to the running guest, in this order. */
export type LiveUpdate = readonly LiveChange[];

/** What is needed to tell, once libvirt has stored a definition, that the same task has nothing more to do. */
export interface Unsettled {
  readonly known: Omit<Known, 'domain'>;
  readonly applied: Applied;
}

/** One thing that is done with libvirt. */
export type Step =
  | {
      readonly act: 'define';
      readonly xml: string;
      /** Whether libvirt's schema is asked. */
      readonly validate: boolean;
      /** What libvirt said it would make of it, or how to settle it afterwards where it couldn't be asked. */
      readonly outcome: { readonly expected: Element } | Unsettled;
    }
  | { readonly act: 'update'; readonly update: LiveUpdate }
  | { readonly act: 'undefine' }
  | { readonly act: 'remove'; readonly path: string }
  | { readonly act: 'autostart'; readonly on: boolean }
  | PowerStep;

/** The result of a domain. */
export interface DomainResult {
  /** Not there for one that is absent. */
  readonly domain?: {
    readonly name: string;
    readonly uuid: string | undefined;
    /** libvirt's own word. */
    readonly state: string;
    readonly autostart: boolean;
    readonly interfaces: readonly { readonly target: string | undefined; readonly mac: string | undefined }[];
  };
  /** What is done, in its order. */
  readonly actions: readonly string[];
  readonly restart_required: boolean;
  readonly restart_reasons: readonly string[];
}
