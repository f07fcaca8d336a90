import fc from 'fast-check';

/** Texts that YAML 1.1 takes for something else, or that trip a reader. */
export const TEXTS = [
  '',
  ' ',
  'yes',
  'No',
  'on',
  'null',
  '~',
  '12:30',
  '52:54:00:12:34:56',
  '0123',
  '0x1f',
  '0b1',
  '1_000',
  '1e3',
  '.5',
  '.inf',
  '2001-12-14',
  '2001-12-14t21:59:43.10-05:00',
  '=',
  '<<',
  '*alias',
  '&anchor',
  '!tag',
  '%YAML',
  '@at',
  '`tick',
  '- dash',
  '? what',
  ': colon',
  'key: value',
  '# comment',
  '[',
  '{',
  '|',
  '>',
  "it's",
  'say "hi"',
  'back\\slash',
  '---',
  '...',
  'tab\there',
  'line\nbreak\n',
  '\r\n',
  '\0\x01\x07\x1b\x7f\x80\x85\x9f\xa0\xad',
  '\u2028\u2029\u200b\u200d\u202e\u2066\u3000',
  '\ufeffbom',
  '\ufdd0\ufffe\uffff\ufffd\ue000',
  '🦊 \u{1fffe}\u{10ffff}\u{e0041}',
  'Größe 雪',
  `${'long '.repeat(400)}`,
];

/** Numbers at the edges: floats without a dot or with an exponent, big integers, minus nought. */
export const NUMBERS = [
  0,
  -0,
  1,
  -1,
  0.1,
  1e3,
  1e-7,
  1.5e-7,
  5e-324,
  1e21,
  1e22,
  1.7976931348623157e308,
  -1e-10,
  2 ** 31,
  2 ** 53,
  2 ** 53 + 2,
  2 ** 69,
  -(2 ** 63),
  123456789012345680000,
];

const text = fc.oneof(
  fc.constantFrom(...TEXTS),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.stringMatching(/^[-+.:_0-9eExXoObBnNyYaAfFtT~<=]{1,12}$/),
  fc.string({ unit: 'grapheme-ascii', minLength: 900, maxLength: 1200 }),
);

const number = fc.oneof(
  fc.constantFrom(...NUMBERS),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
);

/** Whatever JSON can say. */
export const anyValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(text, number, fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 5 }),
    fc
      .array(fc.tuple(text, tie('value')), { maxLength: 5 })
      .map((entries) => Object.fromEntries(entries.filter(([key]) => key !== '__proto__'))),
  ),
})).value;

/** Each of the texts and numbers in every place that a value has. */
export const EDGES: unknown[] = [
  ...[...TEXTS, ...NUMBERS].flatMap((it) => [
    it,
    [it],
    [[it]],
    { key: it },
    [{ key: it }],
    { a: [it, { b: it }] },
  ]),
  ...TEXTS.flatMap((key) => [{ [key]: 1 }, [{ [key]: [1], b: { [key]: {} } }], { [key]: { [key]: key } }]),
  { ['k'.repeat(5000)]: { a: [1] } },
  [[], {}, [[]], [{}], { a: [] }, { a: {} }, null, true, false],
  [[[1, 2], [3]], [{ a: 1, b: [{ c: 2, d: [] }] }]],
];
