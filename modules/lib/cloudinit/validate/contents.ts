import { type At, itemsIn, mappingsOf, textIn, textsOf } from './look.ts';
import { error, type Path, type Problem, warning } from './problem.ts';
import { repeated } from './repeated.ts';

type Mapping = Record<string, unknown>;

/** Problems of the files in write_files. */
export function contents(config: At<Mapping>): Problem[] {
  const files = mappingsOf(itemsIn(config, 'write_files'));
  return [...files.flatMap(ofFile), ...pathsTwice(files)];
}

function ofFile(file: At<Mapping>): Problem[] {
  const path = textIn(file, 'path');
  const permissions = textIn(file, 'permissions');
  const content = textIn(file, 'content');
  return [
    ...(path && !path.value.startsWith('/') ? [error(path.path, "must begin with '/'")] : []),
    ...(permissions && !/^(?:0o?)?[0-7]{3,4}$/.test(permissions.value)
      ? [
          error(
            permissions.path,
            "must be octal digits such as '0644': cloud-init would take its default instead",
          ),
        ]
      : []),
    ...(content ? decoded(content, file.value.encoding) : []),
  ];
}

// cloudinit/config/cc_write_files.py, canonicalize_extraction: base64 first, then gzip.
function decoded({ value, path }: At<string>, encoding: unknown): Problem[] {
  if (typeof encoding !== 'string') return [];
  const zipped = /^gz(?:ip)?(?:\+|$)/.test(encoding);
  const base64 = /(?:^|\+)b(?:ase)?64$/.test(encoding);
  if (base64 && !isBase64(value)) return [noBase64(path)];
  if (!zipped) return [];
  const bytes = Buffer.from(value, base64 ? 'base64' : 'latin1');
  if (bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8) return [];
  const fix = base64 ? '' : ": gzip data is binary, so it needs base64 around it, and 'encoding: gz+b64'";
  return [error(path, `is not gzip data${fix}`)];
}

const noBase64 = (path: Path) => error(path, 'is not base64, as encoding says');

// Python's b64decode ignores characters that are not base64, but not a wrong length.
function isBase64(text: string): boolean {
  const digits = text.replace(/\s/g, '');
  return /^[A-Za-z0-9+/]*={0,2}$/.test(digits) && digits.length % 4 === 0;
}

function pathsTwice(files: readonly At<Mapping>[]): Problem[] {
  const paths = files.flatMap((file) => (file.value.append === true ? [] : (textIn(file, 'path') ?? [])));
  return repeated(paths, ({ value }) => value).map(({ path }) =>
    warning(path, 'is written twice: the last one counts'),
  );
}

/** Items of packages that have several names. */
export const packageNames = (config: At<Mapping>): Problem[] =>
  textsOf(itemsIn(config, 'packages'))
    .filter(({ value }) => /\S\s+\S/.test(value))
    .map(({ path }) => error(path, 'has a space in it: write an item of the list for each package'));

// hostname(7).
const NAME =
  /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i;

/** Host names that other programs refuse. */
export const hostNames = (config: At<Mapping>): Problem[] =>
  ['hostname', 'fqdn'].flatMap((key) => {
    const name = textIn(config, key);
    if (!name || NAME.test(name.value)) return [];
    const text =
      'is not a valid host name: use letters, digits and hyphens, with dots between, up to 63 characters each';
    return [warning(name.path, text)];
  });
