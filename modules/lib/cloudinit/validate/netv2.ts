import { isMapping } from '../yaml/value.ts';
import { type At, itemsIn, mappingIn, mappingsOf, namedIn, textIn, textsOf } from './look.ts';
import type { GivenRoute, Interface, Network } from './netmodel.ts';
import { error, type Problem } from './problem.ts';

type Mapping = Record<string, unknown>;

/** The keys of version 2 that have interfaces; of the last ones only the names are read. */
const LOOKED_AT = ['ethernets', 'bonds', 'bridges', 'vlans', 'dummy-devices', 'vrfs'];
const OTHERS = ['wifis', 'tunnels', 'modems', 'virtual-ethernets', 'nm-devices'];

/** Reads a network-config of version 2: netplan(5). */
export function networkOf2(config: At<Mapping>): Network {
  const devices = LOOKED_AT.flatMap((kind) => namedIn(config, kind).map((device) => ({ kind, device })));
  return {
    version: 2,
    interfaces: [
      ...devices.map(({ kind, device }) => interfaceOf(kind, device)),
      ...OTHERS.flatMap((kind) => namedIn(config, kind)).map((device) => interfaceOf('', device)),
    ],
    routes: [],
    nameservers: devices.flatMap(({ device }) => {
      const found = mappingIn(device, 'nameservers');
      return found ? textsOf(itemsIn(found, 'addresses')) : [];
    }),
    users: [],
  };
}

const isOn = (value: unknown) => /^(?:true|yes|on|y)$/i.test(String(value));

function interfaceOf(kind: string, device: At<Mapping> & { readonly name: string }): Interface {
  const match = mappingIn(device, 'match');
  const { value } = device;
  const families: readonly (readonly [4 | 6, boolean])[] = [
    [4, isOn(value.dhcp4)],
    [6, isOn(value.dhcp6) || isOn(value['accept-ra'])],
  ];
  // The contents of tunnels and the like are not checked.
  const textsAt = (keys: readonly string[]) =>
    kind === '' ? [] : keys.flatMap((key) => textIn(device, key) ?? []);
  return {
    name: device.name,
    path: device.path,
    mac: kind === 'ethernets' && match ? textIn(match, 'macaddress') : undefined,
    addresses: kind === '' ? [] : itemsIn(device, 'addresses').flatMap(addressOf),
    gateways: [
      ...textsAt(['gateway4']).map((at) => ({ ...at, family: 4 as const })),
      ...textsAt(['gateway6']).map((at) => ({ ...at, family: 6 as const })),
    ],
    routes: kind === '' ? [] : mappingsOf(itemsIn(device, 'routes')).map(routeOf),
    dynamic: new Set(families.flatMap(([family, on]) => (on ? [family] : []))),
    members: kind === 'bonds' || kind === 'bridges' ? textsOf(itemsIn(device, 'interfaces')) : [],
    link: kind === 'vlans' ? textIn(device, 'link') : undefined,
  };
}

// An address may be a mapping from it to a label.
function addressOf({ value, path }: At<unknown>): At<string>[] {
  if (typeof value === 'string') return [{ value, path }];
  return isMapping(value) ? Object.keys(value).map((key) => ({ value: key, path: [...path, key] })) : [];
}

const routeOf = (route: At<Mapping>): GivenRoute => ({
  path: route.path,
  to: textIn(route, 'to'),
  via: textIn(route, 'via'),
  onLink: isOn(route.value['on-link']) || route.value.scope === 'link',
});

/** Checks that only version 2 needs. */
export const slipsOf2 = (config: At<Mapping>): Problem[] => [
  ...namesWithoutMatch(config),
  ...primaries(config),
];

function primaries(config: At<Mapping>): Problem[] {
  return namedIn(config, 'bonds').flatMap((bond) => {
    const parameters = mappingIn(bond, 'parameters');
    const primary = parameters && textIn(parameters, 'primary');
    const members = textsOf(itemsIn(bond, 'interfaces')).map(({ value }) => value);
    if (!primary || members.includes(primary.value)) return [];
    return [error(primary.path, "is not one of the bond's 'interfaces'")];
  });
}

function namesWithoutMatch(config: At<Mapping>): Problem[] {
  return namedIn(config, 'ethernets').flatMap((device) => {
    const name = textIn(device, 'set-name');
    if (!name || mappingIn(device, 'match')) return [];
    return [error(name.path, "needs 'match' as well, which selects the device that gets this name")];
  });
}
