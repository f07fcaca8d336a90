import fc from 'fast-check';
import type { IsoFile } from '../../../modules/lib/iso9660/image.ts';

export const text = (content: string): Uint8Array => new TextEncoder().encode(content);

export const file = (name: string, content = name): IsoFile => ({ name, content: text(content) });

/** What a seed is made of. */
export const SEED: readonly IsoFile[] = [
  file('user-data', '#cloud-config\n{}\n'),
  file('meta-data', '"instance-id": "web"\n'),
  file('network-config', '"version": 2\n'),
];

/** Every awkward file at once: empty, a whole sector, more than one, long and alike names, letters of all kinds. */
export const AWKWARD: readonly IsoFile[] = [
  ...SEED,
  file('empty', ''),
  file('also-empty', ''),
  { name: 'sector', content: new Uint8Array(2048).fill(65) },
  { name: 'sector-and-one', content: new Uint8Array(2049).fill(66) },
  { name: 'large', content: Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7) % 251) },
  ...['a', 'b'].map((end) => file(`${'n'.repeat(254)}${end}`)),
  ...['x', 'y'].map((end) => file(`${'long-name-'.repeat(9)}${end}.yaml`)),
  file('Größe – 雪 🦊.txt'),
  file(`${'🦊'.repeat(40)}.txt`),
  file('UPPER'),
  file('upper'),
  file('.hidden'),
  file('two.dots.tar.gz'),
  file('a b*c?d;e:f'),
  file('trailing.'),
];

/** More records than one sector holds. */
export const MANY: readonly IsoFile[] = Array.from({ length: 300 }, (_, i) => file(`file-number-${i}.conf`));

const name = fc
  .oneof(
    { weight: 3, arbitrary: fc.stringMatching(/^[a-z-]{1,12}(\.[a-z]{1,4})?$/) },
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
    fc.stringMatching(/^[a-b]{60,255}$/),
  )
  .filter((it) => !/[/\0]/.test(it) && it !== '.' && it !== '..' && text(it).length <= 255);

const content = fc.oneof(
  fc.uint8Array({ maxLength: 64 }),
  fc.nat({ max: 5000 }).map((length) => new Uint8Array(length).fill(length % 251)),
);

/** Files of a flat image. */
export const anyFiles = fc.uniqueArray(fc.record({ name, content }), {
  selector: (it) => it.name,
  maxLength: 40,
});

/** The same files in the order of their names. */
export const sorted = (files: readonly IsoFile[]): IsoFile[] =>
  [...files]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map((it) => ({ name: it.name, content: Uint8Array.from(it.content) }));
