/** Keys and indexes from the document to a value in it. */
export type Path = readonly (string | number)[];

/** Something wrong, before it is told where in a text. */
export interface Problem {
  readonly path: Path;
  readonly level: 'error' | 'warning';
  /** What is wrong and the way out, as it follows on the path; no value that could be secret. */
  readonly text: string;
  /** What follows on the text; it takes a while to find, and is asked only of a problem that is shown. */
  readonly hint?: () => string;
}

/** A problem that cloud-init refuses the document for, or that fails at boot. */
export const error = (path: Path, text: string): Problem => ({ path, level: 'error', text });
/** A problem that a guest can live with. */
export const warning = (path: Path, text: string): Problem => ({ path, level: 'warning', text });
