import type { Element } from './element.ts';

// Characters that XML 1.0 does not read back as they are: mark-up, line ends (section 2.11) and white space in
// attributes (section 3.3.3).
const IN_TEXT = /[&<>\r]/g;
const IN_ATTRIBUTE = /[&<>"\r\n\t]/g;

const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escaped = (text: string, unsafe: RegExp) =>
  text.replace(unsafe, (character) => NAMED[character] ?? `&#${character.charCodeAt(0)};`);

function write({ name, attributes, children, text }: Element, indent: string): string {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(value, IN_ATTRIBUTE)}"`);
  const start = `${indent}<${name}${pairs.join('')}`;
  if (children.length > 0) {
    const inner = children.map((child) => write(child, `${indent}  `)).join('');
    return `${start}>\n${inner}${indent}</${name}>\n`;
  }
  return text.trim() === '' ? `${start}/>\n` : `${start}>${escaped(text, IN_TEXT)}</${name}>\n`;
}

/**
 * A document as indented XML, without a declaration, as virsh prints it; `parseXml` reads the same from it. The library
 * xmlbuilder2 is not used: it was two thirds of the bundle, took longer to load than the rest of a task, and writes the
 * line breaks of attributes so that they are read back as spaces.
 */
export const serialiseXml = (root: Element): string => write(root, '');
