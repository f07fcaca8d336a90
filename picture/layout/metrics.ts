import { fontOf } from '../draw/looks.ts';
import { guestsOf, type Model } from '../model/model.ts';
import { widthOf } from '../text.ts';
import { uplinkText } from './texts.ts';

/** The sizes by which a picture is laid out, in its units: pixels at a zoom of 1. */
export interface Metrics {
  readonly compact: boolean;
  readonly card: { readonly width: number; readonly height: number };
  /** Between rows of cards, where they stand in columns. */
  readonly below: number;
  /** Between cards of a row. */
  readonly gap: number;
  /** Above a row of cards, for the drops; and for each rail in it. */
  readonly channel: number;
  readonly rail: number;
  /** Inside a host's box. */
  readonly pad: number;
  readonly header: number;
  readonly bar: number;
  /** Between a bridge's last row and what follows. */
  readonly block: number;
  readonly plate: number;
  readonly port: number;
  /** Left of bars, for each line between bridges. */
  readonly lane: number;
  /** Of rows of cards, right of the left end of their bar. */
  readonly indent: number;
  /** What a host's box needs at least inside. */
  readonly inner: number;
  /** For uplinks, left of each host. */
  readonly uplink: number;
}

/** How much larger the names of small cards are from afar (theme.css), where chips are hidden. */
export const FAR = 1.32;

/** With more guests than these, each is one line. */
const MANY = 120;

/** The sizes for a picture: by how much is in it, and by its names. */
export function metricsOf(model: Model): Metrics {
  const guests = model.hosts.flatMap(guestsOf);
  const compact = guests.length > MANY;
  const uplinks = model.hosts.flatMap(({ bridges }) => bridges.flatMap((bridge) => bridge.uplinks));
  const uplink = Math.min(
    120,
    Math.max(0, ...uplinks.map((port) => widthOf(uplinkText(port), fontOf('nic-text')) + 18)),
  );
  const names = guests.map(({ name }) => widthOf(name, fontOf('small-title'))).sort((a, b) => a - b);
  // As wide as most names: single long ones are cut.
  const usual = names[Math.floor(names.length * 0.95)] ?? 0;
  return compact
    ? {
        ...{
          compact,
          uplink,
          card: { width: Math.min(150, Math.max(76, usual * FAR + 24, usual + 46)), height: 18 },
        },
        ...{ gap: 15, below: 3, channel: 6, rail: 4, pad: 11, header: 46, bar: 22, block: 9 },
        ...{ plate: 20, port: 18, lane: 7, indent: 14, inner: 400 },
      }
    : {
        ...{ compact, uplink, card: { width: 180, height: 46 } },
        ...{ gap: 14, below: 14, channel: 18, rail: 8, pad: 18, header: 62, bar: 26, block: 22 },
        ...{ plate: 40, port: 20, lane: 12, indent: 14, inner: 530 },
      };
}
