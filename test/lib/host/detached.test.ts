import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { begun, detach, leaveResult, report } from '../../../modules/lib/host/detached.ts';

const work = mkdtempSync(join(tmpdir(), 'piecewise-detached-'));
const places: string[] = [];
const { TMPDIR } = process.env;
afterEach(() => {
  delete process.env.PIECEWISE_DETACHED;
  if (TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = TMPDIR;
  vi.restoreAllMocks();
  vi.useRealTimers();
});
afterAll(() => {
  for (const directory of [work, ...places]) rmSync(directory, { recursive: true, force: true });
});

// In a directory of ours, as for one who isn't root.
function elsewhere() {
  process.env.TMPDIR = work;
  vi.spyOn(process, 'getuid').mockReturnValue(1000);
}

const soon = async (is: () => boolean) => {
  for (let i = 0; i < 300 && !is(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  return is();
};

describe('a run that goes on by itself', () => {
  it('has begun when detach returns, with its input read, in a directory of its own', async () => {
    elsewhere();
    const script =
      'text=$(cat); : >$PIECEWISE_DETACHED/progress; sleep 0.2; cd $PIECEWISE_DETACHED; echo "$text" >.result; mv .result result';
    const input = 'x'.repeat(300_000);
    const { directory, pid } = await detach({ program: 'sh', args: ['-c', script], input });
    expect(existsSync(join(directory, 'result'))).toBe(false);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, 'log')).mode & 0o777).toBe(0o600);
    // Its own session, so that the end of ours isn't its own.
    expect(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/.*\) /, '').split(' ')[3]).toBe(String(pid));
    expect(await soon(() => existsSync(join(directory, 'result')))).toBe(true);
    expect(readFileSync(join(directory, 'result'), 'utf8')).toBe(`${input}\n`);
  });

  it.each([
    ['ends before it begins', 'exit 0', 5000],
    ['is killed before it begins', 'kill -9 $$', 5000],
    ['is too slow to begin', 'sleep 5; : >$PIECEWISE_DETACHED/progress', 200],
  ])('that %s is a failure at once, and goes on no more', async (_, script, beginning) => {
    elsewhere();
    const start = Date.now();
    const outcome = detach(
      { program: 'sh', args: ['-c', `echo $$ >$PIECEWISE_DETACHED/pid; ${script}`] },
      beginning,
    );
    await expect(outcome).rejects.toThrow(/^the work can't be started in the background: see .*\/log$/);
    expect(Date.now() - start).toBeLessThan(3000);
    for (const name of readdirSync(work).filter((name) => existsSync(join(work, name, 'pid')))) {
      const pid = readFileSync(join(work, name, 'pid'), 'utf8').trim();
      const gone = () =>
        !existsSync(`/proc/${pid}`) || /\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
      expect(await soon(gone)).toBe(true);
    }
  });

  it('is a failure where the program, or the directory, is missing', async () => {
    elsewhere();
    await expect(detach({ program: '/nowhere', args: [] })).rejects.toThrow("can't be started");
    process.env.TMPDIR = '/nowhere';
    await expect(detach({ program: 'true', args: [] })).rejects.toThrow(
      "/nowhere: its directory doesn't exist",
    );
  });

  it('says how far it is, at a rate that is one, and leaves what came of it alone in the end', () => {
    const directory = mkdtempSync(join(work, 'run-'));
    process.env.PIECEWISE_DETACHED = directory;
    vi.useFakeTimers();
    const told = () => JSON.parse(readFileSync(join(directory, 'progress'), 'utf8'));
    begun(directory);
    const steps: [number, number, string][] = [
      [0, 0, 'a'],
      [1000, 4000, 'a'],
      [100, 9000, 'a'],
      [1900, 12_000, 'a'],
    ];
    for (const [wait, done, what] of steps) {
      vi.advanceTimersByTime(wait);
      report({ what, done, total: 20_000 });
    }
    // One that comes at once after another is not told.
    expect(told()).toEqual({ what: 'a', done: 12_000, total: 20_000, rate: 4000 });
    vi.advanceTimersByTime(1000);
    report({ what: 'a', done: 10, total: undefined });
    expect(told()).toEqual({ what: 'a', done: 10 });
    vi.advanceTimersByTime(1);
    report({ what: 'b', done: 1, total: 2 });
    expect(told()).toEqual({ what: 'b', done: 1, total: 2 });
    leaveResult(directory, 'done');
    expect(readdirSync(directory)).toEqual(['result']);
    expect(readFileSync(join(directory, 'result'), 'utf8')).toBe('done');
  });

  it("continues where its progress can't be written", () => {
    process.env.PIECEWISE_DETACHED = '/nowhere';
    expect(() => report({ what: 'c', done: 1, total: 2 })).not.toThrow();
  });
});
