import { createHash } from 'node:crypto';
import { type Element, valueAt } from '../../modules/lib/xml/element.ts';
import { parseXml } from '../../modules/lib/xml/parse.ts';
import type { Input } from './source.ts';

/** An input as it is defined here: with a name and a UUID that no other document has. */
export interface Document {
  readonly file: string;
  readonly name: string;
  readonly xml: string;
  readonly root: Element;
}

function uuidOf(seed: string): string {
  const hex = createHash('sha256').update(seed).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** A value that is free: this one, or this one with a number appended. */
function unique(value: string, taken: ReadonlySet<string>): string {
  let name = value;
  for (let i = 2; taken.has(name); i++) name = `${value}-${i}`;
  return name;
}

/** `c7a5fdbd-edaf-…` as libvirt compares it: it takes dashes and capitals as it likes. */
const plainUuid = (uuid: string) => uuid.replaceAll('-', '').toLowerCase();

/**
 * The inputs that are domains, each with a name and a UUID of its own, for an emulated machine: there is no KVM in the
 * lab. All else is left as its author wrote it, comments and blanks too.
 */
export function documentsOf(inputs: readonly Input[]): Document[] {
  const [names, uuids] = [new Set<string>(), new Set<string>()];
  return inputs.flatMap(({ file, text }) => {
    const given = parsed(text);
    const givenName = valueAt(given, 'name');
    if (!given || !givenName) return [];
    const name = unique(givenName, names);
    names.add(name);
    let xml = text.replace(/(<domain\b[^>]*\btype=)(['"])kvm\2/, '$1$2qemu$2');
    if (name !== givenName) xml = xml.replace(/<name>[^<]*<\/name>/, () => `<name>${escaped(name)}</name>`);
    const givenUuid = valueAt(given, 'uuid');
    if (givenUuid) {
      const free = !uuids.has(plainUuid(givenUuid));
      // The SMBIOS tables repeat it, and it must be the same there.
      if (!free) xml = xml.replaceAll(givenUuid, uuidOf(file));
      uuids.add(plainUuid(free ? givenUuid : uuidOf(file)));
    }
    return [{ file, name, xml, root: parseXml(xml) }];
  });
}

function parsed(text: string): Element | undefined {
  try {
    const root = parseXml(text);
    return root.name === 'domain' ? root : undefined;
  } catch {
    // A few inputs are broken on purpose.
    return undefined;
  }
}

/** So many of a list, evenly over all of it; always the same ones. */
export const evenly = <T>(all: readonly T[], count: number): T[] =>
  count >= all.length
    ? [...all]
    : Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)] as T);
