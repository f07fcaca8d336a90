import type { CloudInfo } from '../modules/objects/cloud/cloud.ts';

export type { CloudInfo };

// The data of the cloud, as the playbooks `status` and `picture` get it.

/** What the controller puts together. All texts come from hosts or users: they are data, never markup. */
export interface Cloud {
  readonly version: 1;
  /** When it was read: ISO 8601, UTC. */
  readonly read_at: string;
  /** Whether drift was looked for. */
  readonly drift_checked: boolean;
  readonly hosts: readonly CloudHost[];
}

export interface CloudHost {
  /** Its name in the inventory. */
  readonly name: string;
  /** By which Ansible reaches it. */
  readonly address?: string;
  /** How a person reaches it: `ssh root@203.0.113.11`. */
  readonly command?: string;
  /** Why nothing, or not all, is known of it. */
  readonly problems: readonly string[];
  /** What a run of site.yml would change on it. */
  readonly drift: readonly Drift[];
  /** The result of the module cloud_info; missing where it couldn't be read. */
  readonly info?: CloudInfo;
  /** How a person reaches each guest: `ssh -J root@203.0.113.11 user@10.20.0.5`, by the guest's name. */
  readonly guest_commands: Readonly<Record<string, string>>;
  /** Guests that the variables declare for this host, by name, with what the variables say of them. They may not exist yet. */
  readonly declared: Readonly<
    Record<
      string,
      { state: string; kind?: string; group?: string; type?: string; addresses: readonly string[] }
    >
  >;
}

/** The kinds of drift of what is drawn by itself, as the controller names them (`_drift.py`). */
export const KINDS = { guest: 'vms', network: 'networks', bridge: 'ovs_bridges', port: 'ovs_ports' } as const;

export interface Drift {
  /** The variable that declares the object, such as `vms` or `ovs_ports`; `hypervisor` for the host itself. */
  readonly kind: string;
  /** Its name: of a VM, network, bridge, port, image. For `hypervisor` the name of the task. */
  readonly name: string;
  /** What would change, one line each, in the words of the module: `memory: 1 GiB -> 2 GiB`, `start`. */
  readonly changes: readonly string[];
  /** Before and after as text, where the module tells: each a unified diff is made of. */
  readonly diffs: readonly { readonly title: string; readonly before: string; readonly after: string }[];
}

type ElementOf<K extends keyof CloudInfo> = CloudInfo[K] extends readonly (infer T)[] ? T : never;

export type CloudBridge = ElementOf<'bridges'>;
export type CloudPort = ElementOf<'ports'>;
export type CloudNetwork = ElementOf<'networks'>;
export type CloudGuest = ElementOf<'guests'>;
export type CloudTemplate = ElementOf<'templates'>;
export type CloudNic = CloudGuest['nics'][number];
