import type { OverlayModel, PortModel } from '../model/model.ts';

/** What is written on an uplink. */
export const uplinkText = ({ name, info }: PortModel): string =>
  info.type === 'bond' && info.interfaces.length > 0 ? `${name} (${info.interfaces.length})` : name;

/** What is written on a small port. */
export const portText = ({ name, info }: PortModel): string =>
  [
    name,
    ...(info.type === 'internal' ? [] : [info.type]),
    ...(info.tag === undefined ? [] : [`VLAN ${info.tag}`]),
    ...info.addresses.slice(0, 1),
    ...(info.error ? ['error'] : []),
  ].join(' \u00b7 ');

/** What is written on an overlay that leads to no other host of the picture. */
export const tunnelText = ({ name, outside }: OverlayModel): string =>
  `${name} \u2192 ${outside.slice(0, 2).join(', ')}${outside.length > 2 ? `, ${outside.length - 2} more` : ''}`;

/** The subnets of a network, and, unless it is to be short, its gateway. */
export const networkText = (
  info: { subnets: readonly string[]; gateways: readonly string[] },
  short: boolean,
): string => {
  const [subnet, ...more] = info.subnets;
  const [gateway] = info.gateways;
  return [
    subnet === undefined ? 'no subnet' : `${subnet}${more.length > 0 ? ` +${more.length}` : ''}`,
    ...(gateway === undefined || short ? [] : [`gw ${gateway}`]),
  ].join('  ');
};

/** What the host does for a network, as short words. */
export const networkTags = (info: {
  dhcp: boolean;
  dns: boolean;
  nat: boolean;
  forwards: readonly string[];
}): string[] => [
  ...(info.dhcp ? ['DHCP'] : []),
  ...(info.dns ? ['DNS'] : []),
  ...(info.nat ? ['NAT'] : []),
  ...(info.forwards.length > 0 ? [`${info.forwards.length} FWD`] : []),
];
