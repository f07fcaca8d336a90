import type { DomainOptions } from '../table.ts';

type Item<List> = NonNullable<List> extends readonly (infer One)[] ? One : never;

export type Disk = Item<DomainOptions['disks']>;
export type Interface = Item<DomainOptions['interfaces']>;
export type Graphics = Item<DomainOptions['graphics']>;

/** What of the host a definition depends on. */
export interface HostFacts {
  /** Whether guests can run on the processor itself. */
  readonly kvm: boolean;
}
