import { type ObjectKind, type Outcome, observeEach, type Plan } from '../../lib/ansible/plan.ts';
import { OptionError } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import type { Domain } from '../../lib/libvirt/read.ts';
import { moveId } from '../../lib/move/forwarding.ts';
import { type Here, observeArrival } from './arrival.ts';
import { applyDescribe, type Described, type DescribeStep, observeGuest, planDescribe } from './describe.ts';
import { applyFinish, type FinishStep, observeFinish, planFinish } from './finish.ts';
import {
  applyAbandon,
  applyComplete,
  applyForget,
  type Ended,
  type EndStep,
  observeEnd,
  planEnd,
} from './forget.ts';
import type { MoveOptions } from './options.ts';
import { applyPrepare, type PrepareStep, planPrepare } from './prepare.ts';
import { alone } from './record.ts';
import type { MoveResult } from './result.ts';
import { applySend, type Leaving, observeSend, planSend, type SendStep } from './send.ts';

// A move of a guest to another hypervisor, step by step. The controller takes what one host says to the other.

/** What a step has seen. */
type State =
  | { readonly step: 'describe'; readonly seen: Described }
  | { readonly step: 'prepare'; readonly seen: Here }
  | { readonly step: 'send'; readonly seen: Leaving }
  | { readonly step: 'finish'; readonly seen: Domain | undefined }
  | { readonly step: 'forget' | 'complete' | 'abandon'; readonly seen: Ended };

type Step = DescribeStep | PrepareStep | SendStep | FinishStep | EndStep;

/** What each step needs beside the name. */
const NEEDED: Readonly<Record<MoveOptions['step'], readonly (keyof MoveOptions)[]>> = {
  describe: [],
  prepare: [],
  send: ['description', 'to'],
  finish: ['description'],
  forget: ['description'],
  complete: ['description'],
  abandon: ['description'],
};

function check(options: MoveOptions): void {
  for (const name of NEEDED[options.step]) {
    if (options[name] === undefined) throw new OptionError(name, `is required with 'step: ${options.step}'`);
  }
  if (options.uri !== 'qemu:///system')
    throw new OptionError('uri', `is '${options.uri}': only guests of qemu:///system move`);
}

async function observe(host: Host, options: MoveOptions): Promise<State> {
  const { step } = options;
  switch (step) {
    case 'describe':
      return { step, seen: await observeGuest(host, options) };
    case 'prepare':
      return { step, seen: await observeArrival(host, options) };
    case 'send':
      return { step, seen: await observeSend(host, options) };
    case 'finish':
      return { step, seen: await observeFinish(host, options) };
    default:
      return { step, seen: await observeEnd(host, options) };
  }
}

function plan(options: MoveOptions, state: State): Plan<Step, MoveResult> {
  switch (state.step) {
    case 'describe':
      return planDescribe(options, state.seen);
    case 'prepare':
      return planPrepare(options, state.seen);
    case 'send':
      return planSend(options, state.seen);
    case 'finish':
      return planFinish(options, state.seen);
    default:
      return planEnd(options, state.step, state.seen);
  }
}

async function apply(host: Host, step: Step, options: MoveOptions): Promise<Outcome<MoveResult> | undefined> {
  switch (step.act) {
    case 'describe':
      return applyDescribe(host, step);
    case 'prepare':
      return applyPrepare(host, step, options);
    case 'send':
      return applySend(host, step, options);
    case 'finish':
      return applyFinish(host, step, options);
    case 'forget':
      return alone(host, moveId(step.description.uuid), () => applyForget(host, step, options));
    case 'complete':
      return applyComplete(host, step, options);
    case 'abandon':
      return alone(host, moveId(step.description.uuid), () => applyAbandon(host, step, options));
  }
}

/** One step of a move. */
export const move: ObjectKind<MoveOptions, State, Step, MoveResult> = {
  key: ({ name }) => name,
  check,
  observe: (host, items) => observeEach(items, (options) => observe(host, options)),
  plan,
  // To send a guest takes as long as its disks are large.
  weight: (step) => {
    if (step.act === 'send') return Number.POSITIVE_INFINITY;
    return 'bytes' in step ? step.bytes : 0;
  },
  apply,
};
