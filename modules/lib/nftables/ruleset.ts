import { type FilteredNetwork, type Forward, MASQUERADE } from './rules.ts';

/** The table of nftables that has all rules of networks: `inet piecewise_cloud`. */
export const TABLE = 'piecewise_cloud';

const word = (family: 4 | 6) => (family === 4 ? 'ip' : 'ip6');
const quoted = (name: string) => `"${name}"`;
const set = (elements: readonly string[]) =>
  elements.length === 1 ? (elements[0] ?? '') : `{ ${elements.join(', ')} }`;

/** A rule, and the chain that it is in. */
interface Rule {
  readonly chain: 'destinations' | 'listening' | 'sources' | 'passage' | 'services';
  readonly text: string;
}

function forwardRule({ family, protocol, ports, listen, sources, to, toPort }: Forward): string {
  const by = word(family);
  const target = toPort === undefined ? to : `${family === 4 ? to : `[${to}]`}:${toPort}`;
  return [
    ...(sources.length > 0 ? [`${by} saddr ${set(sources)}`] : []),
    // Packets of this family to an address of the host; those of gateways have left the chain before.
    ...(listen.length > 0 ? [`${by} daddr ${set(listen)}`] : [`meta nfproto ipv${family}`]),
    `${protocol} dport ${ports}`,
    `dnat ${by} to ${target}`,
  ].join(' ');
}

// What a forward of this table has redirected: another program's DNAT opens nothing.
const passed = ({ family, protocol, ports, to, toPort }: Forward) =>
  `${word(family)} daddr ${to} ${protocol} dport ${toPort ?? ports} ct status dnat`;

/** A guest has the addresses of its subnets: by another's it could pass for a guest of another network, or for a source. */
const sourceRules = ({ interface: device, subnets }: FilteredNetwork): string[] =>
  ([4, 6] as const).map((family) => {
    const subnet = subnets.find((one) => one.family === family)?.network;
    const strange = subnet === undefined ? `meta nfproto ipv${family}` : `${word(family)} saddr != ${subnet}`;
    return `iifname ${quoted(device)} ${strange} drop`;
  });

/** The same for what guests send to the host itself, with what an interface sends before it has an address. */
const senderRules = ({ interface: device, subnets }: FilteredNetwork): string[] =>
  ([4, 6] as const).map((family) => {
    const subnet = subnets.find((one) => one.family === family)?.network;
    const known = [...(subnet === undefined ? [] : [subnet]), ...UNSET[family]];
    return `iifname ${quoted(device)} ${word(family)} saddr != ${set(known)} drop`;
  });

const UNSET = { 4: ['0.0.0.0'], 6: ['::', 'fe80::/10'] } as const;

/** The rules of one network, in the order of their chains. */
export function rulesOf(network: FilteredNetwork): Rule[] {
  const { interface: device, subnets, uplinks, routedTo, forwards, services } = network;
  const here = quoted(device);
  const nat = subnets.flatMap(({ family, network: subnet, source }): Rule[] => {
    if (source === undefined || uplinks.length === 0) return [];
    const action = source === MASQUERADE ? 'masquerade' : `snat ${word(family)} to ${source}`;
    const out = `iifname ${here} oifname ${set(uplinks.map(quoted))}`;
    return [
      { chain: 'sources', text: `${out} ${word(family)} saddr ${subnet} ${action}` },
      { chain: 'passage', text: `${out} ${word(family)} saddr ${subnet} accept` },
    ];
  });
  const routes = routedTo.map(
    (other): Rule => ({ chain: 'passage', text: `iifname ${here} oifname ${quoted(other)} accept` }),
  );
  const ports = forwards.flatMap((forward): Rule[] => [
    { chain: forward.listen.length > 0 ? 'listening' : 'destinations', text: forwardRule(forward) },
    { chain: 'passage', text: `oifname ${here} ${passed(forward)} accept` },
  ]);
  // A guest that connects to its own network by a forward sees the gateway, or it would answer the other guest directly.
  const hairpin: Rule[] =
    forwards.length > 0
      ? [{ chain: 'sources', text: `iifname ${here} oifname ${here} ct status dnat masquerade` }]
      : [];
  const opened = services.map(
    ({ protocol, ports: numbers }): Rule => ({
      chain: 'services',
      text: `iifname ${here} ${numbers === undefined ? `meta l4proto ${protocol}` : `${protocol} dport ${numbers}`} accept`,
    }),
  );
  return [...ports, ...hairpin, ...nat, ...routes, ...opened];
}

const indented = (lines: readonly string[]) => lines.map((line) => `    ${line}`);

function chain(name: string, head: string, rules: readonly string[]): string[] {
  return [`  chain ${name} {`, ...indented([...(head ? [head] : []), ...rules]), '  }'];
}

/**
 * The table with the rules of all networks, as nft(8) loads it at once: an existing table is replaced.
 * @param networks in the order of their names, so that the text depends on nothing else
 */
export function rulesetOf(networks: readonly FilteredNetwork[]): string {
  const rules = networks.flatMap((network) => [
    ...rulesOf(network).map((rule) => ({ ...rule, network: network.name })),
  ]);
  const of = (chain: Rule['chain']) =>
    rules
      .filter((rule) => rule.chain === chain)
      .map(({ text, network }) => `${text} comment ${quoted(network)}`);
  const devices = networks.map((network) => quoted(network.interface));
  const uplinks = networks.flatMap(({ uplinks: all }) => all.map(quoted));
  const gateways = (family: 4 | 6) =>
    networks.flatMap(({ subnets }) =>
      subnets.flatMap((subnet) => (subnet.family === family ? subnet.gateway : [])),
    );
  const exceptions = ([4, 6] as const).flatMap((family) =>
    gateways(family).length > 0 ? [`${word(family)} daddr ${set(gateways(family))} return`] : [],
  );
  const [forwarded, listening] = [of('destinations'), of('listening')];
  const beside = [...new Set(networks.flatMap((network) => (network.beside ? quoted(network.beside) : [])))];
  const isolated = beside.length > 0 ? [`iifname ${set(beside)} drop`] : [];
  // From the outside, or from a guest: another interface of the host forwards nothing.
  const from = set([...new Set([...uplinks, ...devices])]);
  const natted = of('sources');
  return [
    `table inet ${TABLE}`,
    `delete table inet ${TABLE}`,
    `table inet ${TABLE} {`,
    ...(forwarded.length + listening.length > 0
      ? [
          ...chain('listening', '', listening),
          ...chain('destinations', '', [...exceptions, ...forwarded]),
          ...chain('prerouting', 'type nat hook prerouting priority -100; policy accept;', [
            'fib daddr type local jump listening',
            `iifname ${from} fib daddr type local jump destinations`,
          ]),
          ...chain('output', 'type nat hook output priority -100; policy accept;', [
            'ip daddr 127.0.0.0/8 return',
            'ip6 daddr ::1 return',
            'fib daddr type local jump listening',
            'fib daddr type local jump destinations',
          ]),
        ]
      : []),
    ...(natted.length > 0
      ? chain('postrouting', 'type nat hook postrouting priority 100; policy accept;', natted)
      : []),
    // A guest must not be a router of the host, and reaches nothing of it but what is for guests. ICMP has the discovery of
    // neighbours, without which IPv6 doesn't work.
    ...(devices.length > 0
      ? chain('input', 'type filter hook input priority 0; policy accept;', [
          ...isolated,
          ...networks.flatMap(senderRules),
          `iifname ${set(devices)} icmpv6 type { nd-router-advert, nd-redirect } drop`,
          `iifname ${set(devices)} icmp type redirect drop`,
          `iifname ${set(devices)} ct state established,related accept`,
          `iifname ${set(devices)} meta l4proto { icmp, ipv6-icmp } accept`,
          ...of('services'),
          `iifname ${set(devices)} drop`,
        ])
      : []),
    ...(devices.length > 0
      ? chain('forward', 'type filter hook forward priority 0; policy accept;', [
          ...isolated,
          `iifname != ${set(devices)} oifname != ${set(devices)} accept`,
          ...networks.flatMap(sourceRules),
          'ct state established,related accept',
          ...of('passage'),
          'drop',
        ])
      : []),
    '}',
    '',
  ].join('\n');
}
