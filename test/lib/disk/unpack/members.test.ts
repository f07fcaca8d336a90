import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseMember } from '../../../../modules/lib/disk/unpack/members.ts';
import { fakeHost } from '../fake.ts';
import { HEADS, qcow2Header } from '../headers.ts';

const bootable = new Uint8Array(512);
bootable.set([0x55, 0xaa], 510);
const text = Buffer.from('read me');

async function ask(files: Readonly<Record<string, Uint8Array>>, wanted?: string) {
  const { host, put } = fakeHost();
  const members = Object.entries(files).map(([name, content], i) => {
    put(`/work/${i}`, content);
    return { name, path: `/work/${i}` };
  });
  return (await chooseMember(host, members, 'box.tar', wanted)).name;
}

describe('the disk in an archive', () => {
  it('is the only file that there is, whatever it is', async () => {
    for (const head of [text, bootable, HEADS.gz as Uint8Array]) expect(await ask({ x: head })).toBe('x');
  });

  it('is the only one that looks like a disk', async () => {
    const disks = ['qcow2', 'vmdk', 'vdi', 'vhdx', 'vpc'].map((kind) => HEADS[kind] as Uint8Array);
    const others = [text, HEADS.gz, HEADS.tar].map((head) => head as Uint8Array);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...disks), fc.nat(3), async (disk, at) => {
        const heads: Uint8Array[] = [...others];
        heads.splice(at, 0, disk);
        const files = Object.fromEntries(heads.map((head, i) => [head === disk ? 'disk' : `${i}`, head]));
        expect(await ask(files)).toBe('disk');
      }),
    );
  });

  it('is one that boots, where none has a format', async () => {
    expect(await ask({ a: text, b: bootable })).toBe('b');
    expect(await ask({ a: qcow2Header(), b: bootable })).toBe('a');
  });

  it('is asked for where several may be it, or none', async () => {
    await expect(ask({ b: bootable, a: bootable })).rejects.toThrow(
      "option 'member': box.tar holds 2 files, several of which look like a disk: set it to one of a, b",
    );
    const many = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`f${i}`, text]));
    await expect(ask(many)).rejects.toThrow(
      'box.tar holds 10 files, none of which look like a disk: set it to one of f0, f1, f2, f3, f4, f5, f6, f7, …',
    );
    await expect(ask({})).rejects.toThrow('box.tar holds no file: it must hold a disk');
  });

  it('is what is asked for, by its name in the archive however that begins', async () => {
    const files = { './a/b': text, c: bootable, '/d': text };
    for (const [wanted, name] of [
      ['a/b', './a/b'],
      ['./a/b', './a/b'],
      ['/c', 'c'],
      ['d', '/d'],
    ] as const) {
      expect(await ask(files, wanted)).toBe(name);
    }
    await expect(ask(files, 'b')).rejects.toThrow("option 'member': box.tar has no 'b'; it has ./a/b, /d, c");
    await expect(ask({}, 'b')).rejects.toThrow("box.tar has no 'b'; it has no file");
  });

  it('is looked for in one file after the other', async () => {
    const { host, put } = fakeHost();
    let open = 0;
    let most = 0;
    const counting = new Proxy(host, {
      get: (all, name: keyof typeof host) =>
        name !== 'readStart'
          ? all[name]
          : async (path: string, length: number) => {
              most = Math.max(most, ++open);
              const start = await all.readStart(path, length);
              open--;
              return start;
            },
    });
    const members = Array.from({ length: 50 }, (_, i) => ({ name: `${i}`, path: `/work/${i}` }));
    for (const { path } of members) put(path, path.endsWith('/49') ? qcow2Header() : text);
    expect((await chooseMember(counting, members, 'box', undefined)).name).toBe('49');
    // A process may have so many files open and no more.
    expect(most).toBe(1);
  });
});
