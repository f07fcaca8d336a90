import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './modules.ts';

// The modules are one file each, with the code of npm packages in it, and so are the files of the picture. Their licences require that their notices come
// with it.

/** Licences that GPL-3.0-or-later may include (gnu.org, "License List"). Another one needs a decision first. */
const COMPATIBLE = ['MIT', 'ISC', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD'];

/** The text of a licence, for a package that ships none; COPYRIGHT is replaced by its authors. */
const TEXTS: Readonly<Record<string, string>> = {
  ISC: `Copyright (c) COPYRIGHT

Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted,
provided that the above copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED
WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR
CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT,
NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
`,
};

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: unknown;
  readonly homepage?: string;
  readonly author?: string | { readonly name: string };
}

/** The directories of the packages that files of a bundle come from. @param inputs paths below the checkout, as esbuild names them */
export const packagesOf = (inputs: readonly string[]): string[] => [
  ...new Set(
    inputs.flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? []),
  ),
];

/**
 * The notices of some packages.
 * @param directories of the packages, below the checkout
 * @throws Error for a licence that is unknown or has no text
 */
export function notices(directories: readonly string[], root: string = ROOT): string {
  const parts = directories.map((directory) => noticeOf(join(root, directory))).sort();
  return [
    'The modules of this collection, and its picture of the cloud, contain code of the following packages.\n',
    ...new Set(parts),
  ].join(`\n${'-'.repeat(80)}\n\n`);
}

function noticeOf(directory: string): string {
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest;
  const { name, version, license, homepage } = manifest;
  if (typeof license !== 'string' || !COMPATIBLE.includes(license)) {
    throw new Error(
      `${name} has the licence ${JSON.stringify(license)}: see whether GPL-3.0-or-later may include it (build/notices.ts)`,
    );
  }
  return `${name} ${version}\n${homepage ? `${homepage}\n` : ''}Licence: ${license}\n\n${textOf(directory, manifest, license)}`;
}

function textOf(directory: string, { name, author }: Manifest, license: string): string {
  const file = readdirSync(directory).find((one) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(one));
  const notice = join(directory, 'NOTICE');
  if (file) {
    const text = readFileSync(join(directory, file), 'utf8').trim();
    return `${text}\n${existsSync(notice) ? `\n${readFileSync(notice, 'utf8').trim()}\n` : ''}`;
  }
  const text = TEXTS[license];
  const authors = typeof author === 'string' ? author : author?.name;
  if (!text || !authors) throw new Error(`${name} has no text of its licence: add one to build/notices.ts`);
  return text.replace('COPYRIGHT', authors.replace(/\s*<[^>]*>/, ''));
}
