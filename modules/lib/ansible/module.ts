import type { Module, ObjectKind } from './plan.ts';
import type { ReturnField, Spec } from './spec.ts';

type Fields = Readonly<Record<string, ReturnField>>;

/** What JSON has of a field. */
type Scalar<T> = T extends 'str'
  ? string
  : T extends 'bool'
    ? boolean
    : T extends 'int' | 'float'
      ? number
      : never;

type Named<K, P extends string> = P extends '' ? `${K & string}` : `${K & string}.${P}`;

/** The paths of what a field of a result has beside what is documented; never where there is nothing. */
type OfField<R, F extends ReturnField> = F extends { readonly contains: infer C extends Fields }
  ? R extends readonly (infer E)[]
    ? OfFields<E, C>
    : OfFields<R, C>
  : F extends { readonly values: infer V extends ReturnField }
    ? OfField<R[keyof R], V>
    : F extends { readonly type: 'list'; readonly elements: infer E }
      ? R extends readonly Scalar<E>[]
        ? never
        : ''
      : R extends Scalar<F['type']>
        ? never
        : '';

type OfFields<R, F extends Fields> = R extends object
  ? {
      [K in keyof R]-?: [Exclude<R[K], undefined>] extends [never]
        ? never
        : K extends keyof F
          ? Named<K, OfField<Exclude<R[K], undefined>, F[K]>>
          : Named<K, ''>;
    }[keyof R]
  : '';

/** Nothing, or the names of what is not in the module's `returns`, or is not of the type there: no value has them. */
type Documented<R, F extends Fields> = string extends keyof F
  ? unknown
  : [OfFields<R, F>] extends [never]
    ? unknown
    : { readonly undocumented: OfFields<R, F> };

/**
 * A module: an object with its documentation. That it returns nothing else than it documents is a matter of types, since the
 * controller takes nothing else from a host.
 */
export const defineModule = <S extends Spec, Options, State, Step, Result extends object>(
  spec: S,
  kind: ObjectKind<Options, State, Step, Result> & Documented<Result, S['returns']>,
): Module<Options, State, Step, Result> => ({ ...kind, spec });
