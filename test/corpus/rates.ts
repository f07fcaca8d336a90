import type { Property as EditProperty } from './edits.ts';

export const MODES = ['dry run', 'fallback'] as const;

/** With libvirt's own dry run, or comparing by meaning where there is none. */
export type Mode = (typeof MODES)[number];

export type Property = 'repeat' | 'check' | 'adoption' | EditProperty | 'edit shown';

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
  // Without the dry run more is shown than comes of it where libvirt writes what a document states in another way.
  'edit shown': { 'dry run': 100, fallback: 94 },
};

/** Whether a property holds for a document. */
export interface Verdict {
  readonly mode: Mode;
  readonly property: Property;
  readonly file: string;
  /** The edit that was made, in words. */
  readonly edit?: string;
  /** Why it doesn't, in a line. */
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

/** A reason without what is the document's own (names of devices, values) and without who noticed it. */
const causeOf = (reason: string) =>
  reason
    .replace(/^(its diff, )?(changed|besides): /, '')
    .replace(/; and \d+ more$/, '')
    .replace(/\[[^\]]*\]/g, '[]')
    .replace(/"[^"]*"/g, '…');

/** The verdicts that have the same of something, in the order in which it first comes. */
function groups<T>(all: readonly T[], key: (one: T) => string): [string, T[]][] {
  const found = new Map<string, T[]>();
  for (const one of all) found.set(key(one), [...(found.get(key(one)) ?? []), one]);
  return [...found];
}

type Failed = Verdict & { readonly reason: string };

const documentLine = (file: string, all: readonly Failed[]): string => {
  const [first, ...others] = new Set(all.map(({ property }) => property));
  const [{ edit, reason } = { edit: undefined, reason: '' }] = all;
  const also = others.length === 0 ? '' : ` (also ${others.join(', ')})`;
  return `    ${file}, ${first}${edit ? ` (${edit})` : ''}: ${reason}${also}`;
};

/** The failures by their cause, that of the most documents first: a line for each document. */
export function causesOf(verdicts: readonly Verdict[]): string {
  const failed = verdicts.filter((verdict): verdict is Failed => verdict.reason !== undefined);
  return groups(failed, ({ mode, reason }) => `${mode}: ${causeOf(reason)}`)
    .map(([cause, all]) => ({ cause, files: groups(all, ({ file }) => file) }))
    .sort((a, b) => b.files.length - a.files.length)
    .map(({ cause, files }) =>
      [`${files.length} × ${cause}`, ...files.map(([file, all]) => documentLine(file, all))].join('\n'),
    )
    .join('\n');
}
