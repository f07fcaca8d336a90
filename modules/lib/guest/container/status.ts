import type { CloudInitStatus } from '../agent-answers.ts';
import { cut, plainLines } from '../console/text.ts';

// What cloud-init writes into its directories (cloudinit/cmd/main.py, status_wrapper), as its own command reads it (cmd/status.py); the
// same in 22.4 and 25.1. A guest may have written anything there.

/** Lines of errors that are shown, and characters. */
const MOST_LINES = 10;
const MOST_TEXT = 500;

/** The stages of status.json are its mappings: `init`, `init-local`, `modules-config`, … */
interface Stage {
  readonly start: number;
  readonly finished: number;
  readonly errors: readonly string[];
  readonly recovered: readonly string[];
}

class Invalid extends Error {}

function mappingOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Invalid();
  return value as Record<string, unknown>;
}

function textsOf(value: unknown): string[] {
  if (!Array.isArray(value) || !value.every((one) => typeof one === 'string')) throw new Invalid();
  return value;
}

function timeOf(value: unknown): number {
  if (value === null || value === undefined) return 0;
  if (typeof value !== 'number') throw new Invalid();
  return value;
}

function stageOf(value: unknown): Stage {
  const { start, finished, errors = [], recoverable_errors: recovered = {} } = mappingOf(value);
  return {
    ...{ start: timeOf(start), finished: timeOf(finished), errors: textsOf(errors) },
    recovered: Object.values(mappingOf(recovered)).flatMap(textsOf),
  };
}

const detailOf = (errors: readonly string[]): string =>
  cut(plainLines(errors.slice(0, MOST_LINES).join('\n')).slice(0, MOST_LINES).join(' '), MOST_TEXT);

/**
 * The status of cloud-init by its files. Pure.
 * @param text of status.json
 * @param hasResult whether there is a result.json, which is written at the end
 * @returns undefined where the text is something else
 */
export function statusIn(text: string, hasResult: boolean): CloudInitStatus | undefined {
  try {
    const { stage, datasource: _, ...others } = mappingOf(mappingOf(JSON.parse(text)).v1);
    if (stage !== null && stage !== undefined && typeof stage !== 'string') throw new Invalid();
    const stages = Object.values(others).flatMap((one) =>
      typeof one === 'object' && one !== null ? [stageOf(one)] : [],
    );
    const errors = stages.flatMap((one) => one.errors);
    if (errors.length > 0) return { status: 'error', detail: detailOf(errors) };
    const isOpen = stages.some(({ start, finished }) => start !== 0 && finished === 0);
    if (!hasResult || stage || isOpen) return { status: 'running', detail: '' };
    return { status: 'done', detail: detailOf(stages.flatMap((one) => one.recovered)) };
  } catch (error) {
    if (error instanceof Invalid || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
