import { asOption, OptionError } from '../../lib/failure.ts';
import { type Address, isWithin, parseIp } from '../../lib/net/address.ts';
import { type AddressRange, hostProblem, parseSubnet, sizeOf } from '../../lib/net/subnet.ts';
import type { UplinkEntry } from './options.ts';

/** A subnet of an uplink. */
export interface UplinkSubnet {
  readonly subnet: Address;
  readonly gateway: string | undefined;
  /** The addresses that routers take. */
  readonly range: AddressRange | undefined;
}

function rangeOf(
  texts: readonly string[] | undefined,
  subnet: Address,
  at: string,
): AddressRange | undefined {
  if (texts === undefined) return undefined;
  const [first, last = first, ...more] = texts.map((text, i) => {
    const ip = parseIp(text);
    if (!ip) throw new OptionError(`${at}[${i}]`, `'${text}' is not an IP address`);
    const problem = hostProblem(ip.ip, subnet);
    if (problem) throw new OptionError(`${at}[${i}]`, problem);
    return ip.ip;
  });
  if (first === undefined || last === undefined || more.length > 0)
    throw new OptionError(at, 'is the first and the last address: give two');
  if (sizeOf(subnet.family, { first, last }) < 1n)
    throw new OptionError(at, `${last} is before ${first}: exchange them`);
  return { first, last };
}

/** The subnets of an uplink that is present. @throws OptionError */
export function uplinkSubnets({
  subnet = [],
  gateway = [],
  addresses,
  addresses6,
}: UplinkEntry): UplinkSubnet[] {
  const subnets = subnet.map((text, i) => asOption(`subnet[${i}]`, () => parseSubnet(text)));
  if (subnets.length === 0)
    throw new OptionError('subnet', "has no entry: give a subnet, or 'state: absent'");
  subnets.forEach(({ family }, i) => {
    if (subnets.findIndex((one) => one.family === family) < i)
      throw new OptionError(`subnet[${i}]`, `is the second IPv${family} subnet: make another uplink of it`);
  });
  gateway.forEach((text, i) => {
    if (!parseIp(text)) throw new OptionError(`gateway[${i}]`, `'${text}' is not an IP address`);
    if (!subnets.some((one) => isWithin(text, one)))
      throw new OptionError(`gateway[${i}]`, `${text} is not in a subnet of the uplink`);
  });
  for (const [option, family, given] of [
    ['addresses', 4, addresses],
    ['addresses6', 6, addresses6],
  ] as const) {
    if (given !== undefined && !subnets.some((one) => one.family === family))
      throw new OptionError(option, `are of IPv${family}, and the uplink has no IPv${family} subnet`);
  }
  return subnets.map((one) => {
    const [option, given] =
      one.family === 4 ? (['addresses', addresses] as const) : (['addresses6', addresses6] as const);
    return {
      subnet: one,
      gateway: gateway.map((text) => parseIp(text)).find((ip) => ip?.family === one.family)?.ip,
      range: rangeOf(given, one, option),
    };
  });
}
