import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonStream } from '../../../modules/lib/ovsdb/framing.ts';

test('objects are the same wherever the stream is cut', () => {
  const message = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue());
  fc.assert(
    fc.property(fc.array(message), fc.array(fc.nat(400)), (messages, cuts) => {
      const bytes = Buffer.from(messages.map((one) => JSON.stringify(one)).join(''));
      const seen: unknown[] = [];
      const take = jsonStream((one) => seen.push(one));
      const places = [
        0,
        ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b),
        bytes.length,
      ];
      for (let i = 1; i < places.length; i++) take(bytes.subarray(places[i - 1], places[i]));
      expect(seen).toEqual(messages.map((one) => JSON.parse(JSON.stringify(one))));
    }),
  );
});
