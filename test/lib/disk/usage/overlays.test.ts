import { describe, expect, it } from 'vitest';
import { declaredFormats } from '../../../../modules/lib/disk/usage/declared-formats.ts';
import { findOverlays } from '../../../../modules/lib/disk/usage/overlays.ts';
import type { Ran } from '../../../../modules/lib/host/host.ts';
import { type Fake, fakeHost } from '../fake.ts';
import { qcow2Header } from '../headers.ts';
import { type Guest, virshOf } from '../libvirt.ts';

/** A host whose `find` finds all files below its directories. */
function host(found: Partial<Ran> = {}, guests: Readonly<Record<string, Guest>> = {}): Fake {
  const fake: Fake = fakeHost({
    run: (program, args) => {
      if (program === 'virsh') return virshOf(guests, args);
      if (program === 'test') return { code: 1 };
      const roots = args.slice(1, args.indexOf('-type'));
      const below = fake.files().filter((path) => roots.some((root) => path.startsWith(`${root}/`)));
      return { stdout: below.map((path) => `${path}\0`).join(''), ...found };
    },
  });
  return fake;
}

const overlays = async (fake: Fake, expected: Readonly<Record<string, readonly string[]>>) => {
  expect(Object.fromEntries((await findOverlays(fake.host, ['/srv'])).byBacking)).toEqual(expected);
};

describe('the overlays of a host', () => {
  it('are found by what they are of, also where that is an overlay, or by way of links', async () => {
    const fake = host();
    fake.put('/srv/base', qcow2Header());
    fake.put('/srv/one', qcow2Header({ backing: 'base' }));
    fake.put('/srv/two', qcow2Header({ backing: '/srv/link', backingAt: 50_000 }));
    fake.link('base', '/srv/link');
    fake.link('/srv/one', '/srv/again');
    fake.put('/srv/top', qcow2Header({ backing: '/far/middle', backingFormat: 'qcow2' }));
    fake.put('/far/middle', qcow2Header({ backing: '/srv/base' }));
    fake.put('/srv/lost', qcow2Header({ backing: '/gone' }));
    fake.put('/srv/outside', qcow2Header({ dataFile: 'content' }));
    fake.put('/srv/content', 'x');
    await overlays(fake, {
      '/srv/base': ['/far/middle', '/srv/one', '/srv/two'],
      '/far/middle': ['/srv/top'],
      '/srv/content': ['/srv/outside'],
    });
  });

  it('of each other, by mistake, are found once', async () => {
    const fake = host();
    fake.put('/srv/a', qcow2Header({ backing: 'b' }));
    fake.put('/srv/b', qcow2Header({ backing: 'a' }));
    fake.put('/srv/c', qcow2Header({ backing: 'c' }));
    await overlays(fake, { '/srv/b': ['/srv/a'], '/srv/a': ['/srv/b'] });
  });

  it('are looked for behind links to directories', async () => {
    const fake = host();
    await findOverlays(fake.host, ['/srv', '/srv']);
    expect(fake.commands.join()).toMatch(
      /find -L \/var\/lib\/libvirt \/srv -type .*-type f -size \+0 -print0/,
    );
  });

  it('are not said to be none where not all can be looked at', async () => {
    const denied = host({ code: 1, stderr: "find: '/srv/x': Permission denied\n" });
    await expect(findOverlays(denied.host, [])).rejects.toThrow(
      "some disks can't be read, so their backing files aren't known: find: '/srv/x': Permission denied",
    );
    const unnamed = host({ stdout: '/srv/\ufffd\0' });
    await expect(findOverlays(unnamed.host, [])).rejects.toThrow(/its name is not UTF-8/);
    const gone = host({ code: 1, stderr: "find: '/var/lib/libvirt': No such file or directory\n" });
    expect(await findOverlays(gone.host, [])).toEqual({ byBacking: new Map(), unknown: [] });
  });
});

describe('a disk that begins as an overlay', () => {
  it('is none where it is raw to its guest, or the task says so', async () => {
    const fake = host({}, { g: { disks: [{ path: '/srv/guest', format: 'raw' }] } });
    for (const name of ['guest', 'task']) fake.put(`/srv/${name}`, qcow2Header({ backing: '/srv/base' }));
    fake.put('/srv/base', 'x');
    declaredFormats(fake.host).set('/srv/task', 'raw');
    await overlays(fake, {});
    expect(fake.opened).toEqual(new Set(['/srv/base']));
  });

  it('is one where a guest has it as one, whatever another or the task says', async () => {
    const disk = (format: string) => ({ disks: [{ path: '/srv/guest', format }] });
    const fake = host({}, { a: disk('raw'), b: disk('qcow2') });
    fake.put('/srv/guest', qcow2Header({ backing: '/srv/base' }));
    fake.put('/srv/base', 'x');
    declaredFormats(fake.host).set('/srv/guest', 'raw');
    await overlays(fake, { '/srv/base': ['/srv/guest'] });
  });

  it('has no other files opened than those that are as what it says they are', async () => {
    const fake = host();
    const backings = { pipe: 'qcow2', far: undefined, raw: 'raw' };
    for (const [name, backingFormat] of Object.entries(backings)) {
      fake.put(`/srv/of-${name}`, qcow2Header({ backing: `/far/${name}`, backingFormat }));
      if (name !== 'pipe') fake.put(`/far/${name}`, qcow2Header({ backing: '/srv/base' }));
    }
    fake.pipe('/far/pipe');
    fake.put('/srv/base', 'x');
    const { byBacking, unknown } = await findOverlays(fake.host, ['/srv']);
    expect([...fake.opened].filter((path) => !path.startsWith('/srv/'))).toEqual([]);
    expect([...byBacking.keys()].sort()).toEqual(['/far/far', '/far/pipe', '/far/raw']);
    // Of which may be an overlay what nothing says what it is.
    expect(unknown).toEqual(['/srv/of-far']);
  });

  it('does not keep others from being looked at', async () => {
    const fake = host();
    fake.put('/srv/over', qcow2Header({ backing: '/srv/base' }));
    fake.put('/srv/liar', qcow2Header({ backing: '/srv/over', backingFormat: 'raw' }));
    fake.put('/srv/base', 'x');
    await overlays(fake, { '/srv/base': ['/srv/over'], '/srv/over': ['/srv/liar'] });
  });
});
