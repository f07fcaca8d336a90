import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import {
  aptSettings,
  clockSettings,
  proxySettings,
  type Source,
  settingsFile,
  sourcesFile,
  sourcesFor,
} from './apt-sources.ts';
import { cacheDir, withLock } from './cache.ts';
import { type Kind, packages, type Release, releases } from './packages.ts';
import { stage } from './stage.ts';
import { plainEnv } from './tools.ts';

// In a hash with all that makes a root what it is; raise it when the building below changes the result.
const recipe = 1;

// Roots are thrown away rather than repaired, so nothing needs to reach the disk before its time.
const dpkgSettings = [
  'force-unsafe-io',
  'path-exclude=/usr/share/doc/*',
  'path-include=/usr/share/doc/*/copyright',
  'path-exclude=/usr/share/info/*',
  'path-exclude=/usr/share/locale/*',
  'path-exclude=/usr/share/man/*',
  '',
].join('\n');

const key = (...parts: unknown[]) =>
  createHash('sha256')
    .update(JSON.stringify([recipe, dpkgSettings, ...parts]))
    .digest('hex')
    .slice(0, 12);

// Mounts are made in a namespace of the script's own, so none is left however it ends.
async function isolated(
  script: string,
  args: readonly string[],
  http: ReadonlyMap<string, string>,
): Promise<void> {
  const proxy = http.get('Acquire::http::Proxy');
  await execa('unshare', ['--mount', 'sh', '-eu', '-c', script, 'sh', ...args], {
    env: { ...plainEnv, ...(proxy && proxy !== 'DIRECT' ? { http_proxy: proxy } : {}) },
    extendEnv: false,
    all: true,
    stdin: 'ignore',
  });
}

// eatmydata turns fsync into nothing; dpkg's own setting spares the files, not its database.
const installScript = `
root=$1 debs=$2; shift 2
mount --bind "$debs" "$root/var/cache/apt/archives"
mount -t proc proc "$root/proc"
mkdir -p "$debs/partial"
apt() { chroot "$root" env LD_PRELOAD="$preload" apt-get --quiet --yes --no-install-recommends \
  -o APT::Keep-Downloaded-Packages=true -o APT::Sandbox::User=root -o Dir::Etc::Parts=/etc/apt/apt.conf.d "$@"; }
preload=
apt update
apt install libeatmydata1
preload=libeatmydata.so
apt dist-upgrade
[ $# = 0 ] || apt install "$@"
`;

async function install(root: string, names: readonly string[], sources: readonly Source[]): Promise<void> {
  const http = await aptSettings(proxySettings);
  const settings = [...(await aptSettings(clockSettings)), ...http, ['Acquire::Languages', 'none'] as const];
  const buildSettings = path.join(root, 'etc/apt/apt.conf.d/90build');
  const policy = path.join(root, 'usr/sbin/policy-rc.d');
  await writeFile(buildSettings, settingsFile(settings));
  await writeFile(path.join(root, 'etc/apt/sources.list'), '');
  await writeFile(path.join(root, 'etc/apt/sources.list.d/debian.sources'), sourcesFile(sources));
  await writeFile(policy, '#!/bin/sh\nexit 101\n');
  await chmod(policy, 0o755);
  for (const file of ['resolv.conf', 'hosts'])
    await execa('cp', ['-L', `/etc/${file}`, `${root}/etc/${file}`]);
  await isolated(installScript, [root, cacheDir('debs'), ...names], http);
  // What the build put there and a hypervisor must not inherit. An empty machine-id means a first boot.
  for (const file of [buildSettings, policy, path.join(root, 'etc/resolv.conf')])
    await rm(file, { force: true });
  await writeFile(path.join(root, 'etc/machine-id'), '');
  await rm(path.join(root, 'var/lib/dbus/machine-id'), { force: true });
}

// Builds beside the place and renames at the end, so that an interrupted build leaves nothing half done.
async function once(name: string, build: (root: string) => Promise<void>): Promise<string> {
  const root = path.join(cacheDir('roots'), name);
  if (existsSync(root)) return root;
  return withLock(`root-${name}`, async () => {
    if (existsSync(root)) return root;
    const unfinished = `${root}.unfinished`;
    await rm(unfinished, { recursive: true, force: true });
    await stage(`build ${name}`, () => build(unfinished));
    await rename(unfinished, root);
    return root;
  });
}

async function ensureBase(release: Release, sources: readonly Source[]): Promise<string> {
  const [main] = sources;
  if (!main) throw new Error(`no archive for Debian ${release}`);
  return once(`base-${release}-${key(release)}`, async (root) => {
    const dpkg = path.join(root, 'etc/dpkg/dpkg.cfg.d');
    await mkdir(dpkg, { recursive: true });
    await writeFile(path.join(dpkg, 'lab'), dpkgSettings);
    const script = 'exec debootstrap --variant=minbase --cache-dir="$1" "$2" "$3" "$4"';
    const http = await aptSettings(proxySettings);
    await isolated(script, [cacheDir('debs'), main.suite, root, main.uri], http);
    await install(root, [], sources);
  });
}

/** The directory of the root that a release and kind have now, built or not. */
export const rootPath = (release: Release, kind: Kind): string =>
  path.join(cacheDir('roots'), `${kind}-${release}-${key(release, [...packages[kind]].sort())}`);

/**
 * Gives the directory of a Debian root with the packages of its kind, building it (about a minute) if the
 * cache has none for this package list. Roots are shared and read-only: start from an overlay.
 * Throws with apt's or debootstrap's output.
 */
export async function ensureRoot(release: Release, kind: Kind): Promise<string> {
  if (!(release in releases)) throw new Error(`the lab knows Debian ${Object.keys(releases).join(', ')}`);
  const root = rootPath(release, kind);
  if (existsSync(root)) return root;
  const sources = await sourcesFor(release);
  // One build at a time: they share the directory of downloaded packages.
  return withLock('build', async () => {
    const base = await ensureBase(release, sources);
    return once(path.basename(root), async (target) => {
      await execa('cp', ['-a', base, target]);
      await install(target, packages[kind], sources);
    });
  });
}

/** Deletes the roots of former package lists. None may be in use. */
export const pruneRoots = (): Promise<void> =>
  withLock('build', async () => {
    const kept = new Set<string>();
    for (const release of Object.keys(releases).map(Number) as Release[]) {
      kept.add(`base-${release}-${key(release)}`);
      for (const kind of Object.keys(packages) as Kind[]) kept.add(path.basename(rootPath(release, kind)));
    }
    for (const name of await readdir(cacheDir('roots'))) {
      if (!kept.has(name)) await rm(path.join(cacheDir('roots'), name), { recursive: true, force: true });
    }
  });
