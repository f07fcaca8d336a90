import { asOption, OptionError } from '../../lib/failure.ts';
import { type Address, formatAddress, parseAddress, parseIp } from '../../lib/net/address.ts';
import { names } from '../../lib/ovn/desired.ts';
import type { RuleEntry } from './options.ts';

const LARGEST_PORT = 65535;

function portMatch(protocol: string, text: string, at: string): string {
  const [first = 0, last = first] = text.split('-').map(Number);
  if (first < 1 || last > LARGEST_PORT || last < first)
    throw new OptionError(at, `'${text}' is not a port or a range of ports: they are 1 to 65535`);
  return first === last
    ? `${protocol}.dst == ${first}`
    : `(${protocol}.dst >= ${first} && ${protocol}.dst <= ${last})`;
}

/** What a rule says of protocol and ports. @param family undefined for both */
function protocolMatch({ protocol, ports }: RuleEntry, family: 4 | 6 | undefined): string {
  if (protocol === 'any') return `ip${family ?? ''}`;
  if (protocol === 'icmp') return family ? `icmp${family}` : '(icmp4 || icmp6)';
  const all = (ports ?? []).map((port, i) => portMatch(protocol, port, `ports[${i}]`));
  const dst = all.length > 1 ? `(${all.join(' || ')})` : all[0];
  return [...(family ? [`ip${family}`] : []), dst ?? protocol].join(' && ');
}

/** The networks that are known by name, with their subnets; undefined for an unknown one. */
export interface Sources {
  readonly subnetsOf: (network: string) => readonly Address[] | undefined;
  readonly hasGroup: (group: string) => boolean;
}

/** The addresses from which a rule lets in, of a family; undefined for all. */
function sourcesOf(rule: RuleEntry, known: Sources): readonly (readonly [4 | 6, string])[] | undefined {
  const { from_group, from_network, from } = rule;
  if (from_group === undefined && from_network === undefined && from === undefined) return undefined;
  if (from?.length === 0) throw new OptionError('from', 'has no entry: leave it out if all are meant');
  if (from_group !== undefined && !known.hasGroup(from_group))
    throw new OptionError('from_group', `there is no security group '${from_group}': add it to the list`);
  const subnets = from_network === undefined ? [] : known.subnetsOf(from_network);
  if (!subnets)
    throw new OptionError('from_network', `there is no network '${from_network}': add it to 'networks'`);
  const given = (from ?? []).map((text, i) =>
    asOption(`from[${i}]`, () => {
      const ip = parseIp(text);
      return ip ? ([ip.family, ip.ip] as const) : familyAndText(parseAddress(text));
    }),
  );
  const group = names.group(from_group ?? '');
  return [
    ...(from_group === undefined
      ? []
      : ([4, 6] as const).map((family) => [family, `$${group}_ip${family}`] as const)),
    ...subnets.map(familyAndText),
    ...given,
  ];
}

const familyAndText = (address: Address) => [address.family, formatAddress(address)] as const;

/** A rule as OVN's matches, one for each source. @throws OptionError */
export function matchesOf(rule: RuleEntry, known: Sources): string[] {
  const { protocol, ports } = rule;
  if (ports !== undefined && (protocol === 'any' || protocol === 'icmp'))
    throw new OptionError('ports', `needs 'protocol: tcp', udp or sctp; it is ${protocol}`);
  if (ports?.length === 0) throw new OptionError('ports', 'has no entry: leave it out if all are meant');
  const sources = sourcesOf(rule, known);
  if (!sources) return [protocolMatch(rule, undefined)];
  return sources.map(([family, source]) => `${protocolMatch(rule, family)} && ip${family}.src == ${source}`);
}
