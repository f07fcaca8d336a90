import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { cacheDir, withLock } from './cache.ts';
import { plainEnv } from './tools.ts';

// The lab's own network namespace is kept by a mount on this file: the machine sees none of its interfaces.
const file = () => path.join(cacheDir('run-net'), 'namespace');

const mounted = () => readFileSync('/proc/self/mounts', 'utf8').includes(` ${file()} `);

const run = (command: string, ...args: string[]) =>
  execa(command, args, { env: plainEnv, extendEnv: false, stdin: 'ignore' });

/** Runs `ip` with these arguments in the lab's network namespace; gives its output. */
export async function labIp(...args: string[]): Promise<string> {
  return (await run('nsenter', `--net=${file()}`, 'ip', ...args)).stdout;
}

/** Makes the lab's network namespace unless it is there; gives the file that nsenter(1) takes for it. */
export const ensureNetwork = (): Promise<string> =>
  withLock('network', async () => {
    if (!mounted()) {
      if (!existsSync(file())) writeFileSync(file(), '');
      await run('unshare', `--net=${file()}`, 'true');
    }
    return file();
  });

interface Link {
  ifname: string;
  master?: string;
  linkinfo?: { info_kind?: string };
}

/**
 * Removes what an ended hypervisor leaves in the lab's network: bridges without ports, and the whole
 * namespace when `inUse` says that no hypervisor needs it.
 */
export const tidyNetwork = (inUse: () => boolean): Promise<void> =>
  withLock('network', async () => {
    if (!mounted()) return;
    const links = JSON.parse(await labIp('-json', '-details', 'link', 'show')) as Link[];
    const masters = new Set(links.map(({ master }) => master));
    for (const { ifname, linkinfo } of links) {
      if (linkinfo?.info_kind === 'bridge' && !masters.has(ifname)) await labIp('link', 'delete', ifname);
    }
    if (inUse()) return;
    await run('umount', file());
    rmSync(file());
  });
