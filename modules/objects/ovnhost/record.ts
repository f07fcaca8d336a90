import { withDefaults } from '../../lib/ansible/coerce.ts';
import { Failure } from '../../lib/failure.ts';
import { type Host, readText } from '../../lib/host/host.ts';
import { networkOf } from '../network/network-of.ts';
import { type NetworkOptions, networkOptions } from '../network/options.ts';
import type { KnownNetwork } from '../network/record.ts';

// What a hypervisor knows of the networks that OVN makes for the whole cloud, for the tasks of guests.

/** The bridge of OVN: its controller binds ports to networks there. */
export const INTEGRATION_BRIDGE = 'br-int';

/** The file with all of them. */
export const RECORD = '/etc/piecewise-cloud/ovn/networks.json';

/** The form of the record. */
const FORMAT = 1;

/** What a guest has to know of its network: the options that both engines have. */
export type Declared = Pick<
  NetworkOptions,
  'name' | 'subnet' | 'gateway' | 'dhcp' | 'dns' | 'nat' | 'routed_to' | 'forwards' | 'mtu'
>;

/** The text of the record. */
export const recordText = (networks: readonly Declared[]): string =>
  `${JSON.stringify({ format: FORMAT, networks }, undefined, 2)}\n`;

const knownOf = (declared: Declared): KnownNetwork => ({
  engine: 'ovn',
  network: networkOf(
    withDefaults(networkOptions, { ...declared, state: 'present', bridge: INTEGRATION_BRIDGE }),
  ),
  uplinks: [],
  guests: [],
});

/** The networks of OVN that this host knows, by name. @throws Failure for a record that can't be read */
export async function readOvnNetworks(host: Host): Promise<Map<string, KnownNetwork>> {
  const text = await readText(host, RECORD);
  if (text === undefined) return new Map();
  try {
    const { format, networks } = JSON.parse(text);
    if (format !== FORMAT) throw new Error('another format');
    return new Map((networks as Declared[]).map((one) => [one.name, knownOf(one)]));
  } catch {
    throw new Failure(
      `${RECORD} can't be read, since somebody or another release has changed it: run the role network first, which writes it`,
    );
  }
}
