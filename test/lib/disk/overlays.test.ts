import { describe, expect, it } from 'vitest';
import { overlaysByBacking, pathIn } from '../../../modules/lib/disk/overlays.ts';
import type { Ran } from '../../../modules/lib/host/host.ts';
import { type Fake, fakeHost } from './fake.ts';
import { qcow2Header } from './headers.ts';

const NO_LIBVIRT = { code: 1, stdout: '', stderr: 'error: no connection' };

/** A host whose `find` finds all files below its directories, and that has no libvirt. */
function host(found: Partial<Ran> = {}): Fake {
  const fake: Fake = fakeHost({
    run: (program, args) => {
      if (program === 'virsh') return NO_LIBVIRT;
      const roots = args.slice(1, args.indexOf('-type'));
      const below = fake.files().filter((path) => roots.some((root) => path.startsWith(`${root}/`)));
      return { stdout: below.map((path) => `${path}\0`).join(''), ...found };
    },
  });
  return fake;
}

describe("what a disk says of its backing file's place", () => {
  it.each([
    ['/a/b', '/a/b'],
    ['../b:c', '../b:c'],
    ['file:/a/b', '/a/b'],
    ['nbd://server/disk', undefined],
    ['json:{"driver":"qcow2","file":{"driver":"file","filename":"/a"}}', '/a'],
    ['json:{"driver":"qcow2","file.driver":"file","file.filename":"/a"}', '/a'],
    ['json:{"driver":"raw","file":{"driver":"raw","file":{"filename":"/a"}}}', '/a'],
    ['json:{"filename":"b"}', 'b'],
    ['json:{"driver":"nbd","host":"server"}', undefined],
    ['json:{', undefined],
    ['json:null', undefined],
    ['json:{"file":{"filename":7}}', undefined],
  ])('%s: %s', (backing, path) => expect(pathIn(backing)).toBe(path));
});

describe('the overlays of a host', () => {
  it('are found by what they are of, also where that is an overlay, or by way of links', async () => {
    const fake = host();
    fake.put('/srv/base', qcow2Header());
    fake.put('/srv/one', qcow2Header({ backing: 'base' }));
    fake.put('/srv/two', qcow2Header({ backing: '/srv/link', backingAt: 50_000 }));
    fake.link('base', '/srv/link');
    fake.link('/srv/one', '/srv/again');
    fake.put('/srv/top', qcow2Header({ backing: '/far/middle' }));
    fake.put('/far/middle', qcow2Header({ backing: '/srv/base' }));
    fake.put('/srv/lost', qcow2Header({ backing: '/gone' }));
    expect(await overlaysByBacking(fake.host, ['/srv'])).toEqual(
      new Map([
        ['/srv/base', ['/far/middle', '/srv/one', '/srv/two']],
        ['/far/middle', ['/srv/top']],
      ]),
    );
  });

  it('of each other, by mistake, are found once', async () => {
    const fake = host();
    fake.put('/srv/a', qcow2Header({ backing: 'b' }));
    fake.put('/srv/b', qcow2Header({ backing: 'a' }));
    expect(await overlaysByBacking(fake.host, ['/srv'])).toEqual(
      new Map([
        ['/srv/b', ['/srv/a']],
        ['/srv/a', ['/srv/b']],
      ]),
    );
  });

  it('are looked for behind links to directories', async () => {
    const fake = host();
    await overlaysByBacking(fake.host, ['/srv', '/srv']);
    expect(fake.commands[0]).toBe('find -L /var/lib/libvirt /srv -type f -size +0 -print0');
  });

  it('are not said to be none where not all can be looked at', async () => {
    const denied = host({ code: 1, stderr: "find: '/srv/x': Permission denied\n" });
    await expect(overlaysByBacking(denied.host, [])).rejects.toThrow(
      "not every disk can be looked at, so what they need isn't known: find: '/srv/x': Permission denied",
    );
    const unnamed = host({ stdout: '/srv/\ufffd\0' });
    await expect(overlaysByBacking(unnamed.host, [])).rejects.toThrow(/its name is no UTF-8/);
    const gone = host({ code: 1, stderr: "find: '/var/lib/libvirt': No such file or directory\n" });
    expect(await overlaysByBacking(gone.host, [])).toEqual(new Map());
  });
});
