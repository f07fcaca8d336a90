import type { Mode } from './problems.ts';

/** The result of a step of a move. */
export interface MoveResult {
  readonly name: string;
  /** What the guest consists of, as text. */
  readonly description?: string;
  readonly public_key?: string;
  readonly address?: string;
  readonly mode?: Mode;
  readonly prepared?: boolean;
  readonly arrived?: boolean;
  readonly bring?: readonly { readonly path: string; readonly to: string }[];
  readonly host_keys?: readonly string[];
  readonly ports?: readonly string[];
  readonly socket?: string;
  readonly sent?: readonly { readonly path: string; readonly sha256: string }[];
  /** Seconds, with one decimal. */
  readonly seconds?: number;
}
