import { describe, expect, it } from 'vitest';
import { module } from '../../../modules/disk_image/main.ts';
import type { DiskOptions } from '../../../modules/objects/disk/options.ts';
import { planDisk, type State } from '../../../modules/objects/disk/plan.ts';
import { type Fake, fakeHost } from '../../lib/disk/fake.ts';
import { ascii, HEADS, qcow2Header } from '../../lib/disk/headers.ts';
import { type Guest, virshOf } from '../../lib/disk/libvirt.ts';

const GIB = 1024 ** 3;

function hostWith(content: Uint8Array, guests: Readonly<Record<string, Guest>> = {}): Fake {
  const fake = fakeHost({ run: (_, args) => virshOf(guests, args) });
  fake.put('/images/d', content);
  return fake;
}

const planned = async ({ host }: Fake, args: object, count = 1) => {
  const items = Array.from({ length: count }, (_, i) => ({
    ...{ dest: i === 0 ? '/images/d' : `/images/d${i}`, source: '/t', templates: '/store' },
    ...{ backing: 'copy', preallocation: 'off', ...args },
  })) as unknown as DiskOptions[];
  const states = await module.observe(host, items);
  return states.map((state, i) => {
    if (state instanceof Error) throw state;
    return planDisk(items[i] as DiskOptions, state as State);
  });
};

const asked = ({ commands }: Fake) => commands.filter((command) => !command.startsWith('test')).length;

describe('a disk that is there', () => {
  const quiet: [string, Uint8Array, object][] = [
    ['without a format, where nothing has to be known', HEADS.tar as Uint8Array, {}],
    ['as the task says', qcow2Header(), { format: 'qcow2' }],
    ['as an overlay', qcow2Header({ backing: '/t' }), { backing: 'overlay', size: '1G' }],
    ['as the task says, of its size', qcow2Header(), { format: 'qcow2', size: '1G' }],
    ['as raw', ascii('x'.repeat(512)), { format: 'raw', size: '512' }],
  ];
  it.each(quiet)('is looked at without a process %s, however many there are', async (_, content, args) => {
    const fake = hostWith(content);
    for (let i = 1; i < 200; i++) fake.put(`/images/d${i}`, content);
    const plans = await planned(fake, args, 200);
    expect(new Set(plans.map(({ changes }) => changes.length))).toEqual(new Set([0]));
    expect(fake.commands).toEqual([]);
  });

  it('is not opened where nothing has to be known', async () => {
    const fake = hostWith(qcow2Header());
    const [plan] = await planned(fake, {});
    expect(plan).toMatchObject({ changes: [], result: { dest: '/images/d' } });
    expect(fake.opened).toEqual(new Set());
  });

  it.each([{ size: '2G' }, { size: '1G' }, { cluster_size: '64K' }])(
    'must have a format that somebody says, where it has to be opened: %j',
    async (args) => {
      const fake = hostWith(qcow2Header());
      await expect(planned(fake, args)).rejects.toThrow(
        /^option 'format': is required: \/images\/d exists, no guest has it, .*: set qcow2 or raw, or omit 'size' and 'cluster_size'$/,
      );
      expect(fake.opened).toEqual(new Set());
    },
  );

  const g = (format: string) => ({ g: { disks: [{ path: '/images/d', format }] } });
  const grown: [string, string, object, string][] = [
    ['a guest', 'qcow2', {}, 'qcow2'],
    ['a guest, of a raw disk that looks like another', 'raw', {}, 'raw'],
    ['the task and a guest', 'raw', { format: 'raw' }, 'raw'],
  ];
  it.each(grown)('grows as %s has it', async (_, guest, args, format) => {
    const [plan] = await planned(hostWith(qcow2Header(), g(guest)), { size: '2G', ...args });
    expect(plan?.changes).toMatchObject([{ step: { act: 'grow', layout: { format }, size: 2 * GIB } }]);
    expect(plan?.warnings).toEqual([]);
  });

  it('grows as the task says, where no guest has it', async () => {
    const [plan] = await planned(hostWith(qcow2Header()), { size: '2G', format: 'raw' });
    expect(plan?.changes).toMatchObject([{ before: { size: '64K' }, step: { layout: { format: 'raw' } } }]);
  });

  it('does not grow as something else than what it is to its guest', async () => {
    for (const [guest, format] of [
      ['raw', 'qcow2'],
      ['qcow2', 'raw'],
    ] as const) {
      const fake = hostWith(qcow2Header(), g(guest));
      await expect(planned(fake, { size: '2G', format })).rejects.toThrow(
        `option 'format': /images/d is ${guest} to the guest 'g', and can't be grown as ${format}: set that format, or omit 'size'`,
      );
    }
  });

  it('of which a task says something else only gives a warning, where nothing is changed', async () => {
    const unlike = (is: string, not: string) => [
      `/images/d exists, and its 'format' is ${is} and not ${not}: an existing disk isn't converted`,
    ];
    const [raw] = await planned(hostWith(ascii('x'), g('raw')), { format: 'qcow2' });
    expect(raw).toMatchObject({ changes: [], warnings: unlike('raw', 'qcow2') });
    const [qcow2] = await planned(hostWith(qcow2Header(), g('qcow2')), { format: 'raw', size: '1G' });
    expect(qcow2).toMatchObject({ changes: [], warnings: unlike('qcow2', 'raw') });
  });

  it('is never smaller by what its guest wrote', async () => {
    const [plan] = await planned(hostWith(qcow2Header({ size: 9 * GIB }), g('raw')), {
      ...{ format: 'raw', size: '64K' },
    });
    expect(plan?.changes).toEqual([]);
  });

  it('must be what it is said to be', async () => {
    await expect(planned(hostWith(ascii('x')), { format: 'qcow2' })).rejects.toThrow(
      "option 'format': /images/d exists and is not qcow2: set the format that it has",
    );
    await expect(planned(hostWith(ascii('x'), g('qcow2')), { format: 'qcow2' })).rejects.toThrow(
      "/images/d is qcow2 to the guest 'g', and can't be read as that",
    );
  });

  it('asks libvirt once for all', async () => {
    const fake = hostWith(qcow2Header(), g('qcow2'));
    for (let i = 1; i < 50; i++) fake.put(`/images/d${i}`, qcow2Header());
    await planned(fake, { format: 'qcow2', size: '2G' }, 50);
    expect(asked(fake)).toBe(2);
  });
});
