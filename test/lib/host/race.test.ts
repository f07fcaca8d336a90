import { fork } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Host } from '../../../modules/lib/host/host.ts';
import { realHost as host } from '../../../modules/lib/host/real.ts';
import { chunks } from '../disk/fake.ts';

// Each method of Host that writes, in a directory of another user, in which that user has put something at the name, or
// does so again and again while we write. Whatever comes of it, nothing outside that directory changes.

/** What only reads, or says something of our own work; what programs do is theirs. */
const QUESTIONS: readonly (keyof Host)[] = [
  ...([
    'read',
    'readStart',
    'readEnd',
    'readInside',
    'digest',
    'stat',
    'space',
    'list',
    'realPath',
    'withImage',
    'stream',
  ] as const),
  ...(['zipEntries', 'download', 'report', 'userId', 'groupId', 'answers', 'now', 'sleep'] as const),
  ...(['run', 'runWhile', 'watch', 'pipeThrough', 'connect'] as const),
];

const text = () => chunks(Buffer.from('ours'));

/** A use of each, of a name in that directory; `own` makes a new file in a directory of ours. */
const WRITING: Record<string, (path: string, own: () => string) => Promise<unknown>> = {
  writeSparse: (path) => host.writeSparse(path, text()),
  append: (path) => host.append(path, text()),
  write: (path) => host.write(path, 'ours', { mode: 0o666, uid: NOBODY, gid: NOBODY }),
  // The name is a file of that directory, and then a directory in it.
  writeInside: async (path) => {
    const owner = { mode: 0o666, uid: NOBODY, gid: NOBODY };
    await host.writeInside(dirname(path), basename(path), 'ours', owner).catch(() => undefined);
    await host.writeInside(dirname(path), `${basename(path)}/file`, 'ours', owner).catch(() => undefined);
    await host.writeInside(dirname(path), `${basename(path)}/below/file`, 'ours', owner);
  },
  removeInside: async (path) => {
    await host.removeInside(dirname(path), `${basename(path)}/file`).catch(() => undefined);
    await host.removeInside(dirname(path), basename(path));
  },
  symlink: (path) => host.symlink('target', path),
  setAttributes: (path) => host.setAttributes(path, { mode: 0o777, uid: NOBODY, gid: NOBODY }),
  makeDirectory: (path) => host.makeDirectory(path),
  withNewDirectory: (path) =>
    host.withNewDirectory(`${path}-`, async (work) => {
      await host.writeSparse(join(work, 'file'), text());
      await host.append(join(work, 'new'), text());
      await host.makeDirectory(join(work, 'below'));
    }),
  publish: (path, own) => host.publish(own(), path),
  publishNew: (path, own) => host.publishNew(own(), path),
  remove: (path) => host.remove(path),
  removeTree: (path) => host.removeTree(path),
  removeDirectory: (path) => host.removeDirectory(path),
  withLock: (path) => host.withLock(path, 1, async () => undefined),
};

const KINDS = [
  'a link to a file',
  'a link to a directory',
  'a link to what does not exist',
  'another name of a file',
  'a directory',
  'a pipe',
  'a file',
];

const NOBODY = 65534;
const top = mkdtempSync(join(tmpdir(), 'piecewise-race-'));
chmodSync(top, 0o755);
const program = join(top, 'race.cjs');
copyFileSync(new URL('race.cjs', import.meta.url), program);
afterAll(() => rmSync(top, { recursive: true, force: true, maxRetries: 9 }));

let theirs: string;
let root: string;
let ours: string;
beforeEach(() => {
  // Others reach their own.
  for (const one of readdirSync(top))
    if (one !== 'race.cjs') rmSync(join(top, one), { recursive: true, maxRetries: 9 });
  [theirs, root, ours] = ['theirs', 'root', 'ours'].map((name) => join(top, name)) as [
    string,
    string,
    string,
  ];
  for (const one of [theirs, root, ours]) mkdirSync(one, { mode: 0o755 });
  chownSync(theirs, NOBODY, NOBODY);
  writeFileSync(join(root, 'shadow'), 'secret', { mode: 0o644 });
  mkdirSync(join(root, 'directory'), { mode: 0o755 });
  writeFileSync(join(root, 'directory/file'), 'kept', { mode: 0o644 });
});

/** All of root's, as it is to stay. */
const outside = () =>
  ['.', ...(readdirSync(root, { recursive: true }) as string[])].sort().map((name) => {
    const { mode, uid, gid, size } = lstatSync(join(root, name));
    const isFile = (mode & 0o170000) === 0o100000;
    return { name, mode, uid, gid, text: isFile ? readFileSync(join(root, name), 'utf8') : '', size };
  });

const started: { end(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of started.splice(0)) await one.end();
});

async function another(race: boolean) {
  const arguments_ = [theirs, join(root, 'shadow'), join(root, 'directory'), 'name'];
  const child = fork(program, arguments_, {
    uid: NOBODY,
    gid: NOBODY,
    cwd: '/',
    env: { PATH: process.env.PATH, RACE: race ? 'yes' : 'no' },
    execArgv: [],
    detached: true,
  });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('the other process has ended')));
  ended.catch(() => undefined);
  const answer = () => Promise.race([once(child, 'message'), ended]);
  const user = {
    plant: async (plant: string) => {
      child.send({ plant });
      await answer();
    },
    end: async () => {
      // With what it runs: a `mkfifo` that outlives it would write into the next test's directory.
      if (child.signalCode === null) process.kill(-(child.pid as number), 'SIGKILL');
      await ended.catch(() => undefined);
    },
  };
  started.push(user);
  await answer();
  return user;
}

let made = 0;
const own = () => {
  const path = join(ours, String(made++));
  writeFileSync(path, 'ours');
  return path;
};

it('every method of Host is a question, or has its case here', () => {
  expect([...QUESTIONS, ...Object.keys(WRITING)].sort()).toEqual(Object.keys(host).sort());
});

describe.each(Object.entries(WRITING))('%s in a directory of another user', (_, act) => {
  it('changes nothing outside it, whatever has the name', async () => {
    const before = outside();
    const user = await another(false);
    for (const kind of KINDS) {
      rmSync(join(theirs, 'name'), { recursive: true, force: true });
      await user.plant(kind);
      await act(join(theirs, 'name'), own).catch(() => undefined);
      expect(outside(), kind).toEqual(before);
    }
    await user.end();
  });

  it('changes nothing outside it while names are swapped', async () => {
    const before = outside();
    const user = await another(true);
    const outcomes = new Set<string>();
    for (const end = Date.now() + 400; Date.now() < end; ) {
      const outcome = act(join(theirs, 'name'), own).then(
        () => 'done',
        () => 'failed',
      );
      outcomes.add(await outcome);
    }
    await user.end();
    expect(outside()).toEqual(before);
    expect(outcomes.size).toBeGreaterThan(0);
  });
});
