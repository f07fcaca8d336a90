import type { Names } from './names.ts';

/** What is done to all interfaces of a task, in the order of the fields. */
export interface LinkStep {
  /** Interfaces that ifupdown takes down: with its hooks, and without. */
  readonly release: string[];
  readonly releaseBare: string[];
  /** Interfaces that ifupdown only forgets to be up. */
  readonly forget: string[];
  /** Lines for `ip -batch`, before the files change. */
  readonly early: string[];
  /** Files by path; undefined removes one. Those of ifupdown are removed last. */
  readonly files: Map<string, string | undefined>;
  /** Interfaces that networkd reconfigures; undefined when it needn't read its files again. */
  reconfigure: string[] | undefined;
  /** Lines for `ip -batch`, after the files have changed. */
  readonly late: string[];
  /** Interfaces that ifupdown brings up. */
  readonly raise: string[];
  /** Interfaces that stay up and whose name servers change, by ifupdown's hooks. */
  readonly names: Map<string, Names | undefined>;
  /** Lines for `ip -batch`, last: what others configured and the step may have removed. Each may fail. */
  readonly again: string[];
}

export const emptyStep = (): LinkStep => ({
  release: [],
  releaseBare: [],
  early: [],
  files: new Map(),
  forget: [],
  reconfigure: undefined,
  late: [],
  raise: [],
  names: new Map(),
  again: [],
});

export const isEmpty = (step: LinkStep): boolean =>
  step.files.size === 0 &&
  step.names.size === 0 &&
  step.reconfigure === undefined &&
  [step.release, step.releaseBare, step.early, step.forget, step.late, step.raise, step.again].every(
    (list) => list.length === 0,
  );
