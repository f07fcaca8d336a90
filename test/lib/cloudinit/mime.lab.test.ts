import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PART_TYPES } from '../../../modules/lib/cloudinit/kinds.ts';
import { multipart, type Part } from '../../../modules/lib/cloudinit/mime.ts';
import { judge } from '../../support/judge.ts';

// Python's email package, by which cloud-init takes user-data apart (cloudinit/user_data.py).
const TAKE_APART = `
import email, json, sys
for line in sys.stdin:
    parts = [p for p in email.message_from_string(json.loads(line)).walk() if not p.is_multipart()]
    print(json.dumps([[p.get_content_type(), p.get_filename(), p.get_payload(decode=True).decode()] for p in parts]))
`;

const anyPart: fc.Arbitrary<Part> = fc.record({
  type: fc.constantFrom(...PART_TYPES),
  filename: fc.stringMatching(/^[\w.+@-]{1,20}$/),
  content: fc.oneof(
    fc.string({ unit: 'binary', minLength: 1 }),
    // What could be taken for the end of a part, or of a message.
    fc.constantFrom('--', '--==piecewise--', '\r\n\r\n', 'From x', '.\n', '='.repeat(200), '\0'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 2000 }),
  ),
});

it('parts come out as they went in', async () => {
  const messages = fc.sample(fc.array(anyPart, { minLength: 1, maxLength: 6 }), { numRuns: 200, seed: 7 });
  const input = messages.map((parts) => `${JSON.stringify(multipart(parts))}\n`).join('');
  const { stdout } = await judge(['python3', '-c', TAKE_APART], { input });
  const found = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(found).toEqual(
    messages.map((parts) => parts.map(({ type, filename, content }) => [type, filename, content])),
  );
});

it('the same parts are the same bytes', () => {
  fc.assert(
    fc.property(fc.array(anyPart, { minLength: 1 }), (parts) => {
      expect(multipart(structuredClone(parts))).toBe(multipart(parts));
    }),
  );
});
