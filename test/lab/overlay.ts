import { readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { paths } from './state.ts';

const mounted = (at: string) => readFileSync('/proc/self/mounts', 'utf8').includes(` ${at} `);

/** Mounts a hypervisor's own writable layer over the root `lower`, unless it is mounted; gives the place. */
export async function mountOverlay(name: string, lower: string): Promise<string> {
  const { root, upper, work } = paths(name);
  if (mounted(root)) return root;
  for (const directory of [root, upper, work]) await mkdir(directory, { recursive: true });
  // `volatile` turns every sync inside into nothing, so that apt there needs less than half the time. The
  // kernel marks such a layer, since a crash of the machine spoils it, and refuses it a second mount.
  await rm(`${work}/work/incompat`, { recursive: true, force: true });
  const options = `lowerdir=${lower},upperdir=${upper},workdir=${work},volatile`;
  await execa('mount', ['-t', 'overlay', `piecewise-${name}`, '-o', options, root]);
  return root;
}

/** Unmounts a hypervisor's root; what it wrote is kept. */
export async function unmountOverlay(name: string): Promise<void> {
  const { root } = paths(name);
  // The kernel takes a moment to let go of a namespace whose last process has ended.
  for (let attempt = 0; mounted(root); attempt++) {
    const { exitCode } = await execa('umount', [root], { reject: false });
    if (exitCode === 0) continue;
    if (attempt === 20) await execa('umount', ['--lazy', root]);
    await sleep(100);
  }
}

/** Unmounts and deletes all that a hypervisor has in the cache. */
export async function deleteRun(name: string): Promise<void> {
  await unmountOverlay(name);
  // The overlay is unmounted by now, so this can't remove files of the shared root below it.
  await rm(paths(name).run, { recursive: true, force: true });
}
