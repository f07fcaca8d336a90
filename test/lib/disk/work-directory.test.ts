import { describe, expect, it } from 'vitest';
import { withWorkDirectory } from '../../../modules/lib/disk/work-directory.ts';
import { fakeHost } from './fake.ts';

const DEST = '/images/web1/disk';
const stat = (begun: number) =>
  `7 (a) b) S ${Array.from({ length: 18 }, (_, i) => i).join(' ')} ${begun} 0\n`;

function hostWith(own = 111) {
  const fake = fakeHost();
  fake.put('/proc/self/stat', stat(own));
  return fake;
}

const below = async ({ host }: ReturnType<typeof fakeHost>) => host.list('/images/web1');

describe('a directory to work in', () => {
  it('is beside the file, readable by the process alone, and removed in the end', async () => {
    const fake = hostWith();
    const [name, mode] = await withWorkDirectory(fake.host, DEST, async (work) => {
      fake.put(`${work}/made`, 'x');
      return [work, fake.mode(work)];
    });
    expect(name).toMatch(new RegExp(`^/images/web1/.disk.piecewise-${process.pid}-111-\\w+$`));
    expect(mode).toBe(0o700);
    expect(await below(fake)).toEqual([]);
  });

  it('is removed after a failure too, which is reported', async () => {
    const fake = hostWith();
    const failed = withWorkDirectory(fake.host, DEST, async () => {
      throw new Error('stuck');
    });
    await expect(failed).rejects.toThrow('stuck');
    expect(await below(fake)).toEqual([]);
  });

  it('takes away what killed runs left of theirs, and nothing else', async () => {
    const fake = hostWith();
    fake.put('/proc/7/stat', stat(222));
    const others = ['.disk.piecewise-7', '.disk.piecewise-x-1', '.disk2.piecewise-9-9', '.disk', 'disk2'];
    // Of a process that is gone, and of one whose number another has now.
    for (const name of ['.disk.piecewise-8-5', '.disk.piecewise-7-221-aZ09xy', ...others]) {
      fake.put(`/images/web1/${name}/made`, 'x');
    }
    await withWorkDirectory(fake.host, DEST, async () => undefined);
    expect(await below(fake)).toEqual([...others].sort());
  });

  it('is refused while another run has one for the same file', async () => {
    const fake = hostWith();
    fake.put('/proc/7/stat', stat(222));
    fake.put('/images/web1/.disk.piecewise-7-222-aZ09xy/made', 'x');
    let used = false;
    const second = withWorkDirectory(fake.host, DEST, async () => {
      used = true;
    });
    await expect(second).rejects.toThrow(
      `${DEST} is being made by another run (process 7): wait until it is done`,
    );
    expect(used).toBe(false);
    expect(await below(fake)).toEqual(['.disk.piecewise-7-222-aZ09xy']);
    await withWorkDirectory(fake.host, '/images/web1/disk2', async () => {
      used = true;
    });
    expect(used).toBe(true);
  });
});
