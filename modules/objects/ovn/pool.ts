import { type Address, numberOf, parseIp, rangeOf, textOf } from '../../lib/net/address.ts';
import type { AddressRange } from '../../lib/net/subnet.ts';
import type { Claims } from './claims.ts';

/** Addresses that are chosen one after another. One that was found taken is not looked at again. */
export class Pool {
  #first: bigint;
  #last: bigint;

  private constructor(
    readonly family: 4 | 6,
    readonly range: { readonly first: bigint; readonly last: bigint },
    readonly claims: Claims,
    /** Addresses that are never chosen. */
    readonly without: readonly AddressRange[],
  ) {
    this.#first = range.first;
    this.#last = range.last;
  }

  /** The addresses of a range. */
  static of(family: 4 | 6, { first, last }: AddressRange, claims: Claims): Pool {
    const numbers = { first: numberOf(family, first), last: numberOf(family, last) };
    return new Pool(family, numbers, claims, []);
  }

  /** The addresses of a subnet without those of a range. */
  static outside(subnet: Address, range: AddressRange | undefined, claims: Claims): Pool {
    const { first, last } = rangeOf(subnet);
    // The first one is the subnet's own, the last one is for broadcasts.
    const numbers = { first: first + 1n, last: last - 1n };
    return new Pool(subnet.family, numbers, claims, range ? [range] : []);
  }

  /** Whether an address is one of them, free or not. */
  has(ip: string): boolean {
    if (parseIp(ip)?.family !== this.family) return false;
    const number = numberOf(this.family, ip);
    return this.range.first <= number && number <= this.range.last && !this.#isWithout(number);
  }

  #isWithout(number: bigint): AddressRange | undefined {
    return this.without.find(
      ({ first, last }) => numberOf(this.family, first) <= number && number <= numberOf(this.family, last),
    );
  }

  /** The lowest free address; undefined if there is none. */
  lowest(): string | undefined {
    for (; this.#first <= this.#last; this.#first++) {
      const ip = textOf(this.family, this.#first);
      if (this.claims.ownerOf(ip) === undefined) return ip;
    }
    return undefined;
  }

  /** The highest free address; undefined if there is none. */
  highest(): string | undefined {
    while (this.#first <= this.#last) {
      const number = this.#last;
      const without = this.#isWithout(number);
      const ip = textOf(this.family, number);
      if (!without && this.claims.ownerOf(ip) === undefined) return ip;
      this.#last = without ? numberOf(this.family, without.first) - 1n : number - 1n;
    }
    return undefined;
  }
}
