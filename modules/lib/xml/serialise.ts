import { create } from 'xmlbuilder2';
import type { XMLBuilder } from 'xmlbuilder2/lib/interfaces.js';
import type { Element } from './element.ts';

function append(to: XMLBuilder, { name, attributes, children, text }: Element): void {
  const node = to.ele(name, attributes);
  if (text.trim() !== '') node.txt(text);
  for (const child of children) append(node, child);
}

/** A document as indented XML, without a declaration, as virsh prints it. */
export function serialiseXml(root: Element): string {
  const document = create();
  append(document, root);
  return `${document.end({ headless: true, prettyPrint: true, indent: '  ' })}\n`;
}
