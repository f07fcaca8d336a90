import { choice, filledListOf, flag, is, mapping, mappingOf, type Schema, text } from './dsl.ts';

const ENCODINGS = [
  'gz',
  'gzip',
  'gz+base64',
  'gzip+base64',
  'gz+b64',
  'gzip+b64',
  'b64',
  'base64',
  'text/plain',
];

/** cc_write_files. */
export const files: Record<string, Schema> = {
  write_files: filledListOf(
    mapping(
      {
        path: text,
        content: text,
        owner: text,
        permissions: is("a text of octal digits such as '0644', quoted", { type: 'string' }),
        encoding: choice(...ENCODINGS),
        append: flag,
        defer: flag,
        source: mapping({ uri: text, headers: mappingOf(text) }, { required: ['uri'] }),
      },
      { required: ['path'] },
    ),
    'files',
  ),
};
