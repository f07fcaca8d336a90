import { describe, expect, it } from 'vitest';
import { documentsOf, evenly } from './documents.ts';

const UUID = 'c7a5fdbd-edaf-9455-926a-d65c16db1809';
const input = (file: string, text: string) => ({ file, text });
const guest = (type = 'qemu') =>
  `<!-- kept -->\n<domain type='${type}'>\n  <name>guest</name>\n  <uuid>${UUID}</uuid>\n  <sysinfo type='smbios'><system><entry name='uuid'>${UUID}</entry></system></sysinfo>\n</domain>\n`;

describe('the documents', () => {
  it('leaves one that collides with nothing as it was written', () => {
    const [only] = documentsOf([input('a', guest())]);
    expect(only).toMatchObject({ file: 'a', name: 'guest', xml: guest() });
  });

  it('gives each a unique name and UUID, the same ones each time', () => {
    const documents = documentsOf([input('a', guest()), input('b', guest()), input('c', guest())]);
    expect(documents.map(({ name }) => name)).toEqual(['guest', 'guest-2', 'guest-3']);
    const uuids = documents.map(({ xml }) =>
      [...xml.matchAll(/(?:<uuid>|'uuid'>)([^<]*)/g)].map(([, uuid]) => uuid),
    );
    expect(uuids.every(([inTree, inSmbios]) => inTree === inSmbios)).toBe(true);
    expect(new Set(uuids.flat()).size).toBe(3);
    expect(documentsOf([input('a', guest()), input('b', guest()), input('c', guest())])).toEqual(documents);
  });

  it('makes a machine with KVM an emulated one', () => {
    expect(documentsOf([input('a', guest('kvm'))])[0]?.xml).toBe(guest('qemu'));
  });

  it('leaves out documents that are not a domain, have no name or are broken', () => {
    const others = ['<network><name>n</name></network>', "<domain type='qemu'/>", '<domain'];
    expect(documentsOf(others.map((text, i) => input(String(i), text)))).toEqual([]);
  });
});

describe('a sample', () => {
  it('is spread over all, and is all where there are fewer', () => {
    expect(evenly([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 3)).toEqual([0, 3, 6]);
    expect(evenly([1, 2], 3)).toEqual([1, 2]);
  });
});
