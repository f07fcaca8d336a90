import { dirname, resolve } from 'node:path/posix';

// What run-parts takes as a file's name; `source-directory` reads no other, see interfaces(5).
const RUN_PARTS = /^[a-zA-Z0-9_-]+$/;

/** Whether a shell pattern matches a path; `*` and `?` match no slash, as in wordexp(3). */
export function globMatches(pattern: string, path: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\[!/g, '[^')
    .replace(/\*/g, '[^/]*')
    .replace(/\?/g, '[^/]');
  try {
    return new RegExp(`^${expression}$`).test(path);
  } catch {
    return false;
  }
}

type Keyword = 'source' | 'source-directory';

function directive(line: string): { keyword: Keyword; argument: string } | undefined {
  const [, keyword, argument] = /^\s*(source|source-directory)\s+(.*?)\s*$/.exec(line) ?? [];
  return keyword && argument ? { keyword: keyword as Keyword, argument } : undefined;
}

// Only a line that names exactly this file was added for it.
const names = (line: string, interfaces: string, path: string) => {
  const found = directive(line);
  return found?.keyword === 'source' && resolve(dirname(interfaces), found.argument) === path;
};

function covers(line: string, interfaces: string, path: string): boolean {
  const found = directive(line);
  if (!found) return false;
  const target = resolve(dirname(interfaces), found.argument);
  if (found.keyword === 'source') return globMatches(target, path);
  const name = path.slice(path.lastIndexOf('/') + 1);
  return globMatches(target, dirname(path)) && RUN_PARTS.test(name);
}

/** A text without the `source` line of one file; a pattern that matches it is kept. */
export function withoutSource(text: string, interfaces: string, path: string): string {
  const lines = text.split('\n');
  const kept = lines.filter((line) => !names(line, interfaces, path));
  return kept.length === lines.length ? text : kept.join('\n');
}

/**
 * A text of /etc/network/interfaces in which exactly one line makes ifupdown read a file: an existing
 * pattern, or else a `source` line for the file.
 * @param interfaces the path of that text, for relative arguments
 */
export function withSource(text: string, interfaces: string, path: string): string {
  const others = withoutSource(text, interfaces, path);
  if (others.split('\n').some((line) => covers(line, interfaces, path))) return others;
  if (others !== text) return text;
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}source ${path}\n`;
}
