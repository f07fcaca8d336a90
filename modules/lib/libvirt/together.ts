import { Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { oncePerHost } from '../host/once.ts';
import { type Output, virshBatch } from './batch.ts';
import { ACT_TIMEOUT, reasonIn } from './virsh.ts';

// To start virsh takes much longer than most of its commands. Those of items that are applied at the same time share a process.

/** Those who ask that share a process at most, since a command line has a maximum length. */
const MOST = 25;

/** Commands that wait for a process. */
interface Waiting {
  readonly groups: readonly string[];
  readonly resolve: (outputs: readonly Output[]) => void;
  readonly reject: (error: unknown) => void;
}

/** The commands for a connection that wait while another process runs. */
class Queue {
  private readonly waiting: Waiting[] = [];
  private isRunning = false;

  constructor(
    private readonly host: Host,
    private readonly uri: string,
  ) {}

  run(groups: readonly string[]): Promise<readonly Output[]> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ groups, resolve, reject });
      void this.drain();
    });
  }

  private async drain(): Promise<void> {
    if (this.isRunning) return;
    this.isRunning = true;
    while (this.waiting.length > 0) await this.runSome(this.waiting.splice(0, MOST));
    this.isRunning = false;
  }

  /** It never throws. */
  private async runSome(some: readonly Waiting[]): Promise<void> {
    try {
      const groups = some.flatMap((one) => one.groups);
      const { outputs, stderr } = await virshBatch(this.host, this.uri, groups, ACT_TIMEOUT);
      let first = 0;
      for (const { groups: asked, resolve, reject } of some) {
        const answers = outputs.slice(first, first + asked.length);
        first += asked.length;
        if (answers.length === asked.length) resolve(answers);
        else reject(new Failure(`libvirt did not answer: ${reasonIn(stderr) || 'virsh ended'}`));
      }
    } catch (error) {
      for (const { reject } of some) reject(error);
    }
  }
}

const queues = /* @__PURE__ */ oncePerHost((_: Host) => new Map<string, Queue>());

function queueOf(host: Host, uri: string): Queue {
  const known = queues(host);
  const queue = known.get(uri) ?? new Queue(host, uri);
  known.set(uri, queue);
  return queue;
}

/**
 * Runs virsh commands one after another, in one process with those that are asked for meanwhile. None may be secret.
 * @param commands each a command of virsh's shell
 * @returns the standard output of each
 * @throws Failure with libvirt's own reason, for the first of them that fails. The others have been run nevertheless
 */
export async function virshTogether(
  host: Host,
  uri: string,
  commands: readonly string[],
): Promise<readonly string[]> {
  const outputs = await queueOf(host, uri).run(commands);
  outputs.forEach(({ stderr }, i) => {
    if (!/^error: /m.test(stderr)) return;
    throw new Failure(`libvirt refuses to ${commands[i]?.split(' ')[0]}: ${reasonIn(stderr)}`);
  });
  return outputs.map(({ stdout }) => stdout);
}
