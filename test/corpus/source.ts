import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { execa } from 'execa';
import { aptSettings, clockSettings, settingsFile, sourcesFile, sourcesFor } from '../lab/apt-sources.ts';
import { cacheDir, withLock } from '../lab/cache.ts';
import type { Release } from '../lab/packages.ts';
import { stage } from '../lab/stage.ts';
import { plainEnv } from '../lab/tools.ts';

/** One of libvirt's own test inputs. */
export interface Input {
  /** Its file name without `.xml`. */
  readonly file: string;
  readonly text: string;
}

/** Where libvirt's sources have them: the first is of versions until 10.0. */
const DIRECTORIES = ['qemuxml2argvdata', 'qemuxmlconfdata'];

// An apt with nothing of the machine's but its settings: the sources, lists and packages are of this directory.
async function download(release: Release, place: string): Promise<void> {
  const sources = sourcesFile(await sourcesFor(release)).replaceAll('Types: deb', 'Types: deb-src');
  await mkdir(path.join(place, 'lists/partial'), { recursive: true });
  await mkdir(path.join(place, 'cache/archives/partial'), { recursive: true });
  await writeFile(path.join(place, 'debian.sources'), sources);
  await writeFile(path.join(place, 'apt.conf'), settingsFile(await aptSettings(clockSettings)));
  const settings = {
    'Dir::Etc::SourceList': path.join(place, 'debian.sources'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State::Lists': path.join(place, 'lists'),
    'Dir::Cache': path.join(place, 'cache'),
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
  };
  const common = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const options = { env: plainEnv, extendEnv: false, cwd: place, all: true };
  await execa('apt-get', [...common, 'update'], options);
  await execa('apt-get', [...common, 'source', '--download-only', '--tar-only', 'libvirt'], options);
}

async function unpack(place: string): Promise<string> {
  const archive = (await readdir(place)).find((name) => /^libvirt_.*\.orig\.tar\.\w+$/.test(name));
  if (!archive) throw new Error("libvirt's source package has no original archive");
  const members = ['--wildcards', '*/tests/qemuxml*data/*.xml', '--strip-components=2'];
  await execa('tar', ['-xf', archive, ...members], { cwd: place, env: plainEnv, extendEnv: false });
  const found = DIRECTORIES.map((name) => path.join(place, name)).find((one) => existsSync(one));
  if (!found) throw new Error("libvirt's sources have their test inputs in another place than before");
  return found;
}

/** The directory of the inputs, outside the checkout; fetched (some seconds) if the cache doesn't have them. */
async function ensureInputs(release: Release): Promise<string> {
  const inputs = path.join(cacheDir('corpus'), String(release));
  return withLock(`corpus-${release}`, async () => {
    if (existsSync(inputs)) return inputs;
    const place = `${inputs}.unfinished`;
    await rm(place, { recursive: true, force: true });
    await mkdir(place, { recursive: true });
    await stage(`fetch the corpus of Debian ${release}`, async () => {
      await download(release, place);
      await rename(await unpack(place), inputs);
    });
    await rm(place, { recursive: true, force: true });
    return inputs;
  });
}

/**
 * libvirt's own test inputs, from the source package of a Debian release's libvirt, sorted by name.
 * Throws with apt's or tar's output if they can't be had.
 */
export async function readInputs(release: Release): Promise<Input[]> {
  const directory = await ensureInputs(release);
  const entries = await readdir(directory, { withFileTypes: true });
  // A link is another name for an input that is there anyway.
  const files = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.xml'))
    .map(({ name }) => name);
  return Promise.all(
    files.sort().map(async (name) => ({
      file: name.slice(0, -'.xml'.length),
      text: await readFile(path.join(directory, name), 'utf8'),
    })),
  );
}
