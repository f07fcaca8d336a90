import type { CloudGuest, CloudPort, Drift } from './cloud.ts';
import { bytes, counted, duration } from './format.ts';
import {
  type BridgeModel,
  guestsOf,
  type HostModel,
  type Item,
  type Model,
  type NetworkModel,
} from './model/model.ts';
import { distinct } from './sort.ts';

// All that is known of an object, as texts, for the panel.

export interface Link {
  readonly id: string;
  readonly text: string;
}

export interface Section {
  readonly title: string;
  readonly facts?: readonly (readonly [name: string, value: string])[];
  readonly list?: readonly string[];
  readonly links?: readonly Link[];
}

export interface Details {
  /** `Guest`, `Bridge`. */
  readonly kind: string;
  readonly name: string;
  /** The host that it is on. */
  readonly on?: Link;
  readonly problems: readonly string[];
  readonly command?: string;
  readonly restart: readonly string[];
  readonly drift: readonly Drift[];
  readonly sections: readonly Section[];
}

type Facts = (readonly [name: string, value: string | number | undefined])[];

/** Facts that have a value. */
const facts = (title: string, all: Facts): Section => ({
  title,
  facts: all.flatMap(([name, value]): [string, string][] =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  ),
});

const list = (title: string, items: readonly string[]): Section => ({ title, list: items });

const yes = (value: boolean) => (value ? 'yes' : 'no');

const linkTo = ({ id, name }: Item): Link => ({ id, text: name });

/** @param item of that model */
export function detailsOf(item: Item, model: Model): Details {
  const host = model.hosts.find(({ name }) => name === item.host);
  const base = {
    name: item.name,
    problems: [],
    restart: [],
    drift: item.drift,
    ...(host && item.kind !== 'host' ? { on: linkTo(host) } : {}),
  };
  const made = ((): Partial<Details> & Pick<Details, 'kind' | 'sections'> => {
    switch (item.kind) {
      case 'host':
        return hostDetails(item);
      case 'guest':
        return {
          kind: item.isContainer ? 'Container' : 'Guest',
          restart: item.restart,
          ...(item.command === undefined ? {} : { command: item.command }),
          sections: [
            facts('State', [
              ['State', item.stateText],
              ['Addresses', item.addresses.join(', ')],
              ['Group', item.group],
              ['Type', item.type],
              ['Managed', yes(item.managed)],
              ...(item.info
                ? ([
                    ['Memory', bytes(item.info.memory)],
                    ['CPUs', item.info.vcpus],
                    ['Starts with its host', yes(item.info.autostart)],
                    ['Evacuated from', item.info.evacuated_from],
                    ['UUID', item.info.uuid],
                  ] as Facts)
                : []),
            ]),
            ...item.nics.map((nic, index) =>
              facts(`NIC ${index + 1}`, [
                ['MAC address', nic.mac],
                ['Bridge', nic.bridge],
                ['Network', nic.network],
                ['VLAN', nic.vlan],
                ['Trunk of VLANs', nic.trunks.join(', ')],
                ['Port', nic.port],
                ['Model', nic.model],
                ['Link', nic.link ? undefined : 'down'],
              ]),
            ),
            ...(item.info ? guestSections(item.info) : []),
          ],
        };
      case 'bridge':
        return bridgeDetails(item, host);
      case 'network':
        return networkDetails(item, host);
      case 'port':
        return {
          kind: 'Port',
          problems: item.info.error ? [item.info.error] : [],
          sections: [portFacts(item.info)],
        };
      case 'overlay':
        return {
          kind: 'Overlay',
          problems: item.errors,
          sections: [
            facts('Tunnels', [
              ['Type', item.type],
              ['Key', item.key],
              ['Hosts', new Set(item.ends.map(({ host: end }) => end)).size],
              ['Pairs without a tunnel', item.missingPairs || undefined],
            ]),
            list('Tunnels at one side only', item.oneSided),
            list('Other ends outside the picture', item.outside),
            {
              title: 'Ends',
              links: item.ends.map(({ host: end, bridge, ports }) => ({
                id: `bridge:${end}/${bridge}`,
                text: `${end}, ${bridge}: ${counted(ports.length, 'port')}`,
              })),
            },
          ],
        };
    }
  })();
  const { sections } = made;
  return {
    ...base,
    ...made,
    sections: sections.filter(
      (section) =>
        (section.facts?.length ?? 0) + (section.list?.length ?? 0) + (section.links?.length ?? 0) > 0,
    ),
  };
}

function hostDetails(item: HostModel): Partial<Details> & Pick<Details, 'kind' | 'sections'> {
  const { info, address, command, problems } = item.cloud;
  const machine = info?.host;
  return {
    kind: 'Hypervisor',
    problems,
    drift: item.cloud.drift,
    ...(command === undefined ? {} : { command }),
    sections: [
      facts('Machine', [
        ['Address', address],
        ['Host name', machine?.hostname],
        ['Release', machine?.release],
        ['Kernel', machine?.kernel],
        ['Running for', machine ? duration(machine.uptime) : undefined],
        ['CPU', machine?.cpu.model],
        ['CPUs', machine?.cpu.count],
        ['Load of a minute', machine?.cpu.load.toFixed(2)],
        [
          'Memory',
          machine
            ? `${bytes(machine.memory.total)}, ${bytes(machine.memory.available)} available`
            : undefined,
        ],
      ]),
      facts(
        'File systems',
        (machine?.filesystems ?? []).map(({ path, size, available }) => [
          path,
          `${bytes(size)}, ${bytes(available)} free`,
        ]),
      ),
      facts('Versions', Object.entries(machine?.versions ?? {})),
      { title: 'Bridges', links: item.bridges.map(linkTo) },
      {
        title: 'Guests',
        links: guestsOf(item).map((guest) => ({ id: guest.id, text: `${guest.name}, ${guest.stateText}` })),
      },
      list(
        'Templates',
        (info?.templates ?? []).map(
          ({ name, format, size, allocated, overlays }) =>
            `${name}: ${format}, ${bytes(size)}, takes ${bytes(allocated)}, ${counted(overlays.length, 'disk')} on it`,
        ),
      ),
    ],
  };
}

const guestSections = (info: CloudGuest): Section[] => [
  ...(info.root ? [facts('Root', [['Directory', info.root.path]])] : []),
  ...info.disks.map((disk) =>
    facts(disk.device === 'cdrom' ? `Drive ${disk.target}` : `Disk ${disk.target}`, [
      ['File', disk.file ?? 'empty'],
      ['Format', disk.format],
      ['Size', disk.size === undefined ? undefined : bytes(disk.size)],
      ['Takes on the host', disk.allocated === undefined ? undefined : bytes(disk.allocated)],
      ['Template', disk.backing],
    ]),
  ),
  list(
    'Where its addresses are from',
    info.addresses.map(({ address, mac, source }) => `${address}${mac ? ` (${mac})` : ''}: ${source}`),
  ),
];

function bridgeDetails(item: BridgeModel, host: HostModel | undefined) {
  const ports = (host?.cloud.info?.ports ?? []).filter(({ bridge }) => bridge === item.name);
  return {
    kind: 'Bridge',
    problems: ports.flatMap(({ name, error }) => (error ? [`${name}: ${error}`] : [])),
    sections: [
      facts('Bridge', [
        ['Interface of the host', item.info.up ? 'up' : 'down'],
        ['Addresses of the host', item.addresses.join(', ')],
        ['Datapath', item.info.datapath],
        ['VLAN bridge of', item.info.parent],
        ['VLAN', item.info.vlan],
        ['Managed', yes(item.info.managed)],
        [
          'Connected to',
          distinct(
            (host?.links ?? []).flatMap(({ from, to }) =>
              from === item.name ? to : to === item.name ? from : [],
            ),
          ).join(', '),
        ],
      ]),
      { title: 'Networks', links: item.networks.map(linkTo) },
      { title: 'Uplinks', links: item.uplinks.map(linkTo) },
      { title: 'Guests', links: guestsOn(item, host) },
      list(
        'Ports',
        ports.map((port) =>
          [
            `${port.name}: ${port.type}`,
            port.tag === undefined ? '' : `VLAN ${port.tag}`,
            port.trunks?.length ? `VLANs ${port.trunks.join(' ')}` : '',
            port.guest === undefined ? '' : `of ${port.guest}`,
            port.remote === undefined ? '' : `to ${port.remote}`,
            port.peer === undefined ? '' : `to ${port.peer}`,
            port.up ? '' : 'down',
          ]
            .filter(Boolean)
            .join(', '),
        ),
      ),
    ],
  };
}

const guestsOn = (item: BridgeModel, host: HostModel | undefined): Link[] =>
  (host ? guestsOf(host) : []).filter(({ bridges }) => bridges.includes(item.name)).map(linkTo);

function networkDetails({ info, name, bridge, host: on }: NetworkModel, host: HostModel | undefined) {
  return {
    kind: 'Network',
    problems:
      info.service === undefined || info.service === 'active' ? [] : [`Its service is ${info.service}.`],
    sections: [
      facts('Network', [
        ['Subnets', info.subnets.join(', ')],
        ['Gateways', info.gateways.join(', ')],
        ['VLAN', info.vlan],
        ['DHCP', yes(info.dhcp)],
        ['DNS', yes(info.dns)],
        ['NAT', yes(info.nat)],
        ['Service', info.service],
      ]),
      { title: 'Bridge', links: [{ id: `bridge:${on}/${bridge}`, text: bridge }] },
      list('Forwards', info.forwards),
      {
        title: 'Guests',
        links: (host ? guestsOf(host) : [])
          .filter(({ nics }) => nics.some(({ network }) => network === name))
          .map(linkTo),
      },
      list(
        'Leases',
        info.leases.map(({ address, mac, name: of, expires }) =>
          [`${address}: ${mac}`, of ?? '', expires ? `until ${expires}` : ''].filter(Boolean).join(', '),
        ),
      ),
    ],
  };
}

const portFacts = (port: CloudPort): Section =>
  facts('Port', [
    ['Type', port.type],
    ['State', port.up ? 'up' : 'down'],
    ['Bridge', port.bridge],
    ['VLAN', port.tag],
    ['Trunk of VLANs', port.trunks?.join(', ')],
    ['MAC address', port.mac],
    ['Addresses', port.addresses.join(', ')],
    ['Interfaces', port.interfaces.join(', ')],
    ['Peer', port.peer],
    ['Other end', port.remote],
    ['Key', port.key],
    ['Managed', yes(port.managed)],
  ]);
