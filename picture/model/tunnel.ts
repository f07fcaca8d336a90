import type { CloudPort } from '../cloud.ts';

const TUNNELS = [
  'vxlan',
  'geneve',
  'gre',
  'gre64',
  'ip6gre',
  'lisp',
  'stt',
  'erspan',
  'ip6erspan',
  'gtpu',
  'bareudp',
  'srv6',
];

/** Whether a port is a tunnel, by its type (ovs-vswitchd.conf.db(5), "Interface: type"). */
export const isTunnel = ({ type }: CloudPort): boolean => TUNNELS.includes(type);
