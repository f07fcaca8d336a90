import { asError, type Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import type { Spec } from './spec.ts';

/** One change to the host: its title, its diff, and the step that applies it. */
export interface Change<Step> {
  /** What is done to what, in the words of the field: `define domain web1`. */
  readonly title: string;
  /** For the diff: a text or a plain value. Never a secret. */
  readonly before: unknown;
  readonly after: unknown;
  readonly step: Step;
}

/** What an action plugin is asked before a plan is applied, since only the controller can tell. */
export interface Ask {
  /** What it has to know. */
  readonly question: Readonly<Record<string, unknown>>;
  /** Why the plan can't be applied where there is no plugin that answers; undefined where it can. */
  readonly otherwise?: string;
}

/** Of what returns nothing of its own. */
export type NoResult = Readonly<Record<string, never>>;

export interface Plan<Step, Result extends object = NoResult> {
  /** In the order in which they are applied; empty when the host is as desired. */
  readonly changes: readonly Change<Step>[];
  readonly warnings?: readonly string[];
  /**
   * Missing prerequisites that an earlier task may make (the bridge, the template): warnings in
   * check mode, where the plan assumes them, and an error otherwise.
   */
  readonly missing?: readonly string[];
  /** Files that an action plugin uploads from the controller before: their paths on the host, by a name that the plugin knows. */
  readonly uploads?: Readonly<Record<string, string>>;
  readonly ask?: Ask;
  /** What the module returns when the plan has been applied. */
  readonly result?: Result;
}

/** Items of lists in a result. */
type Items<Result> = { readonly [K in keyof Result]?: readonly unknown[] };

/** What applying a change tells that planning couldn't know. */
export interface Outcome<Result extends object = NoResult> {
  readonly warnings?: readonly string[];
  /** Fields of the result, in place of those that were planned. */
  readonly result?: Readonly<Partial<Result>>;
  /** Items to append to the result's lists. */
  readonly added?: Items<Result>;
  /** Items to remove from the result's lists: what was planned and not done. */
  readonly dropped?: Items<Result>;
  /** False where the change turned out to change nothing. */
  readonly changed?: boolean;
}

/** What came of a change of a part: the result of a part isn't that of the object. */
export const withoutResult = ({ warnings = [], changed = true }: Outcome<object> = {}): Outcome => ({
  warnings,
  changed,
});

/** An item of a task: its options, and its path in the task, such as `vms[1]`. */
export interface Placed<Options> {
  readonly path: string;
  readonly options: Options;
}

/**
 * What a run does with an item. One that is only `checked` is compared with the others, and then left out.
 */
export type Scope = 'included' | 'checked' | 'ignored';

/** What an item stands for on the host. */
export interface Found<Options> {
  /** Items in its stead, in the order in which they are applied. */
  readonly items: readonly Options[];
  readonly warnings: readonly string[];
}

/** Items that stand for others, which only the host knows. */
export interface StandIns<Options> {
  /** Whether an item is such a one. Pure. */
  readonly isOne: (options: Options) => boolean;
  /**
   * Finds what each of them stands for; an Error where the host can't be asked.
   * @param declared all items of the task as they were written, those that it ignores and those that are wrong included
   */
  readonly find: (
    host: Host,
    items: readonly Options[],
    declared: readonly Readonly<Record<string, unknown>>[],
  ) => Promise<readonly (Found<Options> | Error)[]>;
}

/** What came of waiting for an item. */
export interface WaitOutcome {
  /** Fields of the item's result. */
  readonly result?: Readonly<Record<string, unknown>>;
  readonly warnings?: readonly string[];
  /** Why the item isn't as it was waited for. */
  readonly error?: Error;
}

/** What a run waits for when it has applied the changes of all items. It changes nothing. */
export interface Waiting<Options> {
  /** Whether a run waits for an item. Pure. */
  readonly isAwaited: (options: Options) => boolean;
  /** Looks at all items without waiting. @returns what came of each, in their order; undefined where one is still to be waited for */
  readonly outcomesNow: (
    host: Host,
    items: readonly Placed<Options>[],
  ) => Promise<readonly WaitOutcome[] | undefined>;
  /** Waits for all items together. @returns what came of each, in their order */
  readonly waitForAll: (host: Host, items: readonly Placed<Options>[]) => Promise<readonly WaitOutcome[]>;
}

/** A kind of thing that a user declares by options, in three steps: observe, plan, apply. A composed object calls those of its parts. */
export interface ObjectKind<Options, State, Step, Result extends object = NoResult> {
  /** The name of what an item describes (the domain, the file). It names the item's result, and two items can't have the same. */
  readonly key: (options: Options) => string;
  /** Pure. @param given the item as it was written */
  readonly scope?: (given: Readonly<Record<string, unknown>>) => Scope;
  /** An error for a task that includes no item, if that is one. */
  readonly noneIncluded?: (items: readonly Placed<Options>[]) => Failure | undefined;
  /** Rules that the table of options can't express. Pure. @throws OptionError */
  readonly check?: (options: Options) => void;
  /** Rules between items. Pure. @returns what is wrong with each, in their order */
  readonly checkAll?: (items: readonly Placed<Options>[]) => readonly (Failure | undefined)[];
  readonly standIns?: StandIns<Options>;
  /** Reads the host's state for all items together; an item that can't be read is an Error in its place. */
  readonly observe: (host: Host, items: readonly Options[]) => Promise<readonly (State | Error)[]>;
  /**
   * Texts that no output may hold, beside the options that are secret. Pure.
   * @param state undefined where it couldn't be read
   */
  readonly secrets?: (options: Options, state: State | undefined) => readonly string[];
  /** Pure. @throws Failure when the desired state can't be reached from this one */
  readonly plan: (options: Options, state: State) => Plan<Step, Result>;
  /** How many bytes a change has to read or write, for a module whose work may be long. */
  readonly weight?: (step: Step) => number;
  /**
   * Whether a change may be made while those of other items are: it neither needs nor hinders them. Pure. Only the changes that an
   * item begins with are made so.
   */
  readonly independent?: (step: Step, options: Options) => boolean;
  /** Applies one change. */
  readonly apply: (host: Host, step: Step, options: Options) => Promise<Outcome<Result> | undefined>;
  /** Not in check mode, and not for items that failed. */
  readonly waiting?: Waiting<Options>;
  /**
   * How many items that change are applied, and waited for, before the next ones are; 0 for all at once. The same of all items.
   * The items after one that fails are left as they are.
   */
  readonly serial?: (options: Options) => number;
}

/** A module: an object with its documentation and options for Ansible. */
export interface Module<Options, State, Step, Result extends object = object>
  extends ObjectKind<Options, State, Step, Result> {
  readonly spec: Spec;
}

/** Observes each item by itself, all at once. */
export async function observeEach<Options, State>(
  items: readonly Options[],
  observe: (options: Options) => Promise<State>,
): Promise<(State | Error)[]> {
  const outcomes = await Promise.allSettled(items.map(observe));
  return outcomes.map((outcome) =>
    outcome.status === 'fulfilled' ? outcome.value : asError(outcome.reason),
  );
}
