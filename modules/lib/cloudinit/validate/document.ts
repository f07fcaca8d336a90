import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isSeq,
  type Node,
  type Pair,
  visit,
  type YAMLMap,
} from 'yaml';
import { keyOf, readYaml, repeatedKeys } from '../yaml/read.ts';
import { isMapping } from '../yaml/value.ts';
import { error, type Path, type Problem, warning } from './problem.ts';

/** A document to check: its value, and the position of each part of it. */
export interface Given {
  readonly value: unknown;
  /** Its problems as YAML. With an error there is no value. */
  readonly problems: readonly Problem[];
  /** `line 4, column 5` of a path: of the key, or of a list's item. Undefined in a document that is not a text. */
  readonly position: (path: Path) => string | undefined;
}

/** Reads a document that is given as a mapping or as text. */
export function given(document: unknown): Given {
  if (typeof document !== 'string')
    return { value: plain(document), problems: [], position: () => undefined };
  const { document: yaml, positionOf: at } = readYaml(document);
  const [broken] = [...yaml.errors, ...yaml.warnings];
  const failed = (offset: number, why: string): Given => ({
    value: undefined,
    problems: [error([], why)],
    position: () => at(offset),
  });
  if (broken) return failed(broken.pos[0], `isn't YAML: ${REASONS[broken.code] ?? broken.code}`);
  const lost = aliasWithoutAnchor(yaml);
  if (lost !== undefined) return failed(lost, "isn't YAML: an alias (*) without its anchor (&)");
  try {
    const value = plain(yaml.toJS());
    const offsetOf = offsetsIn(yaml);
    return { value, problems: twice(yaml), position: (path) => optional(offsetOf(path), at) };
  } catch {
    return failed(0, "isn't YAML that can be read: there are too many aliases (*) in it");
  }
}

const optional = <T, U>(value: T | undefined, next: (value: T) => U): U | undefined =>
  value === undefined ? undefined : next(value);

const REASONS: Readonly<Record<string, string>> = {
  BAD_INDENT: 'the indentation matches no line above, or a bracket or quote above is not closed',
  TAB_AS_INDENT: 'a tab where YAML allows only spaces',
  MISSING_CHAR: 'a bracket, a quote, a comma or a colon is missing',
  BLOCK_AS_IMPLICIT_KEY: "a ': ' too many; quote the value if it is part of a text",
  BLOCK_IN_FLOW: 'lines with indentation within brackets',
  UNEXPECTED_TOKEN: 'this is not allowed here',
  MULTIPLE_DOCS: "a second document ('---'), and only one is allowed",
  MULTILINE_IMPLICIT_KEY: "a key over several lines; is a ':' missing?",
  TAG_RESOLVE_FAILED: 'a tag (!) that cloud-init does not know',
  BAD_SCALAR_START: 'a text that begins with this character must be quoted',
  BAD_DQ_ESCAPE: 'an unknown escape (\\) in double quotes: use single quotes',
};

/** Values that JSON doesn't have: bytes become a text, as in cloud-init, and others a symbol of no type. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return Symbol('a date');
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (Array.isArray(value)) return value.map(plain);
  if (isMapping(value))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
  return typeof value === 'object' && value !== null ? Symbol('no mapping or list') : value;
}

function aliasWithoutAnchor(yaml: Document): number | undefined {
  let found: number | undefined;
  visit(yaml, {
    Alias(_, alias) {
      if (found === undefined && !alias.resolve(yaml)) found = alias.range?.[0] ?? 0;
    },
  });
  return found;
}

// PyYAML uses the last one without a warning.
const twice = (yaml: Document): Problem[] =>
  repeatedKeys(yaml.contents).map(({ path }) => warning(path, 'is given twice: the last one counts'));

// Offsets of paths in the text. A mapping is searched once, however many paths lead through it.
function offsetsIn(yaml: Document): (path: Path) => number | undefined {
  const known = new Map<YAMLMap, ReadonlyMap<string, Pair>>();
  const pairsOf = (map: YAMLMap) => {
    const pairs = known.get(map) ?? new Map(map.items.map((pair) => [keyOf(pair.key), pair]));
    known.set(map, pairs);
    return pairs;
  };
  return (path) => {
    let node: unknown = yaml.contents;
    let offset = yaml.contents?.range?.[0];
    for (const part of path) {
      if (isAlias(node)) node = node.resolve(yaml);
      const next = isMap(node)
        ? pairsOf(node).get(String(part))
        : isSeq(node)
          ? node.items[Number(part)]
          : undefined;
      // For a path in a merged mapping (<<) it is the position of the mapping that has the merge key.
      if (!next) return offset;
      const stands = (isPair(next) ? next.key : next) as Node | null;
      offset = stands?.range?.[0] ?? offset;
      node = isPair(next) ? next.value : next;
    }
    return offset;
  };
}
