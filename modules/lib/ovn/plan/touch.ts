type Values = Readonly<Record<string, unknown>>;

/** What happens to one row, for the description of the plan. */
export interface Touch {
  readonly kind: 'add' | 'change' | 'remove';
  readonly subject: string;
  /** What the row is for. */
  readonly part: string;
  readonly before: Values;
  readonly after: Values;
  /** What the variables said and say of the whole subject, where the row records it. */
  readonly declared?: { readonly before: Values | undefined; readonly after: Values | undefined };
}
