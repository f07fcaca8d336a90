/** The keys and indexes that lead to a value in a document. */
export type Path = readonly (string | number)[];

/** A problem, without its position in the text. */
export interface Problem {
  readonly path: Path;
  readonly level: 'error' | 'warning';
  /** What is wrong and how to fix it; it is shown after the path, and has no value that could be secret. */
  readonly text: string;
  /** An addition to the text that takes long to compute, and so is called only when the problem is shown. */
  readonly hint?: () => string;
}

/** A problem with which cloud-init refuses the document, or fails at boot. */
export const error = (path: Path, text: string): Problem => ({ path, level: 'error', text });
/** A problem with which the guest still works. */
export const warning = (path: Path, text: string): Problem => ({ path, level: 'warning', text });
