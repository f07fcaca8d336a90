import { asError, type Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import type { Spec } from './spec.ts';

/** One change to the host: what it is called, how things are and will be, and how to carry it out. */
export interface Change<Step> {
  /** What is done to what, in the words of the field: `define domain web1`. */
  readonly title: string;
  /** For the diff: a text or a plain value. Never a secret. */
  readonly before: unknown;
  readonly after: unknown;
  readonly step: Step;
}

export interface Plan<Step, Result extends object = object> {
  /** In the order in which they are carried out; empty when the host is as desired. */
  readonly changes: readonly Change<Step>[];
  readonly warnings?: readonly string[];
  /**
   * Prerequisites that aren't there and that an earlier task may make (the bridge, the template): warnings in
   * check mode, where the plan assumes them, and an error otherwise.
   */
  readonly missing?: readonly string[];
  /** What an action plugin is to bring from the controller before: by a name that it knows, and where to. */
  readonly uploads?: Readonly<Record<string, string>>;
  /** What the module returns when the plan has been carried out. */
  readonly result?: Result;
}

/** What a change left to say that planning couldn't know. */
export interface Outcome {
  readonly warnings?: readonly string[];
  readonly result?: Readonly<Record<string, unknown>>;
  /** Items that follow those of the result's own lists. */
  readonly added?: Readonly<Record<string, readonly unknown[]>>;
  /** Items that go from the result's own lists: what was planned and didn't come about. */
  readonly dropped?: Readonly<Record<string, readonly unknown[]>>;
  /** False where nothing came of the change. */
  readonly changed?: boolean;
}

/** An item of a task: its options, and where they stand in it, such as `vms[1]`. */
export interface Placed<Options> {
  readonly path: string;
  readonly options: Options;
}

/**
 * Whether an item is this task's: `others` aren't looked at, and what is `aside` is checked together with the task's own,
 * and then left out.
 */
export type Scope = 'own' | 'aside' | 'others';

/** Something that a user declares by options: three steps over them. Objects are composed of others by calling theirs. */
export interface ObjectKind<Options, State, Step, Result extends object = object> {
  /** What an item is about (the domain, the file): it names results, and two items may not share it. */
  readonly key: (options: Options) => string;
  /** Pure. @param given the item as it was written */
  readonly scope?: (given: Readonly<Record<string, unknown>>) => Scope;
  /** What is wrong where all items are aside, if anything is. */
  readonly allAside?: (items: readonly Placed<Options>[]) => Failure | undefined;
  /** Rules that the options' own table can't say. Pure. @throws OptionError */
  readonly check?: (options: Options) => void;
  /** Rules between items. Pure. @returns what is wrong with each, in their order */
  readonly checkAll?: (items: readonly Placed<Options>[]) => readonly (Failure | undefined)[];
  /** Reads the host's state for all items together; an item that can't be read is an Error in its place. */
  readonly observe: (host: Host, items: readonly Options[]) => Promise<readonly (State | Error)[]>;
  /**
   * Texts that no output may hold, beside the options that are secret. Pure.
   * @param state undefined where it couldn't be read
   */
  readonly secrets?: (options: Options, state: State | undefined) => readonly string[];
  /** Pure. @throws Failure when what is desired can't be had from this state */
  readonly plan: (options: Options, state: State) => Plan<Step, Result>;
  /** How many bytes a change has to read or write, for a module whose work may be long. */
  readonly weight?: (step: Step) => number;
  /** Carries out one change. */
  readonly apply: (host: Host, step: Step, options: Options) => Promise<Outcome | undefined>;
}

/** A module: an object with what Ansible is told of it. */
export interface Module<Options, State, Step, Result extends object = object>
  extends ObjectKind<Options, State, Step, Result> {
  readonly spec: Spec;
}

/** Observes each item by itself, all at once. */
export async function observeEach<Options, State>(
  items: readonly Options[],
  observe: (options: Options) => Promise<State>,
): Promise<(State | Error)[]> {
  const settled = await Promise.allSettled(items.map(observe));
  return settled.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value : asError(outcome.reason)));
}
