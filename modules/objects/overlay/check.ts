import { type Failure, Failures, OptionError } from '../../lib/failure.ts';
import { parseIp } from '../../lib/net/address.ts';
import type { OverlayOptions } from './options.ts';
import { isJoined, localAddress, peersOf, tunnelName } from './tunnels.ts';

const OPTION_OF = { remote_ip: 'members', psk: 'psk', key: 'key' } as const;

function addressProblems({ members }: OverlayOptions): string[] {
  return Object.entries(members).flatMap(([host, address]) => {
    if (!address) return [`${host} has no address: give it one in the inventory, or leave the host out`];
    return parseIp(address) ? [] : [`${host} has '${address}', which is not an IP address without a prefix`];
  });
}

// Each host needs an address of its own.
function twinProblems({ members }: OverlayOptions): string[] {
  const byAddress = new Map<string, string[]>();
  for (const [host, address] of Object.entries(members)) {
    const ip = parseIp(address)?.ip;
    if (ip) byAddress.set(ip, [...(byAddress.get(ip) ?? []), host]);
  }
  return [...byAddress].flatMap(([ip, hosts]) =>
    hosts.length > 1 ? `${hosts.join(' and ')} have the same address, ${ip}: give each its own` : [],
  );
}

function familyProblems({ members }: OverlayOptions): string[] {
  const families = new Set(Object.values(members).flatMap((address) => parseIp(address)?.family ?? []));
  return families.size > 1
    ? [
        'some hosts have IPv4 and some IPv6 addresses, between which there are no tunnels: give all hosts the same kind',
      ]
    : [];
}

function nameProblems(overlay: OverlayOptions): string[] {
  const names = new Map<string, string>();
  return peersOf(overlay).flatMap((peer) => {
    const name = tunnelName(overlay.name, peer);
    const twin = names.get(name);
    names.set(name, peer);
    return twin
      ? [`the tunnels to ${twin} and ${peer} would both be ${name}: give one of the hosts another name`]
      : [];
  });
}

/** Checks what the options' types can't. @throws Failure that names all problems */
export function checkOverlay(overlay: OverlayOptions): void {
  const { state, members, options } = overlay;
  const problems: Failure[] = Object.entries(OPTION_OF).flatMap(([key, option]) =>
    Object.hasOwn(options, key)
      ? new OptionError(`options.${key}`, `is set by the option '${option}': give it there`)
      : [],
  );
  if (state === 'present' && Object.keys(members).length === 0) {
    problems.push(new OptionError('members', 'is empty: give the hosts to join'));
  }
  if (isJoined(overlay)) {
    const found = [addressProblems, twinProblems, familyProblems, nameProblems];
    problems.push(...found.flatMap((find) => find(overlay)).map((text) => new OptionError('members', text)));
    if (!parseIp(localAddress(overlay)) && Object.hasOwn(options, 'local_ip')) {
      problems.push(new OptionError('options.local_ip', `'${options.local_ip}' is not an IP address`));
    }
  }
  if (problems.length === 1) throw problems[0];
  if (problems.length > 1) throw new Failures(problems);
}
