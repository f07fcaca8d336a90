import { execFileSync } from 'node:child_process';
import {
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withWorkDirectory } from '../../../modules/lib/disk/work-directory.ts';
import { begun, leaveResult } from '../../../modules/lib/host/detached.ts';
import { realHost as host } from '../../../modules/lib/host/real.ts';
import { chunks } from '../disk/fake.ts';

// Directories of another user, who has put links there, or does while we write.
const top = mkdtempSync(join(tmpdir(), 'piecewise-hostile-'));
afterAll(() => rmSync(top, { recursive: true, force: true }));

let theirs: string;
let victim: string;
let victims: string;
beforeEach(() => {
  theirs = mkdtempSync(join(top, 'theirs-'));
  const root = mkdtempSync(join(top, 'root-'));
  victim = join(root, 'shadow');
  writeFileSync(victim, 'secret', { mode: 0o640 });
  victims = join(root, 'directory');
  mkdirSync(victims, { mode: 0o755 });
  writeFileSync(join(victims, 'file'), 'kept');
});
// Whatever was done, what is not theirs is as it was.
afterEach(() => {
  expect(readFileSync(victim, 'utf8')).toBe('secret');
  expect(statSync(victim).mode & 0o7777).toBe(0o640);
  expect(readdirSync(victims)).toEqual(['file']);
  expect(statSync(victims).mode & 0o7777).toBe(0o755);
  expect(readFileSync(join(victims, 'file'), 'utf8')).toBe('kept');
});

/** A content whose reader is interrupted by somebody who is quick. */
function* interrupted(act: () => void) {
  yield Buffer.from('new');
  act();
}

const temporaries = () => readdirSync(theirs).filter((name) => name.includes('.piecewise-'));

describe('a file', () => {
  it.each(['seed.iso', 'x'.repeat(200)])(
    'is not written through a link by its temporary name',
    async (name) => {
      symlinkSync(victim, join(theirs, `.${name}.piecewise-${process.pid}`));
      await host.write(join(theirs, name), 'new', { mode: 0o644 });
      expect(readFileSync(join(theirs, name), 'utf8')).toBe('new');
    },
  );

  it('has a temporary name of which nothing can be foretold, and only its owner reads it by that', async () => {
    const seen = new Set<string>();
    for (let i = 0; i < 20; i++) {
      const look = interrupted(() => {
        const [name = '', ...others] = temporaries();
        expect(others).toEqual([]);
        expect(lstatSync(join(theirs, name)).mode & 0o777).toBe(0o600);
        seen.add(name);
      });
      await host.write(join(theirs, 'file'), look, { mode: 0o644 });
    }
    expect(seen.size).toBe(20);
    expect(statSync(join(theirs, 'file')).mode & 0o777).toBe(0o644);
    expect(readdirSync(theirs)).toEqual(['file']);
  });

  it('gives its mode and owner to nothing that is put in its place while it is written', async () => {
    const swap = interrupted(() => {
      const [name = ''] = temporaries();
      rmSync(join(theirs, name));
      symlinkSync(victim, join(theirs, name));
    });
    await host.write(join(theirs, 'file'), swap, { mode: 0o777, uid: process.getuid?.() ?? 0 });
  });

  it("copies no mode from a link's target, and replaces the link", async () => {
    symlinkSync(victim, join(theirs, 'file'));
    await host.write(join(theirs, 'file'), 'new');
    expect(lstatSync(join(theirs, 'file')).isFile()).toBe(true);
    expect(statSync(join(theirs, 'file')).mode & 0o777).toBe(0o644);
  });

  it('leaves no temporary one when it cannot be written', async () => {
    const failing = interrupted(() => {
      throw new Error('stuck');
    });
    await expect(host.write(join(theirs, 'file'), failing)).rejects.toThrow('stuck');
    mkdirSync(join(theirs, 'taken/x'), { recursive: true });
    await expect(host.write(join(theirs, 'taken'), 'new')).rejects.toThrow(`${theirs}/taken: `);
    expect(readdirSync(theirs)).toEqual(['taken']);
  });

  it('that is a pipe or a device, or a link to one, is not waited for, and not read without an end', async () => {
    execFileSync('mkfifo', [join(theirs, 'pipe')]);
    symlinkSync('pipe', join(theirs, 'link'));
    symlinkSync('/dev/zero', join(theirs, 'zero'));
    for (const name of ['pipe', 'link', 'zero'])
      await expect(host.read(join(theirs, name))).rejects.toThrow(`${theirs}/${name} is not a regular file`);
    await expect(host.read(theirs)).rejects.toThrow('it is a directory');
  });

  it('of the kernel is read to its end, whatever its size is said to be', async () => {
    const text = async (path: string) => Buffer.from((await host.read(path)) ?? []).toString();
    expect(await text('/proc/self/status')).toMatch(/^Name:.*VmRSS/s);
    expect(await text('/sys/class/net/lo/address')).toBe('00:00:00:00:00:00\n');
  });

  it('that is a link gets no mode and no owner', async () => {
    symlinkSync(victim, join(theirs, 'file'));
    await expect(host.setAttributes(join(theirs, 'file'), { mode: 0o777 })).rejects.toThrow(
      `${theirs}/file is a symbolic link`,
    );
  });

  it.each([
    ['a symbolic link', symlinkSync, 'is a symbolic link'],
    ['another name of a file', linkSync, 'may be a file of another user'],
  ] as const)('is not added to where it is %s', async (_, make, problem) => {
    make(victim, join(theirs, 'part'));
    await expect(host.append(join(theirs, 'part'), chunks(Buffer.from('x')))).rejects.toThrow(problem);
  });

  it('that is a link is removed itself, and so are those in a directory', async () => {
    symlinkSync(victims, join(theirs, 'link'));
    mkdirSync(join(theirs, 'tree/below'), { recursive: true });
    symlinkSync(victims, join(theirs, 'tree/below/link'));
    await host.remove(join(theirs, 'link'));
    await expect(host.remove(join(theirs, 'tree'))).rejects.toThrow('it is a directory');
    expect(readdirSync(join(theirs, 'tree/below'))).toEqual(['link']);
    await host.removeTree(join(theirs, 'tree'));
    await host.removeTree(join(theirs, 'tree'));
    expect(readdirSync(theirs)).toEqual([]);
  });
});

describe('a name', () => {
  it("is a link whose directory others can't write to", async () => {
    symlinkSync(victim, join(theirs, `.name.piecewise-${process.pid}`));
    await host.symlink('target', join(theirs, 'name'));
    expect(lstatSync(join(theirs, 'name')).isSymbolicLink()).toBe(true);
    // What somebody put there is theirs: it isn't taken for one of ours.
    expect(temporaries()).toHaveLength(1);
  });
});

describe('a directory to work in', () => {
  const begunAt = () => readFileSync('/proc/self/stat', 'utf8').replace(/.*\) /s, '').split(' ')[19];

  it('is not one that was there, nor what a link leads to', async () => {
    symlinkSync(victims, join(theirs, `.disk.piecewise-${process.pid}-${begunAt()}`));
    await withWorkDirectory(host, join(theirs, 'disk'), async (work) => {
      expect(await host.list(work)).toEqual([]);
      writeFileSync(join(work, 'made'), 'x');
    });
  });

  it('is written to whatever becomes of its name, also by programs, and is emptied', async () => {
    await withWorkDirectory(host, join(theirs, 'disk'), async (work) => {
      const [name = ''] = temporaries();
      renameSync(join(theirs, name), join(theirs, 'moved'));
      symlinkSync(victims, join(theirs, name));
      await host.writeSparse(join(work, 'file'), chunks(Buffer.from('ours')));
      await host.run('cp', [join(work, 'file'), join(work, 'made')]);
      expect(readdirSync(join(theirs, 'moved'))).toEqual(['file', 'made']);
    });
    expect(readdirSync(join(theirs, 'moved'))).toEqual([]);
  });

  it('is named in errors', async () => {
    const failed = withWorkDirectory(host, join(theirs, 'disk'), async (work) => {
      await host.writeSparse(join(work, 'below/file'), chunks(Buffer.from('x')));
    });
    await expect(failed).rejects.toThrow(
      new RegExp(
        `^${theirs}/.disk.piecewise-${process.pid}-\\d+-\\w+/below/file: its directory doesn't exist$`,
      ),
    );
    expect(readdirSync(theirs)).toEqual([]);
  });

  it('is the only thing of killed runs that is removed', async () => {
    symlinkSync(victims, join(theirs, '.disk.piecewise-999999999-1-abcdef'));
    mkdirSync(join(theirs, '.disk.piecewise-999999999-1'));
    symlinkSync(victims, join(theirs, '.disk.piecewise-999999999-1/link'));
    await withWorkDirectory(host, join(theirs, 'disk'), async () => undefined);
    expect(readdirSync(theirs)).toEqual([]);
  });
});

describe('a run that goes on by itself', () => {
  it('says nothing through a link', () => {
    process.env.PIECEWISE_DETACHED = theirs;
    try {
      for (const name of ['progress', 'result']) symlinkSync(victim, join(theirs, `.${name}`));
      begun(theirs);
      leaveResult(theirs, 'done');
      expect(readFileSync(join(theirs, 'result'), 'utf8')).toBe('done');
    } finally {
      delete process.env.PIECEWISE_DETACHED;
    }
  });
});
