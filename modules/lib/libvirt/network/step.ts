/** A step of making or removing a network of libvirt's. */
export type NetworkStep =
  | { readonly act: 'define'; readonly xml: string }
  /** A change of one portgroup of an active network, which need not be stopped for it. */
  | { readonly act: 'update'; readonly command: 'add-last' | 'modify' | 'delete'; readonly portgroup: string }
  | { readonly act: 'restart' | 'start' | 'autostart' | 'stop' | 'undefine' };

/** A step with its title and the two sides of its diff. */
export interface NetworkChange {
  readonly title: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly step: NetworkStep;
}
