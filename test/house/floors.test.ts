import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../build/modules.ts';
import { arrows, files, importsOf, roomOf } from './rooms.ts';

// What a room may know of its own floor.
const NEIGHBOURS: Readonly<Record<string, readonly string[]>> = {
  'objects/vm': ['objects/disk', 'objects/domain', 'objects/seed'],
  'objects/overlay': ['objects/topology'],
  'objects/image': ['objects/template'],
  'engines/disk': ['engines/ansible', 'engines/libvirt'],
  'codecs/cloudinit': ['codecs/iso9660', 'codecs/net'],
  'ground/host': ['ground/failure', 'ground/volume'],
};

/** Folders that know each other still. Nothing is added here. */
const STILL_CIRCLES: readonly string[] = ['lib/libvirt', 'objects/domain'];

/** Two modules are no neighbours: each is what its folder is. */
const folderOf = (file: string) => file.split('/')[0];

function mayKnow(file: string, target: string): boolean {
  const [own, other] = [roomOf(file), roomOf(target)];
  if (own.name === 'modules' && other.name === 'modules') return folderOf(file) === folderOf(target);
  if (own.name === other.name || other.floor > own.floor) return true;
  return NEIGHBOURS[own.name]?.includes(other.name) ?? false;
}

describe('the floors of modules/', () => {
  it.each(files)('%s imports only from below', (file) => {
    expect(importsOf(file).filter((target) => !mayKnow(file, target))).toEqual([]);
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

  it('has no circles between folders', () => {
    const pairs = files.flatMap((file) =>
      importsOf(file).map((target) => [dirname(file), dirname(target)] as const),
    );
    const known = new Set(pairs.filter(([from, to]) => from !== to).map(([from, to]) => `${from} → ${to}`));
    const circles = [...known].filter((arrow) => known.has(arrow.split(' → ').reverse().join(' → ')));
    expect(circles.filter((arrow) => !STILL_CIRCLES.some((folder) => arrow.includes(folder)))).toEqual([]);
  });

  it('are drawn in CONTRIBUTING.md as they are', () => {
    const text = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
    const [, drawn = ''] = /```rooms\n([\s\S]*?)\n```/.exec(text) ?? [];
    expect(drawn.split('\n')).toEqual(arrows());
  });
});
