import { describe, expect, it } from 'vitest';
import { rawDisk } from '../../../../modules/lib/disk/image/disk.ts';
import { inspect } from '../../../../modules/lib/disk/image/inspect.ts';
import { convert, createOverlay, resize } from '../../../../modules/lib/disk/image/write.ts';
import { readSafely } from '../../../../modules/lib/disk/usage/guards.ts';
import { Failure } from '../../../../modules/lib/failure.ts';
import { fakeHost } from '../fake.ts';
import { HEADS } from '../headers.ts';

const GIB = 1024 ** 3;
const MINUTE = 60_000;
const layout = { format: 'qcow2', preallocation: 'off', clusterSize: undefined };
const full = { ...layout, preallocation: 'full' };
const disk = (size = GIB) => rawDisk('/d', size);

type Host = ReturnType<typeof fakeHost>['host'];
const uses: [string, (host: Host) => Promise<unknown>][] = [
  ['info', (host) => inspect(host, '/vdi')],
  ['info of one that is read', (host) => readSafely(host, disk(), async () => undefined)],
  ['create', (host) => createOverlay(host, disk(), '/o', layout)],
  ['resize', (host) => resize(host, '/d', layout, 100 * GIB)],
  ['convert', (host) => convert(host, disk(), '/o', layout)],
];

function limited(answer: () => object = () => ({ stdout: '{}' })) {
  const fake = fakeHost({ run: (program) => (program === 'qemu-img' ? answer() : {}) });
  fake.put('/vdi', HEADS.vdi as Uint8Array);
  fake.put('/d', 'x');
  const limits = () => fake.limits.filter((_, i) => fake.commands[i]?.startsWith('qemu-img'));
  return { ...fake, limits };
}

describe('qemu-img', () => {
  it.each(uses)('has a time limit: %s', async (_, use) => {
    const { host, limits } = limited();
    await use(host);
    expect(limits()).toHaveLength(1);
    for (const limit of limits()) {
      expect(limit).toBeGreaterThanOrEqual(MINUTE);
      expect(limit).toBeLessThanOrEqual(5 * MINUTE);
    }
  });

  it.each(uses.slice(0, -1))('that does not answer names the disk, and where to look: %s', async (_, use) => {
    const { host } = limited(() => {
      throw new Failure('qemu-img did not answer within 120 s');
    });
    await expect(use(host)).rejects.toThrow(
      /^\/(vdi|d|o): qemu-img did not answer within 120 s: see whether its storage answers$/,
    );
  });

  it('has time for what it has to write before it says anything', async () => {
    const limitOf = async (use: (host: Host) => Promise<unknown>) => {
      const { host, limits } = limited();
      await use(host);
      return limits()[0] ?? 0;
    };
    // At 4 MiB a second.
    expect(await limitOf((host) => resize(host, '/d', full, 100 * GIB))).toBeGreaterThan(
      (100 * GIB) / 4194.304,
    );
    expect(await limitOf((host) => convert(host, disk(100 * GIB), '/o', full))).toBeGreaterThan(
      (100 * GIB) / 4194.304,
    );
    // It tells each percent.
    expect(await limitOf((host) => convert(host, disk(100 * GIB), '/o', layout))).toBeGreaterThan(
      GIB / 4194.304,
    );
  });
});

describe('overlays', () => {
  /** A host on which qemu-img makes overlays of `length` bytes, which say what they are of; it fails as often as is said. */
  function making(length = 100, failures = 0) {
    let left = failures;
    const fake = fakeHost({
      run: (_, args) => {
        if (left-- > 0) throw new Failure('no space left');
        fake.put(args.at(-1) as string, args.slice(0, -1).join(' ').padEnd(length));
        return {};
      },
    });
    return fake;
  }
  const texts = (fake: ReturnType<typeof making>, ...paths: readonly string[]) =>
    paths.map((path) => Buffer.from(fake.content(path) ?? []).toString());

  it('of one disk are made by one process, and are the same', async () => {
    const fake = making();
    for (const path of ['/a', '/b', '/c']) await createOverlay(fake.host, disk(), path, layout);
    expect(fake.commands).toHaveLength(1);
    const [a, b, c] = texts(fake, '/a', '/b', '/c');
    expect(a).toContain('-b /d');
    expect([b, c]).toEqual([a, a]);
  });

  it('of another disk, or made in another way, are others', async () => {
    const fake = making();
    await createOverlay(fake.host, disk(), '/a', layout);
    await createOverlay(fake.host, disk(2 * GIB), '/b', layout);
    await createOverlay(fake.host, rawDisk('/e', GIB), '/c', layout);
    await createOverlay(fake.host, disk(), '/f', { ...layout, clusterSize: 4096 });
    expect(fake.commands).toHaveLength(4);
  });

  it('with much in them are made by a process each', async () => {
    const large = making(1024 ** 2);
    const full = making();
    for (const path of ['/a', '/b']) {
      await createOverlay(large.host, disk(), path, layout);
      await createOverlay(full.host, disk(), path, { ...layout, preallocation: 'metadata' });
    }
    expect([large.commands.length, full.commands.length]).toEqual([2, 2]);
  });

  it('are made although the first one was not', async () => {
    const fake = making(100, 1);
    await expect(createOverlay(fake.host, disk(), '/a', layout)).rejects.toThrow('no space left');
    await createOverlay(fake.host, disk(), '/b', layout);
    expect(texts(fake, '/b')[0]).toContain('-b /d');
  });
});
