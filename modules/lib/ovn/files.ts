/** The directory of a host's own key and certificates. */
export const DIRECTORY = '/etc/piecewise-cloud/ovn';

/** A host's key, and the certificates for it; and those of the two authorities. */
export const FILES = {
  key: `${DIRECTORY}/key.pem`,
  /** With it the host is a chassis. */
  chassis: `${DIRECTORY}/chassis.crt`,
  /** With it the host is a member of the databases' clusters. */
  member: `${DIRECTORY}/member.crt`,
  /** Signs those of chassis. */
  chassisAuthority: `${DIRECTORY}/chassis-ca.crt`,
  /** Signs those of members. */
  memberAuthority: `${DIRECTORY}/members-ca.crt`,
} as const;

/** The directory of the authorities' keys, on one host. */
export const AUTHORITY_DIRECTORY = '/etc/piecewise-cloud/ovn-ca';

/** The authorities: one for members, one for chassis. */
export const AUTHORITIES = {
  members: {
    key: `${AUTHORITY_DIRECTORY}/members.key`,
    certificate: `${AUTHORITY_DIRECTORY}/members.crt`,
  },
  chassis: {
    key: `${AUTHORITY_DIRECTORY}/chassis.key`,
    certificate: `${AUTHORITY_DIRECTORY}/chassis.crt`,
  },
} as const;
