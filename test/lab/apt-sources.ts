import { execa } from 'execa';
import { type Release, releases } from './packages.ts';

/** One archive: where it is, and the suite there. */
export interface Source {
  uri: string;
  suite: string;
}

interface Row {
  uri: string;
  codename: string;
}

async function indexTargets(): Promise<Row[]> {
  const format = '$(REPO_URI) $(CODENAME)';
  const { stdout } = await execa('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']);
  const lines = [...new Set(stdout.split('\n').filter(Boolean))];
  return lines.map((line) => {
    const [uri = '', codename = ''] = line.split(' ');
    return { uri: uri.replace(/\/$/, ''), codename };
  });
}

/**
 * The archives of a Debian release, as the machine's own apt has them for its release: the same mirrors, the
 * other suite names. First comes the one that debootstrap takes.
 * Throws if the machine's apt has no Debian archive.
 */
export async function sourcesFor(release: Release): Promise<Source[]> {
  let rows = await indexTargets();
  if (rows.length === 0) {
    await execa('apt-get', ['update']);
    rows = await indexTargets();
  }
  const known = Object.values(releases).map((name) => new RegExp(`^${name}(-updates|-security)?$`));
  const debian = rows.flatMap(({ uri, codename }) => {
    const suffix = known.map((pattern) => pattern.exec(codename)).find(Boolean);
    return suffix ? [{ uri, suite: releases[release] + (suffix[1] ?? '') }] : [];
  });
  debian.sort((one, other) => one.suite.length - other.suite.length);
  if (debian[0]?.suite !== releases[release]) {
    throw new Error("this machine's apt sources name no Debian archive, so the lab doesn't know a mirror");
  }
  return debian;
}

/** The archives as a deb822 file for `/etc/apt/sources.list.d`; see sources.list(5). */
export function sourcesFile(sources: readonly Source[]): string {
  return sources
    .map(({ uri, suite }) =>
      [
        'Types: deb',
        `URIs: ${uri}`,
        `Suites: ${suite}`,
        'Components: main',
        'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
        '',
      ].join('\n'),
    )
    .join('\n');
}

/** The machine's apt settings of the given names (as `Acquire::Check-Date`) that have a value. */
export async function aptSettings(names: readonly string[]): Promise<Map<string, string>> {
  const { stdout } = await execa('apt-config', ['dump']);
  const settings = stdout.split('\n').flatMap((line) => {
    const [, key = '', value = ''] = /^(\S+) "(.*)";$/.exec(line) ?? [];
    return names.includes(key) && value !== '' ? [[key, value] as const] : [];
  });
  return new Map(settings);
}

/** Settings that say whether this machine's clock may be held against an archive's dates. */
export const clockSettings = ['Acquire::Check-Valid-Until', 'Acquire::Check-Date'];

/** How this machine's apt reaches its archives. */
export const proxySettings = ['Acquire::http::Proxy', 'Acquire::https::Proxy'];

/** Settings as a file for `/etc/apt/apt.conf.d`. */
export function settingsFile(settings: Iterable<readonly [string, string]>): string {
  return [...settings].map(([key, value]) => `${key} "${value}";\n`).join('');
}
