import type { Found } from '../../lib/guest/addresses/found.ts';
import { parseIp } from '../../lib/net/address.ts';
import { type Optional, withoutMissing } from './optional.ts';

/** An address of a guest, and where it was found: `variables`, `lease`, `agent`, `neighbour`. */
export type AddressInfo = Optional<{
  readonly address: string;
  /** Missing of an address that only the variables have. */
  readonly mac: string | undefined;
  readonly source: string;
}>;

/**
 * The addresses of a guest, each once: those of the variables first. Pure.
 * @param declared with or without prefix length; what is no address is ignored
 * @param found on the host
 */
export function addressInfos(declared: readonly string[], found: readonly Found[]): AddressInfo[] {
  const ips = declared.flatMap((text) => parseIp(text.replace(/\/\d+$/, ''))?.ip ?? []);
  const macs = new Map(found.map(({ address, mac }) => [address, mac]));
  return [
    ...[...new Set(ips)].map((address) =>
      withoutMissing({ address, mac: macs.get(address), source: 'variables' as string }),
    ),
    ...found.filter(({ address }) => !ips.includes(address)),
  ];
}
