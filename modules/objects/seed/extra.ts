import { digestOf, type SeedFile, utf8 } from '../../lib/cloudinit/seed.ts';
import { isMapping, keyPath } from '../../lib/cloudinit/yaml/value.ts';
import { OptionError } from '../../lib/failure.ts';

const OPTION = 'extra_files';

/** A file of a seed beside those that cloud-init reads: a text, or a file on the host. */
export type ExtraFile = { readonly path: string; readonly option: string } & (
  | { readonly text: string }
  | { readonly source: string }
);

/** What is known of a file on the host. */
export interface SourceFile {
  /** Bytes. */
  readonly size: number;
  /** sha256 in hexadecimal. */
  readonly digest: string;
}

/**
 * The files of the option `extra_files`, a mapping of paths in the seed to a text or `{src: path on the host}`.
 * @throws OptionError
 */
export function extraFiles(given: unknown): ExtraFile[] {
  if (given === undefined || given === null || given === '') return [];
  if (!isMapping(given))
    throw new OptionError(OPTION, "must be a mapping of paths to texts, or to '{src: PATH}'");
  return Object.entries(given).map(([path, value]) => {
    const option = keyPath(OPTION, path);
    if (typeof value === 'string') return { path, option, text: value };
    if (isMapping(value) && typeof value.src === 'string' && Object.keys(value).length === 1) {
      if (value.src.startsWith('/')) return { path, option, source: value.src };
      throw new OptionError(option, "its 'src' must be an absolute path on the host");
    }
    throw new OptionError(
      option,
      "must be a text, or a mapping with 'src' and nothing else (quote a number)",
    );
  });
}

/**
 * The same as files of a seed.
 * @param sources what is known of the files on the host, by path; a missing one is taken as empty
 */
export const extraSeedFiles = (
  files: readonly ExtraFile[],
  sources: ReadonlyMap<string, SourceFile>,
): SeedFile[] =>
  files.map((file) => {
    if ('text' in file) {
      const content = utf8(file.option, file.text);
      return { path: file.path, content, digest: digestOf(content) };
    }
    const { size = 0, digest = '' } = sources.get(file.source) ?? {};
    return { path: file.path, content: { source: file.source, size }, digest };
  });
