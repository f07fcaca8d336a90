import type { Applied } from '../../../lib/libvirt/applied.ts';
import type { LiveChange } from '../../../lib/libvirt/live/plan/step.ts';
import type { Element } from '../../../lib/xml/element.ts';
import type { Known } from '../draft/draft.ts';
import type { PowerStep } from './power.ts';

/** The changes of the running guest, in order. */
export type LiveUpdate = readonly LiveChange[];

/** What the digest of a stored definition is made from, beside the definition. */
export interface DigestSource {
  readonly known: Omit<Known, 'domain'>;
  readonly applied: Applied;
}

export interface DefineStep {
  readonly act: 'define';
  readonly xml: string;
  /** Whether libvirt validates the XML with its schema. */
  readonly validate: boolean;
  /** The definition that libvirt will store; where that is unknown, what the digest is made from afterwards. */
  readonly outcome: { readonly expected: Element } | DigestSource;
}

/** One operation on a domain. */
export type Step =
  | DefineStep
  | { readonly act: 'update'; readonly update: LiveUpdate }
  | {
      readonly act: 'undefine';
      /** The log of its console, which is removed with it. */
      readonly log?: string;
    }
  | { readonly act: 'remove'; readonly path: string }
  | { readonly act: 'autostart'; readonly on: boolean }
  | PowerStep;

/** The result of a domain. */
export interface DomainResult {
  /** Missing for one that is absent. */
  readonly domain?: {
    readonly name: string;
    readonly uuid: string | undefined;
    /** As libvirt names it. */
    readonly state: string;
    readonly autostart: boolean;
    readonly interfaces: readonly {
      readonly target: string | undefined;
      readonly mac: string | undefined;
      /** Of a port of Open vSwitch: by it a controller, such as OVN's, knows the port. */
      readonly interfaceid: string | undefined;
    }[];
    readonly disks: readonly { readonly target: string | undefined; readonly source: string | undefined }[];
  };
  /** What is done, in order. */
  readonly actions: readonly string[];
  readonly restart_required: boolean;
  readonly restart_reasons: readonly string[];
}
