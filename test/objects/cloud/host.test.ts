import { expect, it } from 'vitest';
import { cpuOf, memoryOf, mountOf, releaseOf, versionsOf } from '../../../modules/objects/cloud/host.ts';

it('reads the name of a system, with and without quotes', () => {
  expect(releaseOf('NAME="Debian"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')).toBe(
    'Debian GNU/Linux 12 (bookworm)',
  );
  expect(releaseOf("PRETTY_NAME='A B'\n")).toBe('A B');
  expect(releaseOf('PRETTY_NAME=Plain\n')).toBe('Plain');
  expect(releaseOf('')).toBe('');
});

it('reads processors, of ARM without a model', () => {
  const one =
    'processor\t: 0\nmodel name\t: AMD EPYC\nflags\t: svm\n\nprocessor\t: 1\nmodel name\t: AMD EPYC\n';
  expect(cpuOf(one)).toEqual({ model: 'AMD EPYC', count: 2 });
  expect(cpuOf('processor\t: 0\nBogoMIPS\t: 50.00\n')).toEqual({ model: '', count: 1 });
});

it('reads memory in bytes', () => {
  const text = 'MemTotal:       2048 kB\nMemFree:    1 kB\nMemAvailable:  1024 kB\n';
  expect(memoryOf(text)).toEqual({ total: 2048 * 1024, available: 1024 * 1024 });
});

it('finds where a path is mounted', () => {
  const mounts =
    '/dev/a / ext4 rw 0 0\n/dev/b /var/lib ext4 rw 0 0\n/dev/c /var/library ext4 rw 0 0\n/dev/d /srv/a\\040b xfs rw 0 0\n';
  expect(mountOf(mounts, '/var/lib/libvirt/images')).toBe('/var/lib');
  expect(mountOf(mounts, '/var/lib')).toBe('/var/lib');
  expect(mountOf(mounts, '/var/librarian')).toBe('/');
  expect(mountOf(mounts, '/srv/a b/c')).toBe('/srv/a b');
  expect(mountOf('', '/var')).toBe('/');
});

it('reads versions of what virsh prints', () => {
  const text = `Compiled against library: libvirt 9.0.0
Using library: libvirt 9.0.1
Using API: QEMU 9.0.0
Running hypervisor: QEMU 7.2.9
`;
  expect(versionsOf(text)).toEqual({ libvirt: '9.0.1', qemu: '7.2.9' });
  expect(versionsOf('')).toEqual({});
});
