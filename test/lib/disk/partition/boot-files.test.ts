import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bootFilesIn } from '../../../../modules/lib/disk/partition/boot-files.ts';

const found = (listing: string) => {
  const { kernel, initrd } = bootFilesIn(listing, 'web.img');
  return [kernel, initrd].map(({ inode, name }) => `${inode} ${name}`);
};

// As e2fsprogs 1.47 prints it.
const DEBIAN = `/12/040755/0/0/.//
/2/040755/0/0/..//
/13/040755/0/0/grub//
/14/100644/0/0/initrd.img-6.1.0-10-amd64/3/
/15/100644/0/0/vmlinuz-6.1.0-10-amd64/3/
/16/100644/0/0/vmlinuz-6.1.0-9-amd64/3/
/20/100644/0/0/initrd.img-6.1.0-9-amd64/3/
/17/120777/0/0/vmlinuz-9/11/
/21/100644/0/0/initrd.img-9/11/
/18/100644/0/0/we
ird/0/
`;

describe('the kernel of an image', () => {
  it('is the newest one that is a file and has an initial RAM disk', () => {
    expect(found(DEBIAN)).toEqual(['15 vmlinuz-6.1.0-10-amd64', '14 initrd.img-6.1.0-10-amd64']);
    const fedora = [
      '/9/100755/0/0/vmlinuz-0-rescue-1f/5/',
      '/8/100600/0/0/initramfs-0-rescue-1f.img/5/',
      '/7/100755/0/0/vmlinuz-6.11.4-301.fc41.x86_64/5/',
      '/6/100600/0/0/initramfs-6.11.4-301.fc41.x86_64.img/5/',
      '/5/100755/0/0/vmlinuz-6.12.0/5/',
    ];
    expect(found(fedora.join('\n'))).toEqual([
      '7 vmlinuz-6.11.4-301.fc41.x86_64',
      '6 initramfs-6.11.4-301.fc41.x86_64.img',
    ]);
  });

  it.each([
    ['', 'web.img has no kernel with an initial RAM disk in /boot: is /boot in another partition?'],
    ['/15/100644/0/0/vmlinuz-6/3/', 'has no kernel with'],
    ['/15/100644/0/0/vmlinuz-6/0/\n/16/100644/0/0/initrd.img-6/3/', '/boot/vmlinuz-6 has 0 bytes'],
    [
      `/15/100644/0/0/vmlinuz-6/3/\n/16/100644/0/0/initrd.img-6/${2 ** 40}/`,
      '/boot/initrd.img-6 has 1099511627776 bytes, and at most 1073741824 are read',
    ],
  ])('is an error in %j', (listing, message) => {
    expect(() => bootFilesIn(listing, 'web.img')).toThrow(message);
  });

  it('has a plain name and a bounded size, whatever the file system says', () => {
    const part = fc.oneof(
      fc.constantFrom('vmlinuz-1', 'initrd.img-1', '../x', 'a b', '/', '\n', '15', '100644', '5', '<2>'),
      fc.string(),
    );
    const line = fc.array(part, { maxLength: 8 }).map((parts) => `/${parts.join('/')}/`);
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        try {
          const { kernel, initrd } = bootFilesIn(lines.join('\n'), 'web.img');
          for (const { name, inode, size } of [kernel, initrd]) {
            expect(name).toMatch(/^[\w.+~-]+$/);
            expect(Number.isSafeInteger(inode)).toBe(true);
            expect(size).toBeLessThanOrEqual(1024 ** 3);
          }
        } catch (error) {
          expect(String(error)).toMatch(/^Failure: web\.img/);
        }
      }),
    );
  });
});
