import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { sharedHypervisor } from '../../lab/shared.ts';
import { guestImage } from '../../support/guest-image.ts';
import { type Answer, bootWith } from './boot.ts';
import { type Kind, type MemoryFile, write } from './images.ts';
import { LABEL, OTHER_NAMES, seedFiles } from './seed.ts';
import { treeFor } from './tree.ts';

// Each guest has a seed of one kind and a volume of the other, both with many files beside.
const SEEDS: readonly [seed: Kind, other: Kind, device: string, number: number][] = [
  ['iso9660', 'vfat', '/dev/sr0', 1],
  ['vfat', 'iso9660', '/dev/vdb', 2],
];

const FILES = 150;

/** The longest name in bytes that Linux reads in Rock Ridge: it leaves out the entry that makes a name longer (rock.c). */
const LONGEST_IN_LINUX = 253;

/** Names at the limits, which only one of the two kinds has. */
const LONGEST: Readonly<Record<Kind, readonly string[]>> = {
  iso9660: [`${'one-'.repeat(63)}12`, `${'two-'.repeat(63)}123`],
  vfat: ['雪'.repeat(255), `${'🦊'.repeat(127)}x`],
};

const text = (content: string) => new TextEncoder().encode(content);

const lines = (answer: string | undefined) => (answer ?? '').split('\0').filter(Boolean).sort();

const digest = (content: Uint8Array) => createHash('sha256').update(content).digest('hex');

const listed = (files: readonly MemoryFile[]) =>
  files.map(({ path, content }) => `${digest(content)}  ./${path}`).sort();

const digests = (listing: readonly string[]) => listing.map((line) => line.slice(0, 64));

function foldersOf(files: readonly MemoryFile[]): string[] {
  const all = files.flatMap(({ path }) => {
    const names = path.split('/').slice(0, -1);
    return names.map((_, i) => `d ${names.slice(0, i + 1).join('/')}`);
  });
  return [...new Set(all)].sort();
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: Joliet holds none of them
const inJoliet = (name: string) => name.length <= 64 && !/[\x00-\x1f*:;?\\]|\.$/.test(name);

const generated = (kind: Kind, seed: number): MemoryFile[] => [
  ...treeFor(kind, { seed, files: FILES, ...(kind === 'iso9660' ? { longest: LONGEST_IN_LINUX } : {}) }),
  ...(kind === 'vfat' ? longest(kind) : []),
];

const longest = (kind: Kind): MemoryFile[] =>
  LONGEST[kind].map((name) => ({ path: `longest/${name}`, content: text(name) }));

describe.each(SEEDS)('a guest with a seed of %s and a volume of %s', (seed, other, device, number) => {
  const files = {
    seed: [...generated(seed, number), ...seedFiles({ seed, other, number })],
    other: generated(other, number + 10),
  };
  const iso = seed === 'iso9660' ? 'seed' : 'other';
  // Each where Linux can't mistake its neighbours for it.
  const cut = longest('iso9660').map((it, i) => ({
    ...it,
    path: it.path.replace('longest/', `longest-${i}/`),
  }));
  const written = { ...files, [iso]: [...files[iso], ...cut] };
  let answer: Answer;

  beforeAll(async () => {
    const hypervisor = await sharedHypervisor();
    answer = await bootWith(hypervisor, await guestImage(hypervisor), [
      { kind: seed, pieces: write[seed](written.seed, LABEL.seed) },
      { kind: other, pieces: write[other](written.other, LABEL.other) },
    ]);
  });

  it('was set up by cloud-init from the seed', () => {
    expect(answer.source).toContain(`DataSourceNoCloud [seed=${device}]`);
    expect(answer['instance-id']?.trim()).toBe(`volume-${number}`);
    expect(answer.hostname?.trim()).toBe(`by-${seed}`);
    expect(answer.address).toContain(`inet 192.0.2.${number}/24 `);
  });

  it('complained about neither volume', () => {
    expect([answer.errors, answer.complaints]).toEqual(['', '']);
  });

  const ofCut = (line: string) => / {2}\.\/longest-\d\//.test(line);

  it.each(['seed', 'other'] as const)('has every file of the %s', (which) => {
    const found = lines(answer[`${which}-files`]).filter((line) => !ofCut(line));
    expect(found).toEqual(listed(files[which]));
    expect(lines(answer[`${which}-folders`])).toEqual(foldersOf(written[which]));
  });

  it('has the files of the longest names, of which the kernel may show a part', () => {
    const found = lines(answer[`${iso}-files`]).filter(ofCut);
    expect(digests(found)).toEqual(digests(listed(cut)));
    for (const [i, line] of listed(cut).entries()) expect(line.startsWith(found[i] ?? '-')).toBe(true);
  });

  it('has every file of the ISO by other names', () => {
    const all = listed(written[iso]);
    for (const names of Object.keys(OTHER_NAMES))
      expect(digests(lines(answer[`${names}-files`]))).toEqual(digests(all));
    const kept = written[iso].filter(({ path }) => path.split('/').every(inJoliet));
    expect(kept.length).toBeGreaterThan(10);
    expect(lines(answer['joliet-files'])).toEqual(expect.arrayContaining(listed(kept)));
  });
});
