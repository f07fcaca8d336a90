import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { changelogText, notesOf, readChangelog } from '../../build/changelog.ts';
import { ROOT } from '../../build/modules.ts';
import { VERSION } from '../../build/project.ts';

const DIRECTORY = join(ROOT, 'changelogs');

// antsibull-changelog, "Changelog fragment categories" and "changelog.yaml format".
const LISTS = [
  'major_changes',
  'minor_changes',
  'breaking_changes',
  'deprecated_features',
  'removed_features',
  'security_fixes',
  'bugfixes',
  'known_issues',
];
const text = { type: 'string', minLength: 10 };
const list = { type: 'array', minItems: 1, uniqueItems: true, items: text };
const changes = (more: readonly string[] = []) => ({
  type: 'object',
  minProperties: 1,
  additionalProperties: false,
  properties: {
    release_summary: text,
    ...Object.fromEntries([...LISTS, ...more].map((name) => [name, list])),
  },
});
const SCHEMA = {
  type: 'object',
  required: ['ancestor', 'releases'],
  additionalProperties: false,
  properties: {
    ancestor: { type: 'null' },
    releases: {
      type: 'object',
      minProperties: 1,
      propertyNames: { pattern: '^\\d+\\.\\d+\\.\\d+$' },
      additionalProperties: {
        type: 'object',
        required: ['changes', 'release_date'],
        additionalProperties: false,
        properties: {
          changes: changes(),
          release_date: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\d$' },
        },
      },
    },
  },
};

const ajv = new Ajv({ allErrors: true });
function problems(schema: object, document: unknown): string {
  const validate = ajv.compile(schema);
  validate(document);
  return ajv.errorsText(validate.errors);
}

describe('the changelog', () => {
  it("is in antsibull-changelog's format", () => {
    expect(problems(SCHEMA, readChangelog())).toBe('No errors');
    const config = parse(readFileSync(join(DIRECTORY, 'config.yaml'), 'utf8'));
    expect(config.sections.map(([name]: string[]) => name)).toEqual(LISTS);
  });

  it('is what CHANGELOG.md says', () => {
    expect(readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8')).toBe(changelogText(readChangelog()));
  });

  it('has the version of the collection, or is before it', () => {
    const released = Object.keys(readChangelog().releases);
    expect(released.includes(VERSION)).toBe(!VERSION.endsWith('-dev'));
  });

  const fragments = readdirSync(join(DIRECTORY, 'fragments')).filter((name) => name !== '.gitkeep');
  it.each(['', ...fragments])('has a valid fragment: %s', (name) => {
    const document = name
      ? parse(readFileSync(join(DIRECTORY, 'fragments', name), 'utf8'))
      : { trivial: ['no change for users'] };
    expect(problems(changes(['trivial']), document)).toBe('No errors');
  });

  it.each([
    [{ minor_change: ['not a section'] }, 'must NOT have additional properties'],
    [{ bugfixes: 'not a list' }, 'must be array'],
    [{}, 'must NOT have fewer than 1 properties'],
  ])('has no fragment %j', (document, problem) => {
    expect(problems(changes(['trivial']), document)).toContain(problem);
  });

  it('has the notes of a release in the order of its sections', () => {
    const notes = notesOf('1.2.3', {
      changes: {
        bugfixes: ['it works'],
        release_summary: 'All is well.\n',
        major_changes: ['it is there', 'and this'],
      },
      release_date: '2030-01-02',
    });
    expect(notes).toBe(`## 1.2.3, 2030-01-02

### Release summary

All is well.

### Major changes

- it is there
- and this

### Bugfixes

- it works
`);
  });
});
