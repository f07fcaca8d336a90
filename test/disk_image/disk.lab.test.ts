import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { runModule, runThrice } from '../support/module.ts';

const HOME = '/var/lib/libvirt/disk-test';
const TEMPLATE = `${HOME}/template.qcow2`;
const ARCHIVE = `${HOME}/template.qcow2.tar.gz`;
let hypervisor: Hypervisor;

const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout;
const disk = (args: object, mode = {}) =>
  runModule(hypervisor, 'disk_image', { source: TEMPLATE, ...args }, mode);
const info = async (path: string) => JSON.parse(await sh(`qemu-img info --output=json ${path}`));

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  await sh(
    `mkdir -p ${HOME}/small && cd ${HOME} && head -c 3000000 /dev/urandom >content && qemu-img convert -f raw -O qcow2 content template.qcow2 && tar -czf ${ARCHIVE} template.qcow2 && echo one >one && echo two >two && tar -czf two.tar.gz one two && mount -t tmpfs -o size=1m lab ${HOME}/small`,
  );
});

afterAll(() => sh(`umount ${HOME}/small; rm -rf ${HOME}`));

const thrice = (args: object) => runThrice(hypervisor, 'disk_image', { source: TEMPLATE, ...args });

/** What a guest would read: the disk's content as raw bytes. */
const content = (path: string) =>
  sh(`qemu-img convert -O raw ${path} ${HOME}/raw && head -c 3000000 ${HOME}/raw | sha256sum`);

describe('a disk', () => {
  const rows: [string, object][] = [
    ['as an overlay', { backing: 'overlay' }],
    ['as a copy', { backing: 'copy' }],
    ['as a raw copy', { backing: 'copy', format: 'raw' }],
    ['from an archive', { source: ARCHIVE }],
    ['from an archive, as raw', { source: ARCHIVE, format: 'raw' }],
  ];
  it.each(rows)('%s, with the content of its template', async (name, args) => {
    const dest = `${HOME}/${name.replace(/\W+/g, '-')}/disk`;
    expect(await thrice({ dest, ...args })).toMatchObject({ changed: true, dest });
    expect(await content(dest)).toBe(await sh(`sha256sum <${HOME}/content`));
    expect((await info(dest)).format).toBe('format' in args ? args.format : 'qcow2');
    expect((await info(dest))['backing-filename']).toBe(
      'backing' in args && args.backing === 'overlay' ? TEMPLATE : undefined,
    );
    expect(await sh(`ls -A ${dest.slice(0, -'/disk'.length)}`)).toBe('disk');
  });

  it('grows, and never shrinks', async () => {
    const dest = `${HOME}/grown`;
    await thrice({ dest, format: 'qcow2', size: '8M' });
    expect((await info(dest))['virtual-size']).toBe(8 * 1024 ** 2);
    await thrice({ dest, format: 'qcow2', size: '16 MiB' });
    expect((await info(dest))['virtual-size']).toBe(16 * 1024 ** 2);
    const smaller = await disk({ dest, format: 'qcow2', size: '8M' });
    expect(smaller.msg).toContain("option 'size': 8M is less than the 16M of");
    expect((await info(dest))['virtual-size']).toBe(16 * 1024 ** 2);
  });

  it.each(['qcow2', 'raw'])('is made empty as %s', async (format) => {
    const dest = `${HOME}/empty-${format}`;
    await thrice({ dest, format, size: '8M', source: undefined });
    expect(await info(dest)).toMatchObject({ format, 'virtual-size': 8 * 1024 ** 2 });
    expect(
      await sh(`stat -c %a ${dest}; qemu-img convert -O raw ${dest} ${HOME}/raw; tr -d '\\0' <${HOME}/raw`),
    ).toBe('600');
    await thrice({ dest, format, size: '16M', source: undefined });
  });

  it('that is there is never overwritten', async () => {
    const dest = `${HOME}/mine`;
    await sh(`echo precious >${dest}`);
    expect(await disk({ dest })).toMatchObject({ changed: false });
    expect(await sh(`cat ${dest}`)).toBe('precious');
  });

  it('is made after its checksum agrees', async () => {
    const sum = (await sh(`sha256sum <${TEMPLATE}`)).split(' ')[0];
    await thrice({ dest: `${HOME}/summed`, checksum: `sha256:${sum}` });
    const wrong = createHash('sha512').update('another').digest('hex');
    const refused = await disk({ dest: `${HOME}/unsummed`, checksum: `sha512:${wrong}` });
    expect(refused.msg).toContain(`option 'checksum': ${TEMPLATE} has sha512:`);
    expect(await sh(`ls ${HOME}`)).not.toContain('unsummed');
  });

  it('is planned in check mode though its template is still to come', async () => {
    const args = { dest: `${HOME}/later`, source: `${HOME}/nowhere` };
    expect(await disk(args, { check: true })).toMatchObject({
      changed: true,
      warnings: [expect.stringContaining('nowhere')],
    });
    const refused = await disk(args);
    expect(refused).toMatchObject({ failed: true, changed: false });
    expect(refused.msg).toContain(`${HOME}/nowhere doesn't exist`);
  });
});

describe('what goes wrong leaves nothing behind', () => {
  const rows: [string, object, string][] = [
    ['a full disk while a copy is written', { dest: `${HOME}/small/disk` }, 'No space left on device'],
    [
      'a full disk while an archive is unpacked',
      { dest: `${HOME}/small/disk`, source: ARCHIVE },
      'No space left on device',
    ],
    [
      'an archive of two files',
      { dest: `${HOME}/small/disk`, source: `${HOME}/two.tar.gz` },
      "option 'member': two.tar.gz holds 2 files",
    ],
    [
      'an overlay of an archive that nothing tells from others',
      { dest: `${HOME}/small/disk`, source: ARCHIVE, backing: 'overlay' },
      `option 'checksum': is required: ${ARCHIVE} is packed, and the template for an overlay is stored under it`,
    ],
    ['a raw overlay', { dest: `${HOME}/small/disk`, backing: 'overlay', format: 'raw' }, "option 'format'"],
    ['a relative path', { dest: 'disk' }, "option 'dest': 'disk' must be an absolute path"],
  ];
  it.each(rows)('%s', async (_, args, message) => {
    const result = await disk(args);
    expect(result).toMatchObject({ failed: true, changed: false });
    expect(result.msg).toContain(message);
    expect(await sh(`ls -A ${HOME}/small`)).toBe('');
  });
});
