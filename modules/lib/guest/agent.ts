import type { Host } from '../host/host.ts';
import { connection } from '../libvirt/virsh.ts';
import { type CloudInitStatus, parseExecuted, parseReturn, parseStatus } from './agent-answers.ts';

/** A guest whose agent is asked. */
export interface Asked {
  /** The libvirt connection. */
  readonly uri: string;
  /** The domain's name. */
  readonly name: string;
}

/** Seconds that an agent has to answer. libvirt itself would wait without an end. */
const SECONDS = 5;

/**
 * Sends a command to a guest's agent.
 * @returns what it returns; undefined where it doesn't answer in time, refuses, or answers something invalid
 */
async function ask({ uri, name }: Asked, host: Host, execute: string, args?: object): Promise<unknown> {
  const command = JSON.stringify(args === undefined ? { execute } : { execute, arguments: args });
  const flags = ['qemu-agent-command', '--domain', name, '--timeout', String(SECONDS), '--cmd', command];
  const limit = { timeout: (SECONDS + 10) * 1000 };
  const answer = await host.run('virsh', [...connection(uri), ...flags], limit).catch(() => undefined);
  return answer?.code === 0 ? parseReturn(answer.stdout) : undefined;
}

/** Whether a guest's agent answers. */
export const agentAnswers = async (host: Host, asked: Asked): Promise<boolean> =>
  (await ask(asked, host, 'guest-ping')) !== undefined;

/** A program that an agent has started in its guest. */
export type Started = number | undefined;

/**
 * Asks cloud-init for its status by the guest's agent, in two questions: the first starts it, the later ones fetch what it
 * prints, so that no question takes long.
 * @param started by the question before
 * @returns its status, once it's known; and what is to be fetched by the next question
 */
export async function askCloudInit(
  host: Host,
  asked: Asked,
  started: Started,
): Promise<{ readonly status?: CloudInitStatus; readonly started: Started; readonly refused?: true }> {
  if (started === undefined) {
    const args = { path: '/usr/bin/cloud-init', arg: ['status', '--long'], 'capture-output': true };
    const { pid } = Object(await ask(asked, host, 'guest-exec', args));
    return Number.isSafeInteger(pid) ? { started: pid as number } : { started: undefined, refused: true };
  }
  const executed = parseExecuted(await ask(asked, host, 'guest-exec-status', { pid: started }));
  // The agent no longer knows it: the guest was restarted.
  if (executed === undefined) return { started: undefined };
  if (executed === 'runs') return { started };
  const status = parseStatus(executed);
  return status ? { started: undefined, status } : { started: undefined, refused: true };
}
