import type { Host } from '../host/host.ts';
import { connection } from './virsh.ts';

/** Milliseconds. Reading is quick, but a libvirtd that is being started probes QEMU for some seconds. */
export const READ_TIMEOUT = 60_000;

/** Items per process, since a command line has a maximum length. */
const MOST = 100;

/** What a group of commands printed. */
export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

const randomWord = () => Math.random().toString(36).slice(2);

/**
 * A line between the outputs of two groups. It is random, since a domain's description may contain any text that is
 * known before. Node's crypto would take as long to load as reading a domain does.
 */
const newMark = (): string => `@piecewise-${randomWord()}${randomWord()}@`;

/** A word of virsh's shell: double quotes with backslash (virsh(1), "NOTES"). */
export const quoted = (text: string) => `"${text.replace(/(["\\])/g, '\\$1')}"`;

/**
 * Runs groups of virsh commands in one process, one after another, whether they fail or not. The arguments appear in the
 * process list, so none may be secret.
 * @param groups commands, separated by `; ` within a group
 * @param timeout milliseconds
 * @param wrapper a command that runs virsh
 * @returns the outputs of the groups that were completed: none where the connection failed, fewer where virsh crashed;
 * and everything on standard error
 */
export async function virshBatch(
  host: Host,
  uri: string,
  groups: readonly string[],
  timeout: number = READ_TIMEOUT,
  wrapper: readonly string[] = [],
): Promise<{ readonly outputs: readonly Output[]; readonly stderr: string }> {
  const mark = newMark();
  const script = groups.flatMap((group) => [group, `echo ${mark}`, `echo --err ${mark}`]).join('; ');
  const [program = 'virsh', ...args] = [...wrapper, 'virsh', ...connection(uri), script];
  const { stdout, stderr } = await host.run(program, args, { timeout });
  const errors = stderr.split(`error: ${mark}`);
  const outputs = stdout.split(mark).slice(0, -1);
  return { outputs: outputs.map((text, i) => ({ stdout: text, stderr: errors[i] ?? '' })), stderr };
}

/**
 * Does something with many items, a limited number at a time.
 * @param act returns at least one result; where it returns fewer than it got items, it is called again with the rest
 */
export async function inBatches<T, R>(
  items: readonly T[],
  act: (batch: readonly T[]) => Promise<readonly R[]>,
): Promise<R[]> {
  const results: R[] = [];
  while (results.length < items.length) {
    results.push(...(await act(items.slice(results.length, results.length + MOST))));
  }
  return results;
}
