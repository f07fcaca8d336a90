import { devicesOf } from '../../lib/libvirt/devices.ts';
import { driverIn, type GuestKind } from '../../lib/libvirt/driver.ts';
import type { Domain } from '../../lib/libvirt/read.ts';
import type { DatabaseIndex } from '../../lib/ovs/rows/database-index.ts';
import { childOf, childrenOf, type Element, valueAt } from '../../lib/xml/element.ts';
import type { NetworkInfo } from './networks.ts';
import { type Optional, withoutMissing } from './optional.ts';

/** A NIC of a guest. */
export type NicInfo = Optional<{
  readonly mac: string;
  readonly bridge: string | undefined;
  /** The network of this collection that it is in. */
  readonly network: string | undefined;
  /** The port on the host, of a running guest. */
  readonly port: string | undefined;
  readonly tag: number | undefined;
  readonly trunks: readonly number[] | undefined;
  readonly model: string | undefined;
  /** Whether its cable is plugged in. */
  readonly link: boolean;
}>;

interface Vlans {
  readonly tag: number | undefined;
  readonly trunks: readonly number[] | undefined;
}

/** The VLANs of an interface: formatdomain, "Setting VLAN tag". */
function vlansOf(nic: Element): Vlans {
  const vlan = childOf(nic, 'vlan');
  const tags = childrenOf(vlan, 'tag').map(({ attributes }) => attributes);
  const id = ({ id: text }: Element['attributes']) => Number(text ?? 0);
  if (vlan?.attributes.trunk !== 'yes' && tags.length <= 1)
    return { tag: tags[0] && id(tags[0]), trunks: undefined };
  const native = tags.find(({ nativeMode }) => nativeMode !== undefined);
  return { tag: native && id(native), trunks: tags.map(id) };
}

/** The network that a NIC is in: the one that it names, or that of its bridge and VLAN. Without a VLAN it is in all of them. */
function networkOf(
  { bridge, tag, trunks }: Vlans & { readonly bridge: string | undefined },
  named: string | undefined,
  networks: readonly NetworkInfo[],
): string | undefined {
  const found = networks.find(({ name }) => name === named);
  if (found || tag === undefined || trunks !== undefined) return found?.name;
  return networks.find((network) => network.bridge === bridge && (network.vlan ?? 0) === tag)?.name;
}

/**
 * The NICs of a guest: those that it has while it runs, else those of its definition. Pure.
 * @param index of Open vSwitch, which knows bridge and VLANs of a running guest's port best; undefined where it can't be read
 */
export function nicsOf(
  { live, definition }: Domain,
  index: DatabaseIndex | undefined,
  networks: readonly NetworkInfo[],
): NicInfo[] {
  return devicesOf(live ?? definition, 'interface').map((nic) => {
    const port = live && valueAt(nic, 'target/@dev');
    const rows = port === undefined ? undefined : index?.ports.get(port);
    const bridge = rows?.bridge.name ?? valueAt(nic, 'source/@bridge');
    const vlans = rows
      ? { tag: rows.port.tag, trunks: rows.port.trunks.length > 0 ? rows.port.trunks : undefined }
      : vlansOf(nic);
    return withoutMissing({
      mac: valueAt(nic, 'mac/@address')?.toLowerCase() ?? '',
      bridge,
      network: networkOf({ ...vlans, bridge }, valueAt(nic, 'source/@network'), networks),
      port,
      ...vlans,
      model: valueAt(nic, 'model/@type'),
      link: valueAt(nic, 'link/@state') !== 'down',
    });
  });
}

/** A guest that has a port. */
export interface PortGuest {
  readonly name: string;
  readonly kind: GuestKind;
}

/** The guests by the names of their ports on the host. Pure. */
export const guestsByPort = (domains: readonly Domain[]): ReadonlyMap<string, PortGuest> =>
  new Map(
    domains.flatMap(({ name, live }) =>
      devicesOf(live, 'interface').flatMap((nic) => {
        const port = valueAt(nic, 'target/@dev');
        return live && port !== undefined ? [[port, { name, kind: driverIn(live).guests }] as const] : [];
      }),
    ),
  );
