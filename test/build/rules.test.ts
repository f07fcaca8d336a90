import { expect, test } from 'vitest';
import { ruleSentences } from '../../build/rules.ts';

test.each([
  [{ requiredOneOf: [['a', 'b']] }, 'O(a) or O(b) is required.'],
  [{ requiredTogether: [['a', 'b']] }, 'O(a) and O(b) require each other.'],
  [
    {
      mutuallyExclusive: [
        ['a', 'b'],
        ['a', 'c'],
        ['a', 'd'],
      ],
    },
    'O(a) excludes O(b), O(c) and O(d).',
  ],
  [{ mutuallyExclusive: [['a', 'b']] }, 'O(a) and O(b) exclude each other.'],
  [{ mutuallyExclusive: [['a', 'b', 'c']] }, 'O(a), O(b) and O(c) exclude each other.'],
  [
    { requiredIf: [['state', 'present', ['a', 'b'], true]] },
    'With O(state=present), O(a) or O(b) is required.',
  ],
  [{ requiredIf: [['state', 'present', ['a', 'b']]] }, 'With O(state=present), O(a) and O(b) are required.'],
  [{ requiredIf: [['state', 'present', ['a']]] }, 'With O(state=present), O(a) is required.'],
  [{ requiredBy: { a: ['b'] } }, 'With O(a), O(b) is required.'],
] as const)('%j', (rules, sentence) => {
  expect(ruleSentences(rules)).toEqual([sentence]);
});

test('many options that exclude one take several sentences', () => {
  const names = Array.from({ length: 17 }, (_, i) => `o${i}`);
  const sentences = ruleSentences({ mutuallyExclusive: names.map((name) => ['a', name]) });
  expect(sentences).toHaveLength(2);
  expect(sentences[1]).toBe('O(a) excludes O(o15) and O(o16).');
});
