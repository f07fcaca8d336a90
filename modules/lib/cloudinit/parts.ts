import { closest } from 'fastest-levenshtein';
import { forOption, SeedError } from './error.ts';
import { PART_TYPES, typeOf } from './kinds.ts';
import type { Part } from './mime.ts';
import { isMapping } from './yaml/value.ts';

const KEYS = ['content', 'filename', 'type'];

/** A part as the task has it, and its path in the task. */
export interface GivenPart {
  /** `user_data[1].content`, for errors. */
  readonly option: string;
  readonly content: Readonly<Record<string, unknown>> | string;
  readonly type: string;
  readonly filename: string;
}

/**
 * The parts of a list: each a mapping with `content`, and perhaps `type` and `filename`, or a text.
 * @throws SeedError
 */
export const givenParts = (option: string, list: readonly unknown[]): GivenPart[] =>
  list.map((item, i) => givenPart(`${option}[${i}]`, item, i));

function givenPart(option: string, item: unknown, index: number): GivenPart {
  const part = typeof item === 'string' ? { content: item } : item;
  if (!isMapping(part)) throw new SeedError(option, "must be a text, or a mapping with 'content'");
  const unknown = Object.keys(part).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) {
    const fix = Object.hasOwn(part, 'content') ? '' : ": a part that is a cloud-config has it as 'content'";
    throw new SeedError(option, `has an unknown key; known are ${KEYS.join(', ')}${fix}`);
  }
  const content = contentOf(`${option}.content`, part.content);
  return {
    option: `${option}.content`,
    content,
    type: typeOfPart(option, content, part.type),
    filename: filenameOf(option, part.filename, index),
  };
}

function contentOf(option: string, content: unknown): GivenPart['content'] {
  if (typeof content === 'string' && content.trim() !== '') return content;
  if (isMapping(content)) return content;
  throw new SeedError(option, content === undefined ? 'is required' : 'is neither a mapping nor a text');
}

function typeOfPart(option: string, content: GivenPart['content'], given: unknown): string {
  if (given !== undefined && given !== null) {
    if (typeof given === 'string' && PART_TYPES.includes(given)) return given;
    const near = typeof given === 'string' ? closest(given, [...PART_TYPES]) : PART_TYPES[0];
    throw new SeedError(
      `${option}.type`,
      `is not a valid type of a part; did you mean '${near}'? Known are ${PART_TYPES.join(', ')}`,
    );
  }
  const found = typeof content === 'string' ? typeOf(content) : 'text/cloud-config';
  if (found !== undefined) return found;
  throw new SeedError(
    option,
    "needs a 'type', such as text/cloud-config, or a content that begins as cloud-init expects it: '#cloud-config', '#!'",
  );
}

function filenameOf(option: string, given: unknown, index: number): string {
  if (given === undefined || given === null) return `part-${String(index + 1).padStart(3, '0')}`;
  if (typeof given === 'string' && /^[\w.+@-]{1,100}$/.test(given)) return given;
  throw new SeedError(
    `${option}.filename`,
    "must be made of letters, digits, '.', '_', '+', '@' and '-', 100 at most",
  );
}

/** The parts as they are written: a mapping becomes a cloud-config. */
export const partsOf = (option: string, list: readonly unknown[], emit: (value: unknown) => string): Part[] =>
  givenParts(option, list).map(({ option: at, content, type, filename }) => ({
    type,
    filename,
    content: typeof content === 'string' ? content : forOption(at, () => emit(content)),
  }));
