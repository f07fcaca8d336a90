import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { create } from 'xmlbuilder2';
import type { XMLBuilder } from 'xmlbuilder2/lib/interfaces.js';
import { type Element, element } from '../../../modules/lib/xml/element.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';
import { serialiseXml } from '../../../modules/lib/xml/serialise.ts';

const name = fc.constantFrom('a', 'b-c', 'é', 'x1');
const plain = fc.constantFrom(...`az 09&<>"'é漢😀]`);
const character = fc.oneof(plain, fc.constantFrom('\r', '\n', '\t'));

function nodeOf(unit: fc.Arbitrary<string>): fc.Arbitrary<Element> {
  const text = fc.string({ unit, maxLength: 12 });
  const attributes = fc.dictionary(name, text, { maxKeys: 3 });
  return fc.letrec<{ node: Element }>((tie) => ({
    node: fc
      .tuple(
        name,
        attributes,
        fc.oneof({ depthSize: 'small' }, text, fc.array(tie('node'), { maxLength: 3 })),
      )
      .map((parts) => element(...parts)),
  })).node;
}

// Text of white space alone is nobody's.
const withoutBlanks = (one: Element): Element => ({
  ...one,
  text: one.text.trim() === '' ? '' : one.text,
  children: one.children.map(withoutBlanks),
});

/** The same document as xmlbuilder2 writes it. */
function byLibrary(root: Element): string {
  const document = create();
  const append = (to: XMLBuilder, { name, attributes, children, text }: Element) => {
    const added = to.ele(name, attributes);
    if (text.trim() !== '') added.txt(text);
    for (const child of children) append(added, child);
  };
  append(document, root);
  return `${document.end({ headless: true, prettyPrint: true, indent: '  ' })}\n`;
}

describe('serialiseXml', () => {
  it('writes what is read back as it was', () => {
    fc.assert(
      fc.property(nodeOf(character), (root) => {
        expect(withoutBlanks(parseXml(serialiseXml(root)))).toEqual(withoutBlanks(root));
      }),
    );
  });

  it('writes the same as xmlbuilder2 but for the white space that XML reads otherwise', () => {
    fc.assert(
      fc.property(nodeOf(plain), (root) => {
        expect(serialiseXml(root)).toBe(byLibrary(root));
      }),
    );
  });

  it('indents as virsh does, with a text on the line of its element', () => {
    const root = element('domain', { type: 'kvm' }, [
      element('name', {}, 'vm'),
      element('os', {}, [element('a')]),
    ]);
    expect(serialiseXml(root)).toBe(
      ['<domain type="kvm">', '  <name>vm</name>', '  <os>', '    <a/>', '  </os>', '</domain>', ''].join(
        '\n',
      ),
    );
  });
});
