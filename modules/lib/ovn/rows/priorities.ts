// Of all rules that match a packet, the one with the highest priority counts.

/** What another network may not open. */
export const DENY_NETWORK = 4000;

/** What a security group allows. */
export const ALLOW_GROUP = 3001;

/** All else, for an interface that has a group. */
export const DENY_GROUP = 3000;

/** What makes a switch follow connections. */
export const STATEFUL = 100;
