import { OptionError } from '../../lib/failure.ts';

/** Who has which address and which MAC address in the whole cloud: OVN would take one twice, and deliver to either. */
export class Claims {
  readonly #owners = new Map<string, string>();

  /** @param owner who it is, for people @throws OptionError where another has it */
  claim(value: string, owner: string, option: string): void {
    const other = this.#owners.get(value);
    if (other !== undefined && other !== owner)
      throw new OptionError(option, `${value} is that of ${other} already`);
    this.#owners.set(value, owner);
  }

  /** The same for one that was found, and may have two owners already. */
  note(value: string, owner: string): void {
    if (!this.#owners.has(value)) this.#owners.set(value, owner);
  }

  ownerOf(value: string): string | undefined {
    return this.#owners.get(value);
  }
}
