import { OptionError } from '../../failure.ts';
import type { Algorithm } from './checksum.ts';

/**
 * Finds a file's digest in a list made by sha256sum(1), also with `--tag`, or in a file that holds a single digest and
 * nothing else. A line with exactly that name has precedence over paths that end in the name.
 * @returns undefined when the list doesn't name the file
 * @throws OptionError when the list has different digests for it
 */
export function findDigest(list: string, algorithm: Algorithm, name: string): string | undefined {
  const digits = algorithm === 'sha256' ? 64 : 128;
  const lines = list.split('\n').map((line) => line.trim());
  const plain = new RegExp(
    `^(\\\\?)(?<digest>[0-9a-f]{${digits}})(?: [ *]|[ \\t]+\\*?)[ \\t]*(?<file>.+)$`,
    'i',
  );
  const tagged = new RegExp(
    `^(\\\\?)${algorithm}\\s*\\((?<file>.+)\\)\\s*=\\s*(?<digest>[0-9a-f]{${digits}})$`,
    'i',
  );
  const entries = lines.flatMap((line) => {
    const found = plain.exec(line) ?? tagged.exec(line);
    const { digest = '', file = '' } = found?.groups ?? {};
    return found ? [{ digest: digest.toLowerCase(), file: found[1] ? unescaped(file) : file }] : [];
  });
  const exact = entries.filter(({ file }) => file.replace(/^(\.\/)+/, '') === name);
  const alike = exact.length > 0 ? exact : entries.filter(({ file }) => basenameOf(file) === name);
  const [digest, ...others] = new Set(alike.map((entry) => entry.digest));
  if (others.length > 0) {
    throw new OptionError('checksum', `the list has several digests of '${name}': give the digest itself`);
  }
  if (digest !== undefined) return digest;
  const [only, ...more] = lines.filter(Boolean);
  const bare = new RegExp(`^[0-9a-f]{${digits}}$`, 'i');
  return only !== undefined && more.length === 0 && bare.test(only) ? only.toLowerCase() : undefined;
}

// A line that begins with a backslash has escapes in its name: sha256sum(1), "--check".
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', '\\': '\\' };
const unescaped = (file: string) =>
  file.replace(/\\([nr\\])/g, (_, letter: string) => ESCAPES[letter] ?? letter);

const basenameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
