import { expect, test } from 'vitest';
import { guarded } from '../../../modules/lib/host/guarded.ts';
import type { Host } from '../../../modules/lib/host/host.ts';

const done: string[] = [];
const host = {
  run: async (program: string) => void done.push(program),
  write: async (path: string) => void done.push(path),
  stat: async () => ({ size: 1 }),
} as unknown as Host;

test('what has an effect passes the guard, in its order; a question does not', async () => {
  const through = guarded(host, async (act) => {
    done.push('<');
    const result = await act();
    done.push('>');
    return result;
  });
  await through.run('ip', []);
  expect(await through.stat('/a')).toEqual({ size: 1 });
  await through.write('/a', '');
  expect(done.join(' ')).toBe('< ip > < /a >');
});

test('a guard that refuses keeps it from happening', async () => {
  done.length = 0;
  const refusing = guarded(host, () => Promise.reject(new Error('no')));
  await expect(refusing.write('/a', '')).rejects.toThrow('no');
  expect(done).toEqual([]);
});
