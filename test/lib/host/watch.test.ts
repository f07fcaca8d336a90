import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runProcessWhile, watchProcess } from '../../../modules/lib/host/watch.ts';

const watched = async (script: string, silence = 5000) => {
  const heard: string[] = [];
  const options = { what: 'it', silence, heard: (text: string) => void heard.push(text) };
  await watchProcess('sh', ['-c', script], options);
  return heard.join('');
};

const isAlive = (pid: string) => {
  try {
    return process.kill(Number(pid), 0);
  } catch {
    return false;
  }
};

describe('work that is watched', () => {
  it('is heard, and ends as it says', async () => {
    expect(await watched('printf 1; printf 2')).toBe('12');
    await expect(watched('echo "sh: bad" >&2; exit 3')).rejects.toThrow(/^it: sh: bad$/);
    await expect(watched('kill -9 $$')).rejects.toThrow('it: sh: exit status 255');
    const none = watchProcess('work-of-nowhere', [], { what: 'it', silence: 5000, heard: () => undefined });
    await expect(none).rejects.toThrow("work-of-nowhere isn't installed on this host");
  });

  it('may take as long as it likes, while it says something', async () => {
    expect(await watched('for i in 1 2 3 4 5 6; do printf $i; sleep 0.2; done', 1000)).toBe('123456');
  });

  it('is ended when it says nothing for too long', async () => {
    const heard: string[] = [];
    const start = Date.now();
    const work = watchProcess('sh', ['-c', 'printf $$; exec sleep 30'], {
      ...{ what: '/d', silence: 300, heard: (text: string) => void heard.push(text) },
    });
    await expect(work).rejects.toThrow('/d: sh made no progress for 0.3 s: check its storage');
    expect(Date.now() - start).toBeLessThan(5000);
    await expect.poll(() => isAlive(heard.join(''))).toBe(false);
  });
});

describe('a program that runs while something is done', () => {
  const NEVER = new Promise<never>(() => undefined);
  it('is ended with it, whether that succeeds or not', async () => {
    const pids: string[] = [];
    const file = join(mkdtempSync(join(tmpdir(), 'piecewise-while-')), 'pid');
    const script = `echo $$ >${file}; exec sleep 30`;
    const pid = async () => {
      await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8').trim()).toBeTruthy();
      pids.push(readFileSync(file, 'utf8').trim());
      rmSync(file);
      return 'done';
    };
    expect(await runProcessWhile('sh', ['-c', script], pid)).toBe('done');
    const failing = runProcessWhile('sh', ['-c', script], async () => {
      await pid();
      throw new Error('it failed');
    });
    await expect(failing).rejects.toThrow('it failed');
    expect(pids).toHaveLength(2);
    for (const one of pids) expect(isAlive(one)).toBe(false);
    rmSync(dirname(file), { recursive: true });
  });

  it('says why it has ended before', async () => {
    const ended = (script: string) =>
      runProcessWhile('sh', ['-c', script], (broken) => Promise.race([broken, NEVER]));
    await expect(ended('echo "sh: no route" >&2; exit 3')).rejects.toThrow('sh: no route');
    const none = runProcessWhile('work-of-nowhere', [], (broken) => Promise.race([broken, NEVER]));
    await expect(none).rejects.toThrow("work-of-nowhere isn't installed on this host");
  });
});
