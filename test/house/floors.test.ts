import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../build/modules.ts';

const MODULES = join(ROOT, 'modules');

// The rooms of modules/lib on each floor, from the ground up. Above them are the objects, and above these the modules.
const FLOORS: readonly (readonly string[])[] = [
  ['failure.ts', 'mask.ts', 'volume.ts', 'host'],
  ['xml', 'iso9660', 'fat', 'cloudinit', 'net'],
  ['ansible', 'ovs', 'link', 'rollback', 'libvirt', 'disk'],
];

const files = readdirSync(MODULES, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);

/** The room that a file of modules/ is in: a module's folder, an object's, or a folder (or file) of lib. */
function roomOf(file: string): { room: string; floor: number } {
  const [top = '', next = ''] = file.split('/');
  if (top === 'objects') return { room: next, floor: FLOORS.length };
  const room = top === 'lib' ? next : top;
  const floor = top === 'lib' ? FLOORS.findIndex((rooms) => rooms.includes(room)) : FLOORS.length + 1;
  if (floor < 0) throw new Error(`modules/lib/${room} is on no floor: say in FLOORS what it may know`);
  return { room, floor };
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(MODULES, file), 'utf8');
  const found = [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)];
  return found.map(([, path]) => relative(MODULES, join(MODULES, dirname(file), path ?? '')));
}

describe('the floors of modules/', () => {
  it.each(files)('%s imports only from below', (file) => {
    const own = roomOf(file);
    const up = importsOf(file).filter((target) => {
      const other = roomOf(target);
      return other.room !== own.room && other.floor >= own.floor && !allowed(own.room, other.room);
    });
    expect(up).toEqual([]);
  });

  it('has no circles between files', () => {
    const graph = new Map(files.map((file) => [file, importsOf(file)]));
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) throw new Error(`a circle: ${[...path, file].join(' → ')}`);
      if (done.has(file)) return;
      for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
      done.add(file);
    };
    expect(() => {
      for (const file of files) visit(file, []);
    }).not.toThrow();
  });
});

// What a room may know of its own floor.
const NEIGHBOURS: Readonly<Record<string, readonly string[]>> = {
  cloudinit: ['fat', 'iso9660', 'net'],
  disk: ['ansible', 'libvirt'],
  host: ['failure.ts', 'volume.ts'],
};

function allowed(from: string, to: string): boolean {
  return NEIGHBOURS[from]?.includes(to) ?? false;
}
