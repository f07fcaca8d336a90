import { describe, expect, it } from 'vitest';
import { descriptionText, parseDescription } from '../../../modules/objects/move/description.ts';
import { GUEST } from './sample.ts';

describe('a description', () => {
  it('is read as it was written', () => {
    expect(parseDescription(descriptionText(GUEST))).toEqual(GUEST);
  });
  const wrong: [string, object][] = [
    ['another form', { ...GUEST, format: 2 }],
    [
      'a path that leads elsewhere',
      { ...GUEST, files: [{ ...GUEST.files[0], path: '/var/lib/../../etc/passwd' }] },
    ],
    ['a relative path', { ...GUEST, disks: [{ ...GUEST.disks[0], path: 'disk.qcow2' }] }],
    ['a name that is a path', { ...GUEST, name: '../x' }],
    ['a name that is an option', { ...GUEST, name: '-x' }],
    ['a machine type that is none', { ...GUEST, machine: 'pc q35' }],
    ['an unknown key', { ...GUEST, secret: 'x' }],
    ['a file that is executed', { ...GUEST, files: [{ ...GUEST.files[0], mode: 0o511 }] }],
    ['a file with the rights of its owner', { ...GUEST, files: [{ ...GUEST.files[0], mode: 0o4644 }] }],
    ['a negative size', { ...GUEST, disks: [{ ...GUEST.disks[0], size: -1 }] }],
    ['a format that is none', { ...GUEST, disks: [{ ...GUEST.disks[0], format: 'vmdk' }] }],
    ['a digest that is none', { ...GUEST, files: [{ ...GUEST.files[0], sha256: 'x' }] }],
    ['a text with a zero', { ...GUEST, state: 'running\0' }],
    ['a file in networks that is none', { ...GUEST, attachments: { '/etc/passwd': 'x' } }],
    ['no UUID', { ...GUEST, uuid: undefined }],
  ];
  it.each(wrong)('with %s is refused', (_, value) => {
    expect(() => parseDescription(`guest ${JSON.stringify(value)}`)).toThrow(/not one of this release/);
  });
  it('that is no JSON, or huge, is refused', () => {
    for (const text of ['', '{', 'null', '[]', JSON.stringify({ ...GUEST, state: 'x'.repeat(2 ** 20) })])
      expect(() => parseDescription(text)).toThrow(/not one of this release/);
  });
});
