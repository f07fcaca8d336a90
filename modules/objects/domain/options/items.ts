import type { DomainOptions } from './options.ts';

type Item<List> = NonNullable<List> extends readonly (infer One)[] ? One : never;

export type Disk = Item<DomainOptions['disks']>;
export type Interface = Item<DomainOptions['interfaces']>;
export type Graphics = Item<DomainOptions['graphics']>;

/** What a disk's source is: as its type says, else by its protocol or path. */
export function sourceTypeOf({ type, protocol, source }: Disk): NonNullable<Disk['type']> {
  if (type) return type;
  if (protocol) return 'network';
  return source?.startsWith('/dev/') ? 'block' : 'file';
}
