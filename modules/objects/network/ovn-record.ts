import { withDefaults } from '../../lib/ansible/coerce.ts';
import { Failure } from '../../lib/failure.ts';
import { type Host, readText } from '../../lib/host/host.ts';
import { networkOf } from './network-of.ts';
import { type NetworkOptions, networkOptions } from './options.ts';
import type { KnownNetwork } from './record.ts';

// What this host knows of a network that OVN makes for all hosts, for the tasks of guests.

/** The bridge of OVN: its controller binds ports to networks there. */
export const INTEGRATION_BRIDGE = 'br-int';

/** The directory of the records. */
export const DIRECTORY = '/etc/piecewise-cloud/ovn-networks';

/** The file with the record of a network. */
export const recordPath = (name: string): string => `${DIRECTORY}/${name}.json`;

/** The form of a record. */
const FORMAT = 1;

/** What a guest has to know of its network: the options that both engines have. */
const DECLARED = [
  'name',
  'subnet',
  'gateway',
  'dhcp',
  'dns',
  'nat',
  'routed_to',
  'forwards',
  'mtu',
] as const satisfies readonly (keyof NetworkOptions)[];

/** A network that this host knows. */
export interface OvnRecord {
  readonly known: KnownNetwork;
  /** This host's interface in it; undefined for none. */
  readonly interface: string | undefined;
}

/** The text of a record. @param device this host's interface in the network */
export function recordText(options: NetworkOptions, device: string | undefined): string {
  // What OVN has chosen.
  const mtu = options.ovn_mtus?.[options.name];
  const known: Partial<NetworkOptions> = { ...(mtu === undefined ? {} : { mtu }), ...options };
  const declared = Object.fromEntries(
    DECLARED.flatMap((key) => (known[key] === undefined ? [] : [[key, known[key]]])),
  );
  const record = { format: FORMAT, ...(device === undefined ? {} : { interface: device }), ...declared };
  return `${JSON.stringify(record, undefined, 2)}\n`;
}

/** A network as its options describe it, of which the hosts have nothing but their ports. */
export const knownOf = (declared: object): KnownNetwork => ({
  engine: 'ovn',
  network: networkOf(
    withDefaults(networkOptions, { ...declared, engine: 'ovn', bridge: INTEGRATION_BRIDGE }),
  ),
  uplinks: [],
  guests: [],
});

/** @throws Failure for what is no record */
export function recordIn(text: string, path: string): OvnRecord {
  try {
    const { format, interface: device, ...declared } = JSON.parse(text);
    if (format !== FORMAT) throw new Error('another format');
    return { known: knownOf(declared), interface: typeof device === 'string' ? device : undefined };
  } catch {
    throw new Failure(
      `${path} can't be read, since somebody or another release has changed it: run the role network first, which writes it`,
    );
  }
}

/** The networks of OVN that this host knows, by name. @throws Failure for a record that can't be read */
export async function readOvnNetworks(host: Host): Promise<Map<string, KnownNetwork>> {
  const files = (await host.list(DIRECTORY)).filter((file) => file.endsWith('.json'));
  const found = await Promise.all(
    files.map(async (file): Promise<[string, KnownNetwork][]> => {
      const path = `${DIRECTORY}/${file}`;
      const text = await readText(host, path);
      return text === undefined ? [] : [[file.replace(/\.json$/, ''), recordIn(text, path).known]];
    }),
  );
  return new Map(found.flat());
}
