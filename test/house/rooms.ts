import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../../build/modules.ts';

const MODULES = join(ROOT, 'modules');

/** The floors of modules/, from the top down, and the rooms of those below the modules. */
export const FLOORS = {
  objects: [
    'cloud',
    'central',
    'certificate',
    'chassis',
    'migration',
    'move',
    'vm',
    'ovn',
    'network',
    'overlay',
    'image',
    'disk',
    'domain',
    'root',
    'seed',
    'template',
    'topology',
  ],
  engines: [
    'ansible',
    'container',
    'disk',
    'dnsmasq',
    'guest',
    'libvirt',
    'link',
    'move',
    'nftables',
    'openssl',
    'ovn',
    'ovs',
    'ovsdb',
    'rollback',
    'systemd',
  ],
  codecs: ['cloudinit', 'iso9660', 'net', 'xml'],
  ground: ['host', 'failure.ts', 'mask.ts', 'volume.ts'],
} as const;

const NAMES = ['modules', ...Object.keys(FLOORS)];

/** A room: `objects/vm`, `engines/ovs`; all modules are one. */
export interface Room {
  readonly name: string;
  /** 0 is the top. */
  readonly floor: number;
}

/** All sources, from modules/ on. */
export const files = readdirSync(MODULES, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.ts'),
);

/** The room that a file is in. @throws when it is in none */
export function roomOf(file: string): Room {
  const [top = '', next = ''] = file.split('/');
  if (top !== 'lib' && top !== 'objects') return { name: 'modules', floor: 0 };
  const floors = Object.entries(FLOORS).filter(([name]) => (name === 'objects') === (top === 'objects'));
  const found = floors.find(([, rooms]) => (rooms as readonly string[]).includes(next));
  if (!found) throw new Error(`modules/${top}/${next} is on no floor: say in FLOORS what it may know`);
  return { name: `${found[0]}/${next.replace('.ts', '')}`, floor: NAMES.indexOf(found[0]) };
}

/** The files that a file imports. */
export function importsOf(file: string): string[] {
  const text = readFileSync(join(MODULES, file), 'utf8');
  const found = [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)];
  return found.map(([, path]) => relative(MODULES, join(MODULES, dirname(file), path ?? '')));
}

/** A line for each room: which rooms it knows. */
export function arrows(): string[] {
  const known = new Map<string, Set<string>>();
  for (const file of files) {
    const { name } = roomOf(file);
    const targets = known.get(name) ?? new Set();
    known.set(name, targets);
    for (const target of importsOf(file)) if (roomOf(target).name !== name) targets.add(roomOf(target).name);
  }
  const order = (name: string) => NAMES.indexOf(name.split('/')[0] ?? '');
  const sorted = (names: Iterable<string>) =>
    [...names].sort((a, b) => order(a) - order(b) || a.localeCompare(b));
  return sorted(known.keys()).map((name) => {
    const targets = sorted(known.get(name) ?? []);
    return `${name.padEnd(18)} ${targets.length > 0 ? `→ ${told(targets)}` : ''}`.trimEnd();
  });
}

// `engines/disk engines/ovs` as `engines: disk, ovs`.
function told(names: readonly string[]): string {
  const floors = [...new Set(names.map((name) => name.split('/')[0]))];
  return floors
    .map((floor) => {
      const rooms = names.flatMap((name) =>
        name.startsWith(`${floor}/`) ? name.slice(`${floor}/`.length) : [],
      );
      return `${floor}: ${rooms.join(', ')}`;
    })
    .join('; ');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(arrows().join('\n'));
