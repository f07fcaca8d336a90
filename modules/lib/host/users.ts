/**
 * The first user of the host that is one of a container: systemd's "Users, Groups, UIDs and GIDs on systemd systems" leaves
 * 524288 … 1879048191 to containers. useradd takes ranges for /etc/subuid from 100000 up, so ours are far above these.
 */
export const LOWEST = 0x4000_0000;
