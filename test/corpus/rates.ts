import type { Property as EditProperty } from './edits.ts';

export const MODES = ['dry run', 'fallback'] as const;

/** With libvirt's own dry run, or comparing by meaning where there is none. */
export type Mode = (typeof MODES)[number];

export type Property = 'repeat' | 'check' | 'adoption' | EditProperty;

/** The share of documents, in per cent, for which a property must hold at least. */
const EXPECTED: Readonly<Record<Property, Readonly<Record<Mode, number>>>> = {
  repeat: { 'dry run': 100, fallback: 100 },
  check: { 'dry run': 100, fallback: 100 },
  adoption: { 'dry run': 99, fallback: 97 },
  'memory changed': { 'dry run': 100, fallback: 100 },
  'NIC in front': { 'dry run': 100, fallback: 100 },
  'NIC dropped': { 'dry run': 100, fallback: 100 },
  'title dropped': { 'dry run': 100, fallback: 100 },
  'disk moved': { 'dry run': 100, fallback: 100 },
};

/** Whether a property holds for a document. */
export interface Verdict {
  readonly mode: Mode;
  readonly property: Property;
  readonly file: string;
  /** Why it doesn't. */
  readonly reason: string | undefined;
}

export interface Rate {
  readonly mode: Mode;
  readonly property: Property;
  readonly held: number;
  readonly total: number;
  /** Per cent. */
  readonly expected: number;
}

/** For each property and mode in how many documents it holds; none of those that were not looked at. */
export function ratesOf(verdicts: readonly Verdict[]): Rate[] {
  return (Object.keys(EXPECTED) as Property[]).flatMap((property) =>
    MODES.flatMap((mode) => {
      const mine = verdicts.filter((verdict) => verdict.property === property && verdict.mode === mode);
      const held = mine.filter(({ reason }) => reason === undefined).length;
      return mine.length === 0
        ? []
        : [{ mode, property, held, total: mine.length, expected: EXPECTED[property][mode] }];
    }),
  );
}

export const isMet = ({ held, total, expected }: Rate): boolean => held * 100 >= expected * total;

/** Rates as a table: a property in a line, with a column for each mode. */
export function tableOf(rates: readonly Rate[]): string {
  const cell = (rate: Rate) => {
    // Never rounded up to what it isn't.
    const share = (Math.floor((rate.held * 1000) / rate.total) / 10).toFixed(1);
    const text = `${rate.mode} ${`${rate.held}/${rate.total}`.padStart(7)} ${share.padStart(5)} %`;
    return `${text}${isMet(rate) ? '' : ` (less than ${rate.expected} %)`}`;
  };
  const properties = [...new Set(rates.map(({ property }) => property))];
  return properties
    .map((property) => {
      const mine = rates.filter((rate) => rate.property === property).map(cell);
      return `${property.padEnd(15)} ${mine.map((text) => text.padEnd(46)).join('')}`.trimEnd();
    })
    .join('\n');
}

/** A reason without what is the document's own: names of devices, values. */
const causeOf = (reason: string) =>
  reason
    .replace(/; and \d+ more$/, '')
    .replace(/\[[^\]]*\]/g, '[]')
    .replace(/"[^"]*"/g, '…');

/** The failures by cause, the most frequent first, each with its documents. */
export function causesOf(verdicts: readonly Verdict[]): string {
  const causes = new Map<string, string[]>();
  for (const { mode, property, file, reason } of verdicts) {
    if (reason === undefined) continue;
    const cause = `${mode}, ${property}: ${causeOf(reason)}`;
    causes.set(cause, [...(causes.get(cause) ?? []), `${file}: ${reason}`]);
  }
  return [...causes]
    .sort(([, a], [, b]) => b.length - a.length)
    .map(([cause, all]) => [`${all.length} × ${cause}`, ...all.map((each) => `    ${each}`)].join('\n'))
    .join('\n');
}
