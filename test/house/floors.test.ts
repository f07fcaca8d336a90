import { readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../build/modules.ts';
import { arrows, files, importsOf, roomOf } from './rooms.ts';

// What a room may know of its own floor.
const NEIGHBOURS: Readonly<Record<string, readonly string[]>> = {
  'objects/chassis': ['objects/certificate', 'objects/topology'],
  'objects/cloud': ['objects/domain', 'objects/network'],
  'objects/move': ['objects/domain', 'objects/network', 'objects/vm'],
  'objects/root': ['objects/seed'],
  'objects/vm': ['objects/disk', 'objects/domain', 'objects/network', 'objects/root', 'objects/seed'],
  'objects/ovn': ['objects/network'],
  'objects/network': ['objects/topology'],
  'objects/overlay': ['objects/topology'],
  'objects/image': ['objects/template'],
  'engines/container': ['engines/disk'],
  'engines/disk': ['engines/ansible', 'engines/libvirt'],
  'engines/guest': ['engines/dnsmasq', 'engines/libvirt'],
  'engines/libvirt': ['engines/ovs', 'engines/ovsdb'],
  'engines/ovs': ['engines/ovsdb'],
  'engines/move': ['engines/libvirt'],
  'engines/ovn': ['engines/ovs', 'engines/ovsdb', 'engines/systemd'],
  'codecs/cloudinit': ['codecs/iso9660', 'codecs/net'],
  'ground/host': ['ground/failure', 'ground/volume'],
};

/** Two modules are no neighbours: each is what its folder is. */
const folderOf = (file: string) => file.split('/')[0];

function mayKnow(file: string, target: string): boolean {
  const [own, other] = [roomOf(file), roomOf(target)];
  if (own.name === 'modules' && other.name === 'modules') return folderOf(file) === folderOf(target);
  if (own.name === other.name || other.floor > own.floor) return true;
  return NEIGHBOURS[own.name]?.includes(other.name) ?? false;
}

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

function circleIn(graph: Graph): string | undefined {
  const done = new Set<string>();
  const visit = (node: string, path: readonly string[]): string | undefined => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node].join(' → ');
    if (done.has(node)) return undefined;
    done.add(node);
    return first(graph.get(node) ?? [], (next) => visit(next, [...path, node]));
  };
  return first(graph.keys(), (node) => visit(node, []));
}

function first<T, R>(items: Iterable<T>, find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

const folders = [...new Set(files.flatMap((file) => parentsOf(file)))].sort();

/** The folders around a file, `.` (modules/ itself) among them. */
function parentsOf(file: string): string[] {
  const parent = dirname(file);
  return parent === '.' ? ['.'] : [parent, ...parentsOf(parent)];
}

/**
 * A folder's inner order, as a graph of its children and of itself. A child is a folder with all that is in it; files
 * right in the folder count as the folder itself. So a folder may import from its children, or its children from it,
 * but not both; and one child may import from another, in one direction only.
 */
function insideOf(folder: string): Graph {
  const childOf = (file: string) => {
    const [child = '', ...below] = relative(folder, file).split('/');
    return below.length > 0 && child !== '..' ? child : '.';
  };
  const graph = new Map<string, Set<string>>();
  for (const file of files.filter((one) => parentsOf(one).includes(folder))) {
    const targets = importsOf(file).filter((target) => parentsOf(target).includes(folder));
    const known = graph.get(childOf(file)) ?? new Set();
    graph.set(childOf(file), known);
    for (const target of targets) if (childOf(target) !== childOf(file)) known.add(childOf(target));
  }
  return graph;
}

describe('the floors of modules/', () => {
  it.each(files)('%s imports only from below', (file) => {
    expect(importsOf(file).filter((target) => !mayKnow(file, target))).toEqual([]);
  });

  it('has no circles between files', () => {
    const graph = new Map(files.map((file) => [file, new Set(importsOf(file))]));
    expect(circleIn(graph)).toBeUndefined();
  });

  it.each(folders)('%s has no circles of folders', (folder) => {
    expect(circleIn(insideOf(folder))).toBeUndefined();
  });

  it('are drawn in CONTRIBUTING.md as they are', () => {
    const text = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
    const [, drawn = ''] = /```rooms\n([\s\S]*?)\n```/.exec(text) ?? [];
    expect(drawn.split('\n')).toEqual(arrows());
  });
});
