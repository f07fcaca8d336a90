import { parseDocument, type ScalarTag, type Tags } from 'yaml';

const INTEGER =
  '[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+';
const FLOAT =
  '[-+]?[0-9][0-9_]*\\.[0-9_]*(?:[eE][-+][0-9]+)?|\\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|' +
  '[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\\.[0-9_]*|[-+]?\\.(?:inf|Inf|INF)|\\.(?:nan|NaN|NAN)';
const TIMESTAMP =
  '\\d{4}-\\d\\d-\\d\\d|\\d{4}-\\d\\d?-\\d\\d?(?:[Tt]|[ \\t]+)\\d\\d?:\\d\\d:\\d\\d(?:\\.\\d*)?' +
  '(?:[ \\t]*(?:Z|[-+]\\d\\d?(?::\\d\\d)?))?';
const BOOLEAN = 'yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF';

// What PyYAML (yaml/resolver.py) takes for a value of a type. The library reads more: `y` as true, 08 as 8.
const PYYAML: Readonly<Record<string, string>> = {
  'tag:yaml.org,2002:int': INTEGER,
  'tag:yaml.org,2002:float': FLOAT,
  'tag:yaml.org,2002:bool': BOOLEAN,
  'tag:yaml.org,2002:timestamp': TIMESTAMP,
};

const narrowed = (tags: Tags): Tags =>
  tags.map((tag) => {
    const pattern = typeof tag === 'object' ? PYYAML[tag.tag] : undefined;
    const { test } = tag as ScalarTag;
    return pattern && test
      ? ({ ...(tag as ScalarTag), test: new RegExp(`^(?=(?:${pattern})$)(?:${test.source})`) } as ScalarTag)
      : tag;
  });

/**
 * A text as YAML 1.1, with the types of values that PyYAML gives them.
 * @param uniqueKeys whether a key that is there twice is an error; if not, the last counts, as to PyYAML
 */
export const readYaml = (text: string, uniqueKeys = false) =>
  parseDocument(text, {
    version: '1.1',
    customTags: narrowed,
    uniqueKeys,
    prettyErrors: false,
    logLevel: 'error',
  });

/** Where a character of a text stands. */
export function placeOf(text: string, at: number): string {
  const before = text.slice(0, at).split('\n');
  return `line ${before.length}, column ${(before[before.length - 1]?.length ?? 0) + 1}`;
}
