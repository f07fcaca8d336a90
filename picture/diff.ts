import { structuredPatch } from 'diff';

/** A line of a unified diff. */
export interface DiffLine {
  readonly kind: 'hunk' | 'added' | 'removed' | 'same';
  readonly text: string;
}

const KINDS: Readonly<Record<string, DiffLine['kind']>> = { '+': 'added', '-': 'removed' };

/** Most changed lines that are compared: the time grows with their square. */
const MOST_CHANGES = 1000;

const linesOf = (text: string, mark: '+' | '-', kind: DiffLine['kind']): DiffLine[] =>
  text === '' ? [] : text.split('\n').map((line) => ({ kind, text: `${mark}${line}` }));

/** A unified diff of two texts, with three lines around each change; both as a whole where too much differs. */
export function unifiedDiff(before: string, after: string): DiffLine[] {
  const limits = { context: 3, maxEditLength: MOST_CHANGES };
  const patch = structuredPatch('', '', before, after, undefined, undefined, limits);
  if (!patch) return [...linesOf(before, '-', 'removed'), ...linesOf(after, '+', 'added')];
  return patch.hunks.flatMap((hunk) => [
    {
      kind: 'hunk',
      text: `@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`,
    },
    ...hunk.lines.map((text): DiffLine => ({ kind: KINDS[text[0] ?? ''] ?? 'same', text })),
  ]);
}
