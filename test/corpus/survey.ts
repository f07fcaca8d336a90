import type { Element } from '../../modules/lib/xml/element.ts';
import { parseXml } from '../../modules/lib/xml/parse.ts';
import { serialiseXml } from '../../modules/lib/xml/serialise.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import type { Document } from './documents.ts';
import { type Edit, editsOf } from './edits.ts';
import { isEffective } from './judge.ts';
import { type Text, tryOut } from './lab.ts';

/** A document that libvirt takes, and the edits of it that libvirt takes too, one of a property. */
export interface Subject {
  readonly document: Document;
  readonly edits: readonly Edit[];
}

/** A document of a name as it is given to libvirt or the module. */
export const textOf = (name: string, root: Element): Text => ({ name, xml: serialiseXml(root) });

/** Finds the documents that plain `virsh define` takes, and of their edits those that it takes and that are some. */
export async function survey(hypervisor: Hypervisor, documents: readonly Document[]): Promise<Subject[]> {
  const defined = await tryOut(hypervisor, documents);
  const taken = documents.flatMap((document, i) => {
    const text = defined[i]?.definition;
    return text === undefined ? [] : [{ document, definition: parseXml(text) }];
  });
  const tried = taken.flatMap(({ document, definition }) =>
    editsOf(document.root, definition).map((edit) => ({ document, definition, edit })),
  );
  const edited = await tryOut(
    hypervisor,
    tried.map(({ document, edit }) => textOf(document.name, edit.edited)),
  );
  const possible = tried.filter(({ definition, edit }, i) => {
    const text = edited[i]?.definition;
    const before = edit.property === 'title dropped' ? edit.base : definition;
    return text !== undefined && (isLoss(edit) || isEffective(edit, before, parseXml(text)));
  });
  return taken.map(({ document }) => {
    const mine = possible.filter((each) => each.document === document).map(({ edit }) => edit);
    const firsts = mine.filter(
      (edit, i) => mine.findIndex(({ property }) => property === edit.property) === i,
    );
    return { document, edits: firsts };
  });
}

// Dropping a NIC always has an effect; which of them it was isn't to be seen where libvirt invents MACs at each define.
const isLoss = ({ property }: Edit) => property === 'NIC dropped';
