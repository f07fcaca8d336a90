import type { CloudInitStatus } from '../agent-answers.ts';
import type { CloudInitInside } from '../container/cloud-init.ts';
import { type Awaited, type AwaitedNic, goalText } from './awaited.ts';
import type { Seen } from './seen.ts';

/** What is known of a guest: it's ready, can't become ready any more, or lacks something; or nothing, and that won't change. */
export type Verdict =
  | { readonly is: 'ready'; readonly warning?: string }
  /** `isUntold`: nothing in the guest tells it, so that it may be ready all the same. */
  | { readonly is: 'failed'; readonly why: string; readonly isUntold?: true }
  | { readonly is: 'unknown'; readonly why: string }
  /** What each source says. */
  | { readonly is: 'waiting'; readonly lacks: readonly string[] };

/**
 * Milliseconds from cloud-init's final message until `cloud-init status` says done, and more: under full emulation its result is
 * written 0.1 s after the message, and its unit has ended 0.5 s after it (measured, 22.4.2 and 25.1.4).
 */
export const GRACE = 5000;

/**
 * Judges what was seen of a guest. Pure.
 * @param finished milliseconds for which cloud-init's final message has been seen
 */
export function judge(guest: Awaited, seen: Seen, finished: number): Verdict {
  return stopped(seen) ?? BY_GOAL[guest.goal](guest, seen, finished);
}

function stopped({ state }: Seen): Verdict | undefined {
  if (state === undefined) return { is: 'failed', why: 'its domain was undefined' };
  return /^(running|idle|in shutdown)/.test(state)
    ? undefined
    : { is: 'failed', why: `its state is ${state}` };
}

type Judge = (guest: Awaited, seen: Seen, finished: number) => Verdict;

const READY: Verdict = { is: 'ready' };
const waiting = (...lacks: readonly string[]): Verdict => ({ is: 'waiting', lacks });

const BY_GOAL: Readonly<Record<Awaited['goal'], Judge>> = {
  cloud_init: (guest, seen, finished) =>
    seen.inside
      ? byFiles(seen.inside.cloudInit)
      : (byAgent(seen) ?? byConsole(seen, finished) ?? untold(guest, seen)),
  agent: (_, { agent }) => {
    if (agent === 'missing') return { is: 'failed', why: 'its domain has no channel for a guest agent' };
    return agent === 'answers' ? READY : waiting(agentText(agent));
  },
  address: ({ nics }, seen) => {
    if (nics.length === 0)
      return {
        is: 'failed',
        why: 'no interface of it with an address is known: its networks are not on this host',
      };
    const left = nics.filter((nic) => !isCertain(nic, seen));
    if (left.length === 0) return READY;
    return waiting(...left.map(nicText), ...sourceTexts(seen));
  },
  port: (guest, seen) => {
    const { open, possible, certain } = seen;
    if (open !== undefined) return READY;
    const tried = possible.length === 0 ? 'no address of it is known' : `tried ${possible.join(', ')}`;
    const others = certain.map(({ address }) => address).filter((address) => !possible.includes(address));
    // A guest must not choose where this host connects to.
    const told =
      others.length === 0 ? [] : [`${others.join(', ')} is neither declared, nor leased, nor of a neighbour`];
    const sources = possible.length === 0 ? sourceTexts(seen) : [];
    return waiting(`${goalText(guest)} doesn't answer this host: ${tried}`, ...told, ...sources);
  },
};

function byAgent({ cloudInit }: Seen): Verdict | undefined {
  return cloudInit === undefined || cloudInit === 'refused'
    ? undefined
    : byStatus(cloudInit, "cloud-init's status is running, says the guest agent");
}

/** What follows of a container, whose files this host reads. */
function byFiles(cloudInit: CloudInitInside = 'unbegun'): Verdict {
  switch (cloudInit) {
    case 'missing':
      return {
        is: 'failed',
        why: "its root has no cloud-init, and nothing else tells when it is ready: give another 'for'",
        isUntold: true,
      };
    case 'elsewhere':
      return {
        is: 'failed',
        why: "its files can't be read by this connection: give another 'for'",
        isUntold: true,
      };
    case 'unbegun':
      return waiting('cloud-init has not begun in it');
    case 'invalid':
      return waiting('what is in its /run/cloud-init is not of cloud-init');
    default:
      return byStatus(cloudInit, "cloud-init's status is running, say its files");
  }
}

/** @param running what is said of one that runs */
function byStatus({ status, detail }: CloudInitStatus, running: string): Verdict {
  if (status === 'error') return { is: 'failed', why: `cloud-init says: status: error ${detail}`.trim() };
  if (status === 'disabled') return { is: 'failed', why: 'cloud-init is disabled in the guest' };
  if (status === 'running') return waiting(running);
  return detail === '' ? READY : { is: 'ready', warning: `cloud-init is done, with errors: ${detail}` };
}

function byConsole({ agent, cloudInit, console }: Seen, finished: number): Verdict | undefined {
  const { stage, line } = console?.cloudInit ?? { stage: 'unseen' };
  if (stage === 'failed') return { is: 'failed', why: `cloud-init has failed: ${line}` };
  // An agent that has been asked answers soon, and knows better.
  const isAsked = agent === 'answers' && cloudInit !== 'refused';
  const isDone = stage === 'done' || (stage === 'finished' && Math.max(finished, console?.age ?? 0) >= GRACE);
  return isDone && !isAsked ? READY : undefined;
}

/** What follows where neither the agent nor the console says that cloud-init is done. */
function untold(guest: Awaited, seen: Seen): Verdict {
  const { agent, cloudInit, console, unlogged, uptime = 0 } = seen;
  // An agent may still connect to a guest that hasn't run for longer than it's waited for.
  const isOld = uptime >= guest.timeout * 1000;
  const why = `nothing on this host can tell: ${agentText(agent)}; ${consoleText(seen)}`;
  if (agent === 'missing' || (agent === 'silent' && isOld)) {
    if (console === undefined && unlogged === 'until_start') return { is: 'unknown', why };
    if (console === undefined) return { is: 'failed', why: `${why}. Give it one of both, or another 'for'` };
    // Nothing of its boot is in the log, nor that it doesn't boot: it was restored.
    if (isOld && console.lines.length === 0) return { is: 'unknown', why };
  }
  const told = cloudInit === 'refused' ? "the guest agent can't run cloud-init status" : agentText(agent);
  const line = console?.cloudInit.line;
  const printed =
    line === undefined ? consoleText(seen) : `the last line of cloud-init on its console is: ${line}`;
  return waiting(told, printed);
}

const isCertain = ({ target, addresses }: AwaitedNic, { macs, certain }: Seen): boolean =>
  certain.some(
    ({ mac, address }) => mac === macs.get(target) && (addresses.length === 0 || addresses.includes(address)),
  );

const nicText = ({ name, addresses }: AwaitedNic): string =>
  addresses.length === 0
    ? `${name} has no address that this host sees`
    : `${addresses.join(', ')} of ${name} doesn't answer this host`;

/** What can tell the addresses of a guest that are not known. A container has neither an agent nor a console that is logged. */
const sourceTexts = (seen: Seen): string[] => (seen.inside ? [] : [agentText(seen.agent), consoleText(seen)]);

function agentText(agent: Seen['agent']): string {
  if (agent === 'missing') return 'its domain has no channel for a guest agent';
  if (agent === 'silent') return 'no guest agent has connected (package qemu-guest-agent)';
  return agent === 'answers' ? 'the guest agent answers' : "the guest agent doesn't answer";
}

function consoleText({ console, unlogged }: Seen): string {
  if (unlogged === 'elsewhere') return "the log of its console can't be read by this connection";
  if (unlogged === 'until_start') return "its console is not logged until the guest's next start";
  if (console === undefined) return 'its console is not logged';
  if (!console.isRead) return `the log of its console can't be read: ${console.path}`;
  if (console.lines.length === 0) return 'it has printed nothing on its console';
  return console.cloudInit.stage === 'unseen'
    ? 'cloud-init has printed nothing on its console'
    : 'see its console';
}
