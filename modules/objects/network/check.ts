import { nameProblem } from '../../lib/dnsmasq/names.ts';
import { asOption, OptionError } from '../../lib/failure.ts';
import { formatAddress, parseAddress, parseIp } from '../../lib/net/address.ts';
import { hostProblem, isInRange, overlap, parseSubnet, sizeOf } from '../../lib/net/subnet.ts';
import { refuseTwins } from './conflicts.ts';
import { interfaceProblem } from './names.ts';
import { gatewaysOf, hasNoGateway, type Network, networkOf, portsOf, type Subnet } from './network-of.ts';
import type { ForwardOptions, NetworkOptions } from './options.ts';
import { checkEngine } from './ovn-check.ts';

function checkSubnets({ subnet = [] }: NetworkOptions): void {
  const families = subnet.map((text, i) => {
    const parsed = asOption(`subnet[${i}]`, () => parseSubnet(text));
    const { family, prefix } = parsed;
    const special = SPECIAL.find((range) => overlap(range, parsed));
    if (special)
      throw new OptionError(
        `subnet[${i}]`,
        `'${text}' has addresses of ${formatAddress(special)}, which are no guest's: take a part of 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or fd00::/8`,
      );
    const longest = family === 4 ? 30 : 126;
    if (prefix > longest)
      throw new OptionError(`subnet[${i}]`, `'${text}' has no room for a guest: give at most /${longest}`);
    return family;
  });
  if (families.length === 0)
    throw new OptionError('subnet', "has no entry: give a subnet, or 'state: absent'");
  families.forEach((family, i) => {
    if (families.indexOf(family) < i)
      throw new OptionError(`subnet[${i}]`, `is the second IPv${family} subnet: make another network of it`);
  });
}

// Ranges that no network of guests can have: RFC 6890.
const SPECIAL = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/3',
  '::/16',
  'fe80::/10',
  'ff00::/8',
].map((text) => parseSubnet(text));

const ipAt = (option: string, text: string) => {
  const ip = parseIp(text);
  if (!ip) throw new OptionError(option, `'${text}' is not an IP address`);
  return ip;
};

const subnetFor = ({ subnets }: Network, family: 4 | 6, option: string): Subnet => {
  const found = subnets.find(({ subnet }) => subnet.family === family);
  if (!found)
    throw new OptionError(option, `is an IPv${family} address, and the network has no IPv${family} subnet`);
  return found;
};

function checkGateway(network: Network): void {
  const { options } = network;
  if (hasNoGateway(options)) {
    const needs = (['dhcp', 'dns', 'nat'] as const).filter((option) => options[option]);
    if (options.forwards.length > 0) needs.push('forwards' as never);
    if (options.routed_to.length > 0) needs.push('routed_to' as never);
    if (options.host_ports.length > 0) needs.push('host_ports' as never);
    const [need] = needs;
    if (need)
      throw new OptionError(
        'gateway',
        `'${need}' needs an address of the host in the network: leave 'gateway' out, or '${need}'`,
      );
    return;
  }
  gatewaysOf(options).forEach((text, i) => {
    const at = Array.isArray(options.gateway) ? `gateway[${i}]` : 'gateway';
    const { family, ip } = ipAt(at, text);
    const problem = hostProblem(ip, subnetFor(network, family, at).subnet);
    if (problem) throw new OptionError(at, problem);
  });
}

function checkRange(network: Network, option: 'range' | 'range6', family: 4 | 6): void {
  const at = `dhcp.${option}`;
  const texts = network.options.dhcp?.[option];
  if (texts === undefined) return;
  if (texts.length !== 2) throw new OptionError(at, 'is the first and the last address: give two');
  const { subnet, gateway, range } = (() => {
    for (const [i, text] of texts.entries()) {
      const ip = ipAt(`${at}[${i}]`, text);
      if (ip.family !== family)
        throw new OptionError(
          `${at}[${i}]`,
          `'${text}' is an IPv${ip.family} address: this is the range of IPv${family}`,
        );
    }
    return subnetFor(network, family, at);
  })();
  texts.forEach((text, i) => {
    const problem = hostProblem(parseIp(text)?.ip ?? '', subnet);
    if (problem) throw new OptionError(`${at}[${i}]`, problem);
  });
  if (!range) return;
  if (sizeOf(family, range) < 1n)
    throw new OptionError(at, `${range.last} is before ${range.first}: exchange them`);
  if (gateway !== undefined && isInRange(gateway, range))
    throw new OptionError(at, `has the gateway's address ${gateway}: begin after it`);
}

// dnsmasq makes two minutes of less, in silence.
const SHORTEST_LEASE = 120;
const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 };

function checkDhcp({ options, subnets }: Network): void {
  const { dhcp, mtu } = options;
  const has6 = subnets.some(({ subnet }) => subnet.family === 6);
  if (has6 && mtu !== undefined && mtu < 1280)
    throw new OptionError('mtu', `${mtu} is less than IPv6 needs: give at least 1280`);
  if (!dhcp) return;
  const [, number = '', unit = 's'] = /^(\d+)([smhdw]?)$/.exec(dhcp.lease_time) ?? [];
  if (number !== '' && Number(number) * (UNITS[unit || 's'] ?? 1) < SHORTEST_LEASE)
    throw new OptionError('dhcp.lease_time', `'${dhcp.lease_time}' is less than dnsmasq's least, 2m`);
  const wide = subnets.findIndex(({ subnet }) => subnet.family === 6 && subnet.prefix < 64);
  if (wide >= 0)
    throw new OptionError(
      `subnet[${wide}]`,
      `'dhcp' serves IPv6 subnets from /64 on, and this is a /${subnets[wide]?.subnet.prefix}: give a /64 of it`,
    );
  const odd = subnets.find(({ subnet, range }) => subnet.family === 6 && subnet.prefix !== 64 && !range);
  if (odd)
    throw new OptionError(
      'dhcp.range6',
      `is required: guests make their own addresses in a /64 only, and the subnet is a /${odd.subnet.prefix}`,
    );
  for (const [name, value] of Object.entries(dhcp.options)) {
    if (!/^(\d{1,3}|[a-z0-9-]+)$/.test(name))
      throw new OptionError(
        'dhcp.options',
        `'${name}' is neither the number of an option nor dnsmasq's name of one`,
      );
    // A line break, or a comment, would end the line in dnsmasq's file.
    if (!/^[^\s#"][^\p{Cc}#"]*$/u.test(value))
      throw new OptionError(`dhcp.options.${name}`, 'must be a text without line breaks, quotes and "#"');
  }
}

function checkDns({ dns }: NetworkOptions): void {
  const names = (dns?.records ?? []).map(({ name }, i) => [`dns.records[${i}].name`, name] as const);
  for (const [at, name] of [['dns.domain', dns?.domain ?? ''] as const, ...names]) {
    const problem = nameProblem(name);
    if (problem) throw new OptionError(at, problem);
  }
  (dns?.forwarders ?? []).forEach((text, i) => {
    ipAt(`dns.forwarders[${i}]`, text);
  });
  (dns?.records ?? []).forEach(({ address }, i) => {
    const at = `dns.records[${i}].address`;
    if (!address?.length) throw new OptionError(at, 'is required');
    address.forEach((text, j) => {
      ipAt(`${at}[${j}]`, text);
    });
  });
}

/** A source of a forward: an address or a network. */
function sourceAt(option: string, text: string): 4 | 6 {
  return asOption(option, () => (parseIp(text) ?? parseAddress(text)).family);
}

const LARGEST_PORT = 65535;

function checkForward(network: Network, forward: ForwardOptions, at: string): void {
  const { to, to_port, listen, sources } = forward;
  const [first, last] = portsOf(forward);
  if (first < 1 || last > LARGEST_PORT || last < first)
    throw new OptionError(
      `${at}.port`,
      `'${forward.port}' is not a port or a range of ports: they are 1 to 65535`,
    );
  if (to_port !== undefined && first !== last)
    throw new OptionError(
      `${at}.to_port`,
      'a range of ports keeps its numbers: leave it out, or forward single ports',
    );
  if (to_port !== undefined && (Number(to_port) < 1 || Number(to_port) > LARGEST_PORT))
    throw new OptionError(`${at}.to_port`, `'${to_port}' is not a port: they are 1 to 65535`);
  for (const [name, list] of Object.entries({ listen, sources })) {
    if (list?.length === 0)
      throw new OptionError(`${at}.${name}`, 'has no entry: leave it out if all are meant');
  }
  const gateways = network.subnets.map(({ gateway }) => gateway);
  const inside = listen?.find((text) => gateways.includes(parseIp(text)?.ip));
  if (inside !== undefined)
    throw new OptionError(
      `${at}.listen`,
      `${inside} is the host's address in the network itself: give one of another interface`,
    );
  const target = parseIp(to);
  if (target) {
    const { subnet, gateway } = subnetFor(network, target.family, `${at}.to`);
    const problem =
      hostProblem(target.ip, subnet) ??
      (target.ip === gateway ? `${to} is the host's own address` : undefined);
    if (problem) throw new OptionError(`${at}.to`, problem);
  } else if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(to)) {
    throw new OptionError(`${at}.to`, `'${to}' is neither an address nor the name of a guest`);
  }
  const families = [
    ...(listen ?? []).map((text, i) => ipAt(`${at}.listen[${i}]`, text).family),
    ...(sources ?? []).map((text, i) => sourceAt(`${at}.sources[${i}]`, text)),
    ...(target ? [target.family] : []),
  ];
  if (target && families.some((family) => family !== target.family))
    throw new OptionError(
      at,
      `'to' is an IPv${target.family} address: 'listen' and 'sources' must be of IPv${target.family} too`,
    );
}

/** @throws OptionError for what is no port, nor a range of ports */
function checkHostPorts({ host_ports }: NetworkOptions): void {
  host_ports.forEach((text, i) => {
    const [, port = ''] = text.split('/');
    if (port === 'all') return;
    const [first, last] = portsOf({ port });
    if (first < 1 || last > LARGEST_PORT || last < first)
      throw new OptionError(
        `host_ports[${i}]`,
        `'${port}' is not a port or a range of ports: they are 1 to 65535`,
      );
  });
}

function checkNat(network: Network): void {
  const { nat, nat_address = [] } = network.options;
  if (!nat && nat_address.length > 0) throw new OptionError('nat_address', "needs 'nat: true'");
  const families = nat_address.map((text, i) => {
    const at = `nat_address[${i}]`;
    const { family } = ipAt(at, text);
    subnetFor(network, family, at);
    return family;
  });
  if (new Set(families).size < families.length)
    throw new OptionError(
      'nat_address',
      'has two addresses of one family: give one for IPv4 and one for IPv6',
    );
}

/** Rules between the options of a network. @throws OptionError */
export function checkNetwork(options: NetworkOptions): void {
  checkEngine(options);
  if (options.state === 'absent') return;
  checkSubnets(options);
  const network = networkOf(options);
  checkGateway(network);
  checkRange(network, 'range', 4);
  checkRange(network, 'range6', 6);
  const problem = interfaceProblem(network.interface, options.bridge);
  if (problem) throw new OptionError('port', problem);
  checkDhcp(network);
  checkDns(options);
  checkNat(network);
  checkHostPorts(options);
  options.forwards.forEach((forward, i) => {
    checkForward(network, forward, `forwards[${i}]`);
  });
  refuseTwins(options);
  if (options.routed_to.includes(options.name))
    throw new OptionError('routed_to', 'a network reaches itself: leave it out');
}
