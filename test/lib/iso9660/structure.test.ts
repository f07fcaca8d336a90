import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AWKWARD, anyFiles, MANY, NESTED, written } from './files.ts';
import { descriptorAt, pathTableOf, rawRecords, u32 } from './structure.ts';

const volumes = [
  ['primary', 16],
  ['Joliet', 17],
] as const;

interface Found {
  readonly identifier: string;
  readonly sector: number;
  readonly parent: number;
  readonly level: number;
}

// All directories by walking down from the root, each with its parent's sector, as the path table should have them.
function directoriesOf(image: Uint8Array, descriptor: Uint8Array): Found[] {
  const found: Found[] = [];
  const open = [
    {
      identifier: '00',
      sector: u32(descriptor, 158),
      length: u32(descriptor, 166),
      parent: u32(descriptor, 158),
      level: 1,
    },
  ];
  for (let next = open.pop(); next; next = open.pop()) {
    const { sector, length, parent, level, identifier } = next;
    const [self, above, ...inner] = rawRecords(image, sector, length);
    expect(self).toEqual({ identifier: '00', directory: true, sector, length });
    expect(above).toMatchObject({ identifier: '01', directory: true, sector: parent });
    expect(new Set(inner.map((it) => it.identifier)).size).toBe(inner.length);
    found.push({ identifier, sector, parent, level });
    for (const it of inner.filter(({ directory }) => directory))
      open.push({ ...it, parent: sector, level: level + 1 });
  }
  return found;
}

describe.each(volumes)('the path tables of the %s volume', (_, sector) => {
  it('name every directory, in the order of ECMA-119, 6.9.1', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constant(NESTED), anyFiles), (files) => {
        const image = written(files);
        const descriptor = descriptorAt(image, sector);
        const little = pathTableOf(image, descriptor, 'L');
        expect(pathTableOf(image, descriptor, 'M')).toEqual(little);
        const found = directoriesOf(image, descriptor);
        const told = little.map(({ identifier, sector, parent }) => ({
          identifier,
          sector,
          parent: little[parent - 1]?.sector,
        }));
        const bySector = (a: { sector: number }, b: { sector: number }) => a.sector - b.sector;
        expect([...told].sort(bySector)).toEqual(found.map(({ level: _, ...it }) => it).sort(bySector));
        const level = new Map(found.map((it) => [it.sector, it.level]));
        for (const [i, line] of little.entries()) {
          const before = little[i - 1];
          if (!before) continue;
          const keys = [before, line].map((it) => [level.get(it.sector) ?? 0, it.parent] as const);
          const [[lastLevel, lastParent] = [0, 0], [thisLevel, thisParent] = [0, 0]] = keys;
          expect(lastLevel < thisLevel || (lastLevel === thisLevel && lastParent <= thisParent)).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('have the root as their first line, with itself as its parent', () => {
    const image = written(NESTED);
    const descriptor = descriptorAt(image, sector);
    const [root] = pathTableOf(image, descriptor, 'L');
    expect(root).toEqual({ identifier: '00', sector: u32(descriptor, 158), parent: 1 });
  });
});

describe('the records of a directory', () => {
  // ECMA-119, 9.3: the shorter name and extension are filled with spaces, then compared byte by byte.
  const filled = ({ identifier }: { identifier: string }) => {
    const plain = Buffer.from(identifier, 'hex').toString('latin1').replace(/;1$/, '');
    const [stem = '', extension = ''] = plain.split('.');
    return stem.padEnd(31) + extension.padEnd(8);
  };

  it('are in the order of ECMA-119, 9.3', () => {
    const image = written([...AWKWARD, ...MANY, ...NESTED.slice(3)]);
    const descriptor = descriptorAt(image, 16);
    const [, , ...inner] = rawRecords(image, u32(descriptor, 158), u32(descriptor, 166));
    expect(inner.length).toBe(AWKWARD.length + MANY.length + 8);
    expect(inner.map(filled)).toEqual(inner.map(filled).sort());
  });

  it('have plain names that no other has, be it a directory or a file', () => {
    fc.assert(
      fc.property(anyFiles, (files) => {
        const image = written(files);
        for (const { sector } of pathTableOf(image, descriptorAt(image, 16), 'L')) {
          const length = u32(image, sector * 2048 + 10);
          const [, , ...inner] = rawRecords(image, sector, length);
          const plain = inner.map(({ identifier, directory }) => {
            const name = Buffer.from(identifier, 'hex').toString('latin1');
            expect(name).toMatch(directory ? /^[A-Z0-9_]{1,31}$/ : /^[A-Z0-9_]{0,30}\.[A-Z0-9_]{0,8};1$/);
            return name.replace(/\.?;1$/, '');
          });
          expect(new Set(plain).size).toBe(plain.length);
        }
      }),
    );
  });
});

describe('the continuation areas', () => {
  it('lie behind their directory, none across the end of a sector', () => {
    const image = written([...NESTED, ...AWKWARD.slice(3)]);
    let areas = 0;
    for (const { sector } of pathTableOf(image, descriptorAt(image, 16), 'L')) {
      const behind = sector + u32(image, sector * 2048 + 10) / 2048;
      const directory = Buffer.from(image.subarray(sector * 2048, behind * 2048));
      for (let at = directory.indexOf('CE\x1c\x01'); at >= 0; at = directory.indexOf('CE\x1c\x01', at + 1)) {
        const [place, offset, length] = [4, 12, 20].map((field) => u32(directory, at + field));
        expect(place).toBeGreaterThanOrEqual(behind);
        expect(place).toBeLessThan(behind + 10);
        expect((offset ?? 0) + (length ?? 0)).toBeLessThanOrEqual(2048);
        areas++;
      }
    }
    expect(areas).toBeGreaterThan(100);
  });
});
