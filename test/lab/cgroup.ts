import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from 'node:fs';
import path from 'node:path';

// The hierarchies in which systemd keeps its units: cgroup 2, and `name=systemd` of the older layout.
function hierarchies(): string[] {
  const lines = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [, at = '', type, options = ''] = line.split(' ');
    const ours = type === 'cgroup2' || (type === 'cgroup' && options.split(',').includes('name=systemd'));
    return ours ? [at] : [];
  });
}

/** The control groups of one hypervisor: its init must not make its own in those of the machine. */
export const cgroups = (name: string): string[] =>
  hierarchies().map((at) => path.join(at, `piecewise-${name}`));

/** Makes the control groups of one hypervisor and gives back their directories. */
export function makeCgroups(name: string): string[] {
  const made = cgroups(name);
  for (const directory of made) mkdirSync(directory, { recursive: true });
  return made;
}

const below = (directory: string): string[] =>
  readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(directory, entry.name));

/** The numbers of the processes in a hypervisor's control groups. */
export function cgroupProcesses(name: string): number[] {
  const inside = (directory: string): number[] => [
    ...readFileSync(path.join(directory, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number),
    ...below(directory).flatMap(inside),
  ];
  return [
    ...new Set(
      cgroups(name)
        .filter((directory) => existsSync(directory))
        .flatMap(inside),
    ),
  ];
}

/** Removes the (then empty) control groups of one hypervisor. */
export function removeCgroups(name: string): void {
  const remove = (directory: string): void => {
    for (const child of below(directory)) remove(child);
    rmdirSync(directory);
  };
  for (const directory of cgroups(name)) if (existsSync(directory)) remove(directory);
}
