import { SaxesParser } from 'saxes';
import { Failure } from '../failure.ts';
import type { Element } from './element.ts';

/** Where a document isn't well-formed. Lines and columns count from 1. */
export class XmlError extends Failure {
  override readonly name = 'XmlError';
  constructor(
    readonly problem: string,
    readonly line: number,
    readonly column: number,
  ) {
    super(`line ${line}, column ${column}: ${problem}`);
  }
}

interface Open {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  text: string;
}

/** Prefixes by the URI of their namespace: they replace those of the document. */
export type Prefixes = Readonly<Record<string, string>>;

const DECLARATION = /^xmlns(:|$)/;

/**
 * Parses a document. One that isn't well-formed is an error, and never repaired. Comments and processing
 * instructions are dropped, as libvirt drops them.
 * @throws XmlError
 */
export function parseXml(text: string, prefixes: Prefixes = {}): Element {
  const parser = new SaxesParser({ xmlns: true, position: true });
  const stack: Open[] = [];
  let root: Element | undefined;
  const fail = (problem: string) => new XmlError(problem, parser.line, parser.column);
  parser.on('error', (error) => {
    throw fail(error.message.replace(/^\d+:\d+: |\.$/g, ''));
  });
  parser.on('doctype', () => {
    throw fail('a DOCTYPE is not allowed');
  });
  parser.on('opentag', ({ name, uri, local, attributes }) => {
    const values: [string, string][] = [];
    for (const key of Object.keys(attributes)) {
      const { value = '' } = attributes[key] ?? {};
      const prefix = DECLARATION.test(key) ? prefixes[value] : undefined;
      values.push([prefix === undefined ? key : `xmlns:${prefix}`, value]);
    }
    const prefix = prefixes[uri];
    const named = prefix === undefined ? name : `${prefix}:${local}`;
    stack.push({ name: named, attributes: Object.fromEntries(values), children: [], text: '' });
  });
  const collect = (chunk: string) => {
    const open = stack[stack.length - 1];
    if (open) open.text += chunk;
  };
  parser.on('text', collect);
  parser.on('cdata', collect);
  parser.on('closetag', () => {
    const done = stack.pop() as Open;
    if (done.children.length > 0) done.text = '';
    const parent = stack[stack.length - 1];
    if (parent) parent.children.push(done);
    else root = done;
  });
  parser.write(text.trimStart()).close();
  if (!root) throw fail('it has no element');
  return root;
}
