import { describe, expect, it } from 'vitest';
import type { Host } from '../../../modules/lib/host/host.ts';
import { oncePerHost, onlyOnce } from '../../../modules/lib/host/once.ts';

describe('an answer for each host', () => {
  it('is asked for once, also where it is undefined, and again when it was forgotten', () => {
    const asked: Host[] = [];
    const answer = oncePerHost((host) => {
      asked.push(host);
    });
    const [one, two] = [{} as Host, {} as Host];
    for (const host of [one, two, one, two]) answer(host);
    expect(asked).toEqual([one, two]);
    answer.forget(one);
    for (const host of [one, two]) answer(host);
    expect(asked).toEqual([one, two, one]);
  });
});

describe('an answer for each key', () => {
  it('is looked for once, also by those who ask before it is there', async () => {
    let looks = 0;
    const once = onlyOnce();
    const ask = (key: string) => once(key, async () => `${key}${++looks}`);
    expect(await Promise.all([ask('a'), ask('b'), ask('a')])).toEqual(['a1', 'b2', 'a1']);
  });
});
