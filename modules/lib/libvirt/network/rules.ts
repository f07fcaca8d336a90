import type { IdentityTable, Rules } from '../../xml/merge.ts';

/** How the items of a network's repeated elements are matched. Source: libvirt's formatnetwork. */
export const NETWORK_IDENTITY: IdentityTable = {
  'network/portgroup': { keys: [['@name']], ordinal: ['@name'] },
  // With its tags and their mode it is one value: which VLANs a port has.
  'network/portgroup/vlan': 'atomic',
  'network/vlan': 'atomic',
  // Each program has one element of metadata, in its namespace.
  'network/metadata/*': 'atomic',
};

/** How the definitions of networks are merged. */
export const NETWORK_RULES: Rules = {
  identity: NETWORK_IDENTITY,
  derive: (current) => current,
  containers: new Set(['network/metadata']),
  sticky: new Set(['network/name', 'network/uuid']),
};
