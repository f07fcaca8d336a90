import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeIso } from '../../../modules/lib/iso9660/write.ts';
import { sharedHypervisor } from '../../lab/shared.ts';
import { guestImage } from '../../support/guest-image.ts';
import { type Answer, bootWith } from './boot.ts';
import type { MemoryFile } from './files.ts';
import { LABEL, OTHER_NAMES, seedFiles } from './seed.ts';
import { treeFor } from './tree.ts';

const FILES = 150;

/** The longest name in bytes that Linux reads in Rock Ridge: it leaves out the entry that makes a name longer (rock.c). */
const LONGEST_IN_LINUX = 253;

/** Names of 254 and 255 bytes. */
const LONGEST = [`${'one-'.repeat(63)}12`, `${'two-'.repeat(63)}123`];

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

const treeOf = (seed: number) => treeFor({ seed, files: FILES, longest: LONGEST_IN_LINUX });

describe('a guest with a seed and another ISO, both with many files', () => {
  const files = { seed: [...treeOf(1), ...seedFiles()], other: treeOf(12) };
  // Each where Linux can't mistake its neighbours for it.
  const cut = LONGEST.map((name, i) => ({ path: `longest-${i}/${name}`, content: text(name) }));
  const written = { ...files, seed: [...files.seed, ...cut] };
  let answer: Answer;

  beforeAll(async () => {
    const hypervisor = await sharedHypervisor();
    answer = await bootWith(hypervisor, await guestImage(hypervisor), [
      writeIso(written.seed, { label: LABEL.seed }),
      writeIso(written.other, { label: LABEL.other }),
    ]);
  });

  it('was set up by cloud-init from the seed', () => {
    expect(answer.source).toContain('DataSourceNoCloud [seed=/dev/sr0]');
    expect(answer['instance-id']?.trim()).toBe('volume-1');
    expect(answer.hostname?.trim()).toBe('by-seed');
    expect(answer.address).toContain('inet 192.0.2.1/24 ');
  });

  it('complained about neither', () => {
    expect([answer.errors, answer.complaints]).toEqual(['', '']);
  });

  const ofCut = (line: string) => / {2}\.\/longest-\d\//.test(line);

  it.each(['seed', 'other'] as const)('has every file of the %s', (which) => {
    const found = lines(answer[`${which}-files`]).filter((line) => !ofCut(line));
    expect(found).toEqual(listed(files[which]));
    expect(lines(answer[`${which}-folders`])).toEqual(foldersOf(written[which]));
  });

  it('has the files of the longest names, of which the kernel may show a part', () => {
    const found = lines(answer['seed-files']).filter(ofCut);
    expect(digests(found)).toEqual(digests(listed(cut)));
    for (const [i, line] of listed(cut).entries()) expect(line.startsWith(found[i] ?? '-')).toBe(true);
  });

  it('has every file of the seed by other names', () => {
    const all = listed(written.seed);
    for (const names of Object.keys(OTHER_NAMES))
      expect(digests(lines(answer[`${names}-files`]))).toEqual(digests(all));
    const kept = written.seed.filter(({ path }) => path.split('/').every(inJoliet));
    expect(kept.length).toBeGreaterThan(10);
    expect(lines(answer['joliet-files'])).toEqual(expect.arrayContaining(listed(kept)));
  });
});
