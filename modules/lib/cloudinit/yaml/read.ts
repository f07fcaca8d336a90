import {
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type ScalarTag,
  type Tags,
} from 'yaml';

const INTEGER =
  '[-+]?0b[0-1_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+';
const FLOAT =
  '[-+]?[0-9][0-9_]*\\.[0-9_]*(?:[eE][-+][0-9]+)?|\\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|' +
  '[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\\.[0-9_]*|[-+]?\\.(?:inf|Inf|INF)|\\.(?:nan|NaN|NAN)';
const TIMESTAMP =
  '\\d{4}-\\d\\d-\\d\\d|\\d{4}-\\d\\d?-\\d\\d?(?:[Tt]|[ \\t]+)\\d\\d?:\\d\\d:\\d\\d(?:\\.\\d*)?' +
  '(?:[ \\t]*(?:Z|[-+]\\d\\d?(?::\\d\\d)?))?';
const BOOLEAN = 'yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF';

// The texts that PyYAML (yaml/resolver.py) reads as another type. The library accepts more: `y` as true, 08 as 8.
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

/** A parsed text: the document, and the position of a character. */
export interface Yaml {
  readonly document: ReturnType<typeof parseDocument>;
  /** `line 4, column 5` */
  readonly positionOf: (at: number) => string;
}

/**
 * A text as YAML 1.1, with the types of values that PyYAML gives them. Of a key that is given twice the last counts, as to
 * PyYAML: the library's own check for them compares each key with all others.
 */
export function readYaml(text: string): Yaml {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    version: '1.1',
    customTags: narrowed,
    uniqueKeys: false,
    prettyErrors: false,
    logLevel: 'error',
    lineCounter,
  });
  return {
    document,
    positionOf(at) {
      const { line, col } = lineCounter.linePos(at);
      return `line ${line}, column ${col}`;
    },
  };
}

/** A key's name. In the library the merge key (<<) is a symbol. */
export function keyOf(key: unknown): string {
  const value = isScalar(key) ? key.value : key;
  return typeof value === 'symbol' ? (value.description ?? '') : String(value);
}

/** A key that a mapping has twice. */
export interface RepeatedKey {
  readonly path: readonly (string | number)[];
  /** The offset of the second in the text. */
  readonly at: number;
}

/** The keys that are given twice, each once. Several merge keys are not a mistake. */
export function repeatedKeys(node: unknown, path: RepeatedKey['path'] = []): RepeatedKey[] {
  if (isSeq(node)) return node.items.flatMap((item, i) => repeatedKeys(item, [...path, i]));
  if (!isMap(node)) return [];
  const seen = new Set<string>();
  const repeated = new Set<string>();
  return node.items.flatMap(({ key, value }) => {
    const name = keyOf(key);
    const again = seen.has(name) && !repeated.has(name) && name !== '<<';
    seen.add(name);
    if (again) repeated.add(name);
    const here = [...path, name];
    const at = (key as Node | null)?.range?.[0] ?? 0;
    return [...(again ? [{ path: here, at }] : []), ...repeatedKeys(value, here)];
  });
}
