import type { NetworkStep } from '../../lib/libvirt/network/step.ts';
import type { ForwardingStep } from '../../lib/nftables/forwarding.ts';
import type { UnitStep } from '../../lib/systemd/units.ts';
import type { Step as TopologyStep } from '../topology/plan.ts';

/** Files by path; undefined removes one. */
export type Texts = ReadonlyMap<string, string | undefined>;

/** A part of making a network; see `apply.ts`. */
export type Step =
  | { readonly part: 'port'; readonly step: TopologyStep; readonly removes: boolean }
  | { readonly part: 'record'; readonly files: Texts }
  | {
      readonly part: 'server';
      /** It is stopped before its files change, so that a run that is killed leaves none with former ones. */
      readonly stop: boolean;
      readonly files: Texts;
      readonly units: UnitStep;
    }
  | { readonly part: 'rules'; readonly units: UnitStep; readonly files: Texts }
  | { readonly part: 'libvirt'; readonly step: NetworkStep }
  | { readonly part: 'forwarding'; readonly step: ForwardingStep }
  | { readonly part: 'remains' };
