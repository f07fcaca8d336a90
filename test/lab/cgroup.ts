import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
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

// The hierarchies of cgroup 1 that have a controller, with the group that this process is in there.
function controllerHierarchies(): { at: string; own: string }[] {
  const groups = readFileSync('/proc/self/cgroup', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const mounts = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' '));
  return groups.flatMap(([, controllers = '', own = '/']) => {
    if (!controllers || controllers.includes('=')) return [];
    const [first = ''] = controllers.split(',');
    const mount = mounts.find(
      ([, , type, list = '']) => type === 'cgroup' && list.split(',').includes(first),
    );
    return mount?.[1] ? [{ at: mount[1], own }] : [];
  });
}

/**
 * Makes groups for one hypervisor in each controller of cgroup 1, below those of this process, and gives back their
 * directories: containers in it must not make theirs in those of the machine. None on a machine with cgroup 2 only.
 */
export function makeControllerGroups(name: string): string[] {
  return controllerHierarchies().map(({ at, own }) => {
    const parent = path.join(at, own);
    const directory = path.join(parent, `piecewise-${name}`);
    mkdirSync(directory, { recursive: true });
    // A new group of this controller has neither, and takes no process before it has both.
    for (const file of ['cpuset.cpus', 'cpuset.mems']) {
      if (!existsSync(path.join(parent, file))) continue;
      writeFileSync(path.join(directory, file), readFileSync(path.join(parent, file), 'utf8'));
    }
    return directory;
  });
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

/**
 * Removes the (then empty) control groups of one hypervisor.
 * @param controllers what `makeControllerGroups` gave for it
 */
export function removeCgroups(name: string, controllers: readonly string[] = []): void {
  const remove = (directory: string): void => {
    for (const child of below(directory)) remove(child);
    rmdirSync(directory);
  };
  for (const directory of [...cgroups(name), ...controllers]) if (existsSync(directory)) remove(directory);
}
