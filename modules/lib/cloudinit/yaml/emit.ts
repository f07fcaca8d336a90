import { isMapping, keyPath, YamlError } from './value.ts';

/** PyYAML accepts `"key": value` on one line only up to 1024 characters ("could not find expected ':'"). */
const LONGEST_SIMPLE_KEY = 1000;

/**
 * A value as block YAML that PyYAML, a reader of YAML 1.1, reads back as the same value. Every string and key is
 * double-quoted, since 1.1 takes `yes`, `12:30` and `52:54:00:12:34:56` for a boolean and two numbers.
 * @param value what JSON can say, and bigint, NaN and the infinities
 * @returns text that ends in a newline; its characters are all printable
 * @throws YamlError for a value that can't be written; the message has its path and nothing of the value
 */
export const emitYaml = (value: unknown): string => `${block(value, '', '').trimStart()}\n`;

// What follows `key:` or `-`: a space and a scalar, or lines of their own.
function block(value: unknown, indent: string, path: string): string {
  if (Array.isArray(value)) {
    return value.length === 0
      ? ' []'
      : value
          .map((item, i) => `\n${indent}-${inItem(block(item, `${indent}  `, `${path}[${i}]`), indent)}`)
          .join('');
  }
  if (isMapping(value)) {
    const entries = Object.entries(value);
    return entries.length === 0
      ? ' {}'
      : entries
          .map(([key, item]) => {
            const at = keyPath(path, key);
            const quoted = quote(key, at);
            const text = block(item, `${indent}  `, at);
            return quoted.length <= LONGEST_SIMPLE_KEY
              ? `\n${indent}${quoted}:${text}`
              : `\n${indent}? ${quoted}\n${indent}:${text}`;
          })
          .join('');
  }
  return ` ${scalar(value, path)}`;
}

// The first line of a list's item follows its dash.
const inItem = (text: string, indent: string) =>
  text.startsWith(`\n${indent}  `) ? ` ${text.slice(indent.length + 3)}` : text;

function scalar(value: unknown, path: string): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return number(value);
  if (typeof value === 'string') return quote(value, path);
  const kind = value instanceof Date ? 'a date: quote it' : typeof value;
  throw new YamlError(path, `is not a text, number, boolean, list or mapping, but ${kind}`);
}

function number(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value < 0 ? '-.inf' : '.inf';
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  // In PyYAML a float needs a dot, and its exponent a sign: `1e-7` would be a text.
  if (text.includes('e')) return text.includes('.') ? text : text.replace('e', '.0e');
  // Beyond 2^53 the digits that JavaScript prints aren't those of the number.
  return Number.isInteger(value) ? String(BigInt(value)) : text;
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
};

// Everything that PyYAML refuses (its reader's NON_PRINTABLE), takes for a line break (U+0085, U+2028, U+2029), or a
// reader couldn't see: controls, U+FEFF, the directions of text, spaces except U+0020. Listed one by one, since a
// property of Unicode has other members in another Node, and with them the seed would have other bytes.
const ESCAPED =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped
  /["\\\x00-\x1f\x7f-\xa0\xad\u061c\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufdd0-\ufdef\ufeff\ufff0-\uffff\u{e0000}-\u{e0fff}]/gu;

function quote(text: string, path: string): string {
  if (/\p{Surrogate}/u.test(text)) {
    throw new YamlError(path, 'has half a surrogate pair, which is no character');
  }
  return `"${text.replace(ESCAPED, escaped)}"`;
}

// A character above U+FFFF is one escape of eight digits: PyYAML doesn't put a pair of \u together.
function escaped(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  const digits = (width: number) => code.toString(16).padStart(width, '0');
  return (
    SHORT[char] ?? (code < 0x100 ? `\\x${digits(2)}` : code < 0x10000 ? `\\u${digits(4)}` : `\\U${digits(8)}`)
  );
}
