import { choice, is, type Schema } from './dsl.ts';

// netplan takes any scalar for a text, and these texts for true and false.
const SWITCH = is('true or false', {
  enum: [true, false, 'true', 'false', 'yes', 'no', 'on', 'off', 'y', 'n', 'Yes', 'No', 'True', 'False'],
});
/** True or false. A text is a warning: without netplan, cloud-init reads any text as true. */
export const flag: Schema = {
  ...SWITCH,
  avoid: { check: { type: 'string' }, advice: 'is a text: write true or false, without quotes' },
};
/** A time, in milliseconds or seconds; netplan documents which for each key. */
export const time = is("a number, or a text such as '100ms'", {
  anyOf: [
    { type: 'integer', minimum: 0 },
    { type: 'string', pattern: '^\\d+(?:[a-z ].*)?$' },
  ],
});
/** The renderer of an interface. */
export const renderer = choice('networkd', 'NetworkManager', 'sriov');
/** A whole number, 0 or more. */
export const number = is('a whole number, 0 or more', {
  anyOf: [
    { type: 'integer', minimum: 0 },
    { type: 'string', pattern: '^\\d+$' },
  ],
});

/** A MAC address of Ethernet or InfiniBand, or one of NetworkManager's words for one. */
export const mac = is("a MAC address as '52:54:00:12:34:56', quoted", {
  type: 'string',
  pattern:
    '^(?:(?:[0-9a-fA-F]{2}:){5}(?:(?:[0-9a-fA-F]{2}:){14})?[0-9a-fA-F]{2}|permanent|random|stable|preserve)$',
});

/** The source or destination of a routing rule. */
export const prefix = is("an address or a network, such as '192.0.2.0/24'", {
  type: 'string',
  pattern: '^(?:[0-9a-fA-F:.]+(?:/\\d{1,3})?|default)$',
});
/** An IPv4 address, by its form only. */
export const ip4 = is('an IPv4 address', { type: 'string', pattern: '^\\d{1,3}(?:\\.\\d{1,3}){3}$' });
/** A text that isn't empty. */
export const name = is('a text, and not an empty one', { type: 'string', pattern: '^.' });
