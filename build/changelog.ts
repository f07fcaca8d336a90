import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { ROOT } from './modules.ts';

// antsibull-changelog's formats. The tool itself isn't needed: of its work only this little is.

const DIRECTORY = join(ROOT, 'changelogs');
const FRAGMENTS = join(DIRECTORY, 'fragments');
const CHANGES = join(DIRECTORY, 'changelog.yaml');

type Changes = Readonly<Record<string, string | readonly string[]>>;

interface Release {
  readonly changes: Changes;
  readonly release_date: string;
}

interface Changelog {
  readonly ancestor: string | null;
  readonly releases: Readonly<Record<string, Release>>;
}

const yaml = (document: object) => `---\n${stringify(document, { lineWidth: 120 })}`;

export const readChangelog = (): Changelog => parse(readFileSync(CHANGES, 'utf8')) as Changelog;

/** The sections in the order of the configuration, with their titles. */
function sections(): [name: string, title: string][] {
  const config = parse(readFileSync(join(DIRECTORY, 'config.yaml'), 'utf8'));
  return [[config.prelude_section_name, config.prelude_section_title], ...config.sections];
}

/** Versions in descending order: `1.10.0` before `1.9.0`. */
const descending = (a: string, b: string) => b.localeCompare(a, 'en', { numeric: true });

/** The notes of one release, in Markdown. */
export function notesOf(version: string, { changes, release_date }: Release): string {
  const parts = sections().flatMap(([name, title]) => {
    const entries = changes[name];
    if (!entries) return [];
    const text =
      typeof entries === 'string' ? entries.trim() : entries.map((entry) => `- ${entry}`).join('\n');
    return `### ${title}\n\n${text}\n`;
  });
  return `## ${version}, ${release_date}\n\n${parts.join('\n')}`;
}

/** The text of CHANGELOG.md. */
export function changelogText({ releases }: Changelog): string {
  const versions = Object.keys(releases).sort(descending);
  const notes = versions.map((version) => notesOf(version, releases[version] as Release));
  return `# Changelog\n\n${notes.join('\n')}`;
}

/** The fragments' changes, in the order of the files' names. */
function fragments(): { readonly files: string[]; readonly changes: Record<string, string | string[]> } {
  const files = readdirSync(FRAGMENTS)
    .filter((name) => /\.ya?ml$/.test(name))
    .sort();
  const changes: Record<string, string | string[]> = {};
  for (const file of files) {
    const fragment = parse(readFileSync(join(FRAGMENTS, file), 'utf8')) as Changes;
    for (const [section, entries] of Object.entries(fragment)) {
      if (section === 'trivial') continue;
      changes[section] = typeof entries === 'string' ? entries : [...(changes[section] ?? []), ...entries];
    }
  }
  return { files, changes };
}

/** Makes a release of the fragments, which it removes, and writes CHANGELOG.md. @param date of the release, `YYYY-MM-DD` */
export function addRelease(version: string, date: string): void {
  const { files, changes } = fragments();
  const { ancestor, releases } = readChangelog();
  if (releases[version]) throw new Error(`changelogs/changelog.yaml has a release ${version} already`);
  if (files.length === 0) throw new Error('changelogs/fragments has no changes to release');
  const all = { ancestor, releases: { ...releases, [version]: { changes, release_date: date } } };
  writeFileSync(CHANGES, yaml(all));
  writeText();
  for (const file of files) rmSync(join(FRAGMENTS, file));
}

/** Writes CHANGELOG.md. */
export function writeText(): void {
  mkdirSync(FRAGMENTS, { recursive: true });
  writeFileSync(join(ROOT, 'CHANGELOG.md'), changelogText(readChangelog()));
}
