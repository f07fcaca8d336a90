/** The kinds of value an option takes: Ansible's own names for them. */
export type OptionType = 'str' | 'int' | 'float' | 'bool' | 'list' | 'dict' | 'path' | 'raw';

type Scalar = Exclude<OptionType, 'list' | 'dict'>;

interface Common {
  /** One sentence or several, in ansible-doc's markup. */
  readonly description: string | readonly string[];
  readonly required?: boolean;
  /** It is required unless that option has that value, or the other one is given. */
  readonly requiredUnless?: readonly [option: string, value: string, given?: string];
  readonly aliases?: readonly string[];
  /** Its value appears in no output, diff or error. */
  readonly secret?: boolean;
  /** An empty text is taken as well, whatever the type, and clears what is there; the module sees a null. */
  readonly clearable?: true;
}

interface Limits {
  readonly choices?: readonly (string | number)[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  /** A regular expression the whole text must match. */
  readonly pattern?: string;
  /** What a right value looks like, for the error that a pattern gives. */
  readonly hint?: string;
  /** It names something, and commands get it: it can't begin with `-`, which they would take for an option. */
  readonly name?: true;
}

export interface ScalarOption extends Common, Limits {
  readonly type: Scalar;
  readonly default?: unknown;
}

export interface ListOption extends Common {
  readonly type: 'list';
  readonly default?: readonly unknown[];
  /** What each element is; a `dict` with `options` for a list of mappings. */
  readonly elements: Element;
  /**
   * Each element also takes the options of an item of the module's list, without these, and has the defaults of such items.
   * Only an action plugin can take such a list.
   */
  readonly likeItems?: { readonly without: readonly string[] };
}

export interface DictOption extends Common {
  readonly type: 'dict';
  readonly default?: Readonly<Record<string, unknown>>;
  /** Named keys. Without them any key is taken. */
  readonly options?: OptionSpecs;
  /** Free keys whose values are all of this type. */
  readonly values?: Scalar;
  /** Free keys whose values appear in no output, diff or error. */
  readonly secretKeys?: readonly string[];
  /** A key without a value (`debootstrap:`), which is a null in YAML, counts as an empty mapping, and not as not given. */
  readonly bare?: true;
}

type Element =
  | ({ readonly type: Scalar } & Limits)
  | { readonly type: 'dict'; readonly options?: OptionSpecs }
  | { readonly type: 'list'; readonly elements: Element };

export type Option = ScalarOption | ListOption | DictOption;
export type OptionSpecs = Readonly<Record<string, Option>>;

/** Whether commands get the value of an option. Paths are names too. */
export const isName = (option: { readonly type: OptionType; readonly name?: true }): boolean =>
  option.type === 'path' || option.name === true;

/** Rules between options, named as in Ansible's AnsibleModule. */
export interface Rules {
  readonly requiredTogether?: readonly (readonly string[])[];
  readonly mutuallyExclusive?: readonly (readonly string[])[];
  readonly requiredOneOf?: readonly (readonly string[])[];
  /** [option, value, the options that are then required, whether one of them is enough] */
  readonly requiredIf?: readonly (readonly [string, string, readonly string[], any?: boolean])[];
  /** [option, value, options of which one is then required, unless this option has one of these values] */
  readonly requiredUnlessKnown?: readonly (readonly [
    option: string,
    value: string,
    required: readonly string[],
    key: string,
    known: readonly string[],
  ])[];
  /** The options that one needs. */
  readonly requiredBy?: Readonly<Record<string, readonly string[]>>;
}

export interface ReturnField {
  readonly description: string;
  readonly returned: string;
  readonly type: 'str' | 'int' | 'float' | 'bool' | 'list' | 'dict';
  readonly elements?: 'str' | 'int' | 'dict';
  /** The fields of a mapping, or of each in a list of mappings. */
  readonly contains?: Readonly<Record<string, ReturnField>>;
  /** What all values of a mapping with free keys are. */
  readonly values?: ReturnField;
  readonly sample?: unknown;
}

interface Attribute {
  readonly support: 'partial' | 'none';
  readonly description: string;
}

/** Everything that is said about a module, once: types, validator, docs and reference come from it. */
export interface Spec {
  readonly module: string;
  readonly summary: string;
  readonly description: readonly string[];
  readonly options: OptionSpecs;
  /** Options that its action plugin takes, on the controller: the module never sees them. */
  readonly controllerOptions?: OptionSpecs;
  /** What its action plugin adds to the result of the task, which no host may say. */
  readonly controllerReturns?: Readonly<Record<string, ReturnField>>;
  readonly rules?: Rules;
  /** The option that takes a list of the same options, so that one task serves a whole host. */
  readonly list?: {
    readonly option: string;
    readonly description: string;
    /** The items are a mapping then, and its keys are the values of this option. */
    readonly mapping?: string;
    /** The option that holds what items have that don't say it themselves. */
    readonly defaults?: string;
  };
  readonly requirements?: readonly string[];
  /** Where it doesn't fully support what most modules do. */
  readonly attributes?: Readonly<Partial<Record<'diff_mode' | 'async', Attribute>>>;
  /** Other modules that its documentation refers to, by their full names. */
  readonly seealso?: readonly string[];
  readonly notes?: readonly string[];
  /** YAML, as ansible-doc prints it; a test checks each task in it against the spec. */
  readonly examples: string;
  readonly returns: Readonly<Record<string, ReturnField>>;
}

/** Keeps a spec's literal types, so that OptionsOf can read them. */
export function defineSpec<const S extends Spec>(spec: S): S {
  return spec;
}

/** The same for a set of options that several specs share. */
export function defineOptions<const O extends OptionSpecs>(options: O): O {
  return options;
}

type ScalarValue<T> = T extends 'str' | 'path'
  ? string
  : T extends 'int' | 'float'
    ? number
    : T extends 'bool'
      ? boolean
      : unknown;

type ValueOf<O> = GivenOf<O> | (O extends { readonly clearable: true } ? null : never);

type GivenOf<O> = O extends { readonly choices: readonly (infer C)[] }
  ? C
  : O extends { readonly type: 'list'; readonly elements: infer E }
    ? ValueOf<E>[]
    : O extends { readonly type: 'dict'; readonly options: infer P }
      ? ValuesOf<P>
      : O extends { readonly type: 'dict'; readonly values: infer V }
        ? Record<string, ScalarValue<V>>
        : O extends { readonly type: 'dict' }
          ? Record<string, unknown>
          : O extends { readonly type: infer T }
            ? ScalarValue<T>
            : never;

type Present<P> = {
  [K in keyof P]: P[K] extends { readonly required: true } | { readonly default: unknown } ? K : never;
}[keyof P];

type Simplify<T> = { [K in keyof T]: T[K] };

/** The values of a set of options after coercion: required and defaulted ones are there, others may be. */
export type ValuesOf<P> = Simplify<
  { [K in Present<P>]: ValueOf<P[K]> } & { [K in Exclude<keyof P, Present<P>>]?: ValueOf<P[K]> }
>;

/** The options of one item of a module, as its observe, plan and apply see them. */
export type OptionsOf<S extends Spec> = ValuesOf<S['options']>;
