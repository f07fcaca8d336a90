import { NAMESPACE } from '../../modules/lib/libvirt/applied.ts';
import type { Element } from '../../modules/lib/xml/element.ts';
import { parseXml } from '../../modules/lib/xml/parse.ts';
import { type Difference, differences, withOptionsNamed, withoutOwn } from './differences.ts';
import type { Edit } from './edits.ts';

/** What the module says of one document. */
export interface Answer {
  readonly changed: boolean;
  readonly failed?: boolean;
  readonly msg?: string;
  readonly diff?: readonly { readonly before: string; readonly after: string }[];
}

/** Why a property doesn't hold, in a line. Undefined: it does. */
export type Complaint = string | undefined;

const failure = ({ failed, msg }: Answer): Complaint => (failed ? `it fails: ${msg}` : undefined);

// Where libvirt puts these among their like is its own affair, and says nothing: each has an index, or a target and bus.
const SORTED = ['devices/controller', 'devices/disk'];

const compare = (before: Element, after: Element): Difference[] =>
  differences(withoutOwn(before, NAMESPACE), withoutOwn(after, NAMESPACE)).filter(
    ({ kind, path }) => kind !== 'reordered' || !SORTED.includes(path),
  );

/** The first ones in words. */
const named = (found: readonly Difference[]): string =>
  found.slice(0, 2).map(withOptionsNamed).join('; ') +
  (found.length > 2 ? `; and ${found.length - 2} more` : '');

function firstLine(one: string, other: string): string {
  const [lines, others] = [one.split('\n'), other.split('\n')];
  const at = lines.findIndex((line, i) => line !== others[i]);
  return `${JSON.stringify(lines[at]?.trim() ?? '')} is ${JSON.stringify(others[at]?.trim() ?? '')}`;
}

/** Two definitions as they must be to the byte; an empty text is no definition. */
export function sameText(before: string, after: string): Complaint {
  if (before === after) return undefined;
  if (!before || !after) return `it is ${after ? 'defined' : 'not defined'} now`;
  const found = compare(parseXml(before), parseXml(after));
  return `the definition isn't as before: ${named(found) || firstLine(before, after)}`;
}

const textsOf = ({ diff = [] }: Answer) => diff.map(({ before, after }) => [before, after] as const);

const shownBy = (answer: Answer) => textsOf(answer).flat().join('\n');

/** Nothing was to be done. */
export function unchanged(answer: Answer): Complaint {
  if (answer.failed || !answer.changed) return failure(answer);
  const [before = '', after = ''] = textsOf(answer)[0] ?? [];
  const documents = before.startsWith('<') && after.startsWith('<');
  const found = documents ? compare(parseXml(before), parseXml(after)) : [];
  return `changed: ${named(found) || 'nothing that its diff shows'}`;
}

/** A run did what its check mode had said. */
export function asPredicted(predicted: Answer, done: Answer): Complaint {
  if (done.failed) return failure(done);
  if (predicted.failed) return `its check mode fails: ${predicted.msg}`;
  if (predicted.changed !== done.changed)
    return `check mode says changed: ${predicted.changed}, the run doesn't`;
  const [said, did] = [shownBy(predicted), shownBy(done)];
  return said === did ? undefined : `check mode's diff isn't the run's: ${firstLine(said, did)}`;
}

/** Two definitions differ in what the edit is about, and in nothing that doesn't come with it. */
export function exactly(edit: Edit, before: Element, after: Element): Complaint {
  const found = compare(before, after);
  const expected = found.filter((difference) => edit.expects(difference, before));
  const others = found.filter((difference) => !expected.includes(difference) && !edit.allows(difference));
  if (others.length > 0) return `besides: ${named(others)}`;
  return expected.length === 1
    ? undefined
    : `${expected.length} such changes: ${named(expected) || 'nothing'}`;
}

/** Whether libvirt by itself makes of the edited document what the edit is about. */
export const isEffective = (edit: Edit, before: Element, after: Element): boolean =>
  compare(before, after).some((difference) => edit.expects(difference, before));

/**
 * What the module shows as its diff is exactly the edit.
 * @param after the definition that is there now, where it must be the one that was shown to the attribute
 */
export function shownExactly(edit: Edit, answer: Answer, after: Element | undefined): Complaint {
  const [texts] = textsOf(answer);
  if (!texts) return 'it shows no diff';
  const [shownBefore, shownAfter] = texts.map((text) => parseXml(text));
  if (!shownBefore || !shownAfter) return 'it shows no diff';
  const wrong = exactly(edit, shownBefore, shownAfter);
  if (wrong) return `its diff, ${wrong}`;
  if (!after) return undefined;
  // A password is masked where it is shown.
  const untrue = compare(shownAfter, after).filter(
    ({ kind, path }) => kind !== 'reordered' && !path.endsWith('/@passwd'),
  );
  return untrue.length === 0 ? undefined : `what it shows isn't what comes of it: ${named(untrue)}`;
}
