import { describe, expect, it } from 'vitest';
import { parseXml } from '../../modules/lib/xml/parse.ts';
import { titleDropped } from './edits.ts';
import { type Answer, asPredicted, sameText, shownExactly, unchanged } from './judge.ts';

const titled = '<domain><name>g</name><title>t</title></domain>';
const plain = '<domain><name>g</name></domain>';
const answer = (before: string, after: string): Answer => ({ changed: true, diff: [{ before, after }] });
const [edit] = titleDropped(parseXml(titled));
if (!edit) throw new Error('no edit');

describe('the judge', () => {
  it('says what changed where nothing should', () => {
    expect(unchanged({ changed: false })).toBeUndefined();
    expect(unchanged({ changed: false, failed: true, msg: 'no' })).toBe('it fails: no');
    expect(unchanged(answer(titled, plain))).toBe('changed: title removed');
    expect(unchanged(answer(plain, plain))).toBe('changed: nothing that its diff shows');
    expect(sameText(titled, titled)).toBeUndefined();
    expect(sameText(titled, plain)).toBe("the definition isn't as before: title removed");
    expect(sameText(titled, '')).toBe('it is not defined now');
    expect(sameText(`${plain}\n`, `${plain}\n\n`)).toMatch(/^the definition isn't as before: /);
  });

  it('holds a run against its check mode', () => {
    expect(asPredicted(answer(titled, plain), answer(titled, plain))).toBeUndefined();
    expect(asPredicted({ changed: false }, answer(titled, plain))).toMatch(/^check mode says changed: false/);
    expect(asPredicted(answer(titled, plain), answer(titled, titled))).toMatch(
      /^check mode's diff isn't the run's/,
    );
    expect(asPredicted({ changed: false, failed: true, msg: 'no' }, answer(titled, plain))).toBe(
      'its check mode fails: no',
    );
  });

  it('holds what is shown against the edit and against what came of it', () => {
    const shown = answer(titled, plain);
    expect(shownExactly(edit, shown, parseXml(plain))).toBeUndefined();
    expect(shownExactly(edit, shown, parseXml('<domain><name>g</name><on/></domain>'))).toBe(
      "what it shows isn't what comes of it: on added",
    );
    expect(shownExactly(edit, answer(titled, '<domain/>'), undefined)).toBe(
      'its diff, besides: name removed',
    );
    expect(shownExactly(edit, { changed: false }, undefined)).toBe('it shows no diff');
  });
});
