import type { Result } from '../../modules/lib/ansible/result.ts';
import { killableModule } from '../killed/bundle.ts';
import { KILL_BEFORE } from '../killed/variable.ts';
import { withArguments } from '../support/module.ts';
import type { MoveHost } from './lab.ts';

// The steps of a move as the role vm takes them, by the module alone: for what is to happen between two of them.

/** The steps, in their order. */
export const STEPS = ['describe', 'prepare', 'send', 'finish', 'forget', 'complete'] as const;
export type StepName = (typeof STEPS)[number];

/** What a test may choose of a move. */
export interface Choice {
  readonly mode?: 'live' | 'cold';
  readonly migration?: Record<string, unknown>;
  /** The step in which the module is killed, and before which of its effects. */
  readonly kill?: { readonly step: StepName; readonly before: number };
  /** What is done before a step. */
  readonly before?: (step: StepName) => Promise<void>;
}

type StepResult = Result & Record<string, unknown>;

/** How a move ended: the results of its steps. Of one that was killed, and of those after it, there are none. */
export type Outcome = Partial<Record<StepName, StepResult>>;

/** Runs a step. @returns undefined where it was killed */
async function runStep(
  host: MoveHost,
  args: Record<string, unknown>,
  kill: number | undefined,
): Promise<StepResult | undefined> {
  const input = withArguments(await killableModule('vm_move'), args);
  // The lab takes the status of a killed program for that of one whose time is up.
  const script = kill === undefined ? 'exec node -' : `${KILL_BEFORE}=${kill} node - || true`;
  const { stdout, stderr } = await host.hypervisor.exec(['sh', '-c', script], {
    input,
    timeout: 300,
    check: false,
  });
  if (stdout.trim() === '' && kill !== undefined) return undefined;
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Error(`vm_move printed no result: ${stdout.slice(0, 500)}\n${stderr.slice(0, 2000)}`);
  }
}

/** Moves a guest step by step; it ends with the first step that fails or is killed. */
export async function moveBySteps(
  from: MoveHost,
  to: MoveHost,
  name: string,
  choice: Choice = {},
): Promise<Outcome> {
  const { mode = 'live', migration = {}, kill, before } = choice;
  const outcome: Outcome = {};
  const step = async (host: MoveHost, which: StepName, args: Record<string, unknown>): Promise<boolean> => {
    await before?.(which);
    const point = kill?.step === which ? kill.before : undefined;
    const result = await runStep(host, { step: which, name, ...args }, point);
    if (result === undefined) return false;
    outcome[which] = result;
    return result.failed !== true;
  };
  if (!(await step(from, 'describe', { to: to.address }))) return outcome;
  const { public_key, address } = outcome.describe as StepResult;
  const described = (outcome.describe as StepResult).description;
  const prepare = { from: from.name, mode, migration, description: described, public_key, address };
  if (!(await step(to, 'prepare', prepare))) return outcome;
  const { arrived, host_keys, socket, bring = [], mode: how, description } = outcome.prepare as StepResult;
  const send = { to: to.address, mode: how, migration, description: described, host_keys, socket };
  if ((bring as unknown[]).length > 0) {
    if (!(await step(from, 'send', { ...send, bring }))) return outcome;
    if (!(await step(to, 'prepare', prepare))) return outcome;
  }
  if (!arrived && !(await step(from, 'send', send))) return outcome;
  const sent = outcome.send?.sent ?? [];
  if (!(await step(to, 'finish', { from: from.name, mode: how, description, sent }))) return outcome;
  if (!(await step(from, 'forget', { description: described || description }))) return outcome;
  await step(to, 'complete', { description });
  return outcome;
}

/** What a move may leave on a host, but for the guest: nothing, after it has ended. */
export const leftovers = ({ sh }: MoveHost): Promise<string> =>
  sh(`ls -d /run/libvirt/qemu/piecewise-* /var/lib/piecewise-cloud/moves/* /var/lib/libvirt/images/*/.moving \
        /var/lib/libvirt/images/*/.definition.xml /var/lib/libvirt/templates/by-checksum/.moving-* 2>/dev/null || true
      grep piecewise-move /root/.ssh/authorized_keys || true
      virsh -q pool-list --all --name | grep piecewise || true
      pgrep -ax ssh || true`);

/** The state of a guest on a host; empty where it is not defined. */
export const stateOn = ({ sh }: MoveHost, name: string): Promise<string> =>
  sh(`virsh -q domstate ${name} 2>/dev/null || true`);

/** An outcome for the message of a test, without what is long. */
export const told = (outcome: Outcome): string =>
  JSON.stringify(outcome, (key, value) =>
    ['description', 'diff', 'host_keys'].includes(key) ? undefined : value,
  );
