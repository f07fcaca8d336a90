/** A mapping whose undefined values are left out. */
export type Optional<T> = {
  readonly [K in keyof T as undefined extends T[K] ? never : K]: T[K];
} & { readonly [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };

/** The same mapping without its keys that have no value. Pure. */
export const withoutMissing = <T extends object>(values: T): Optional<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Optional<T>;
