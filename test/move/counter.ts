import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MoveHost } from './lab.ts';

/** Where the server runs: the address of the third party, and its port. */
export const COUNTER = { address: '10.25.0.1', port: 7007 } as const;

/** What the server has seen: a connection that was opened or ended, or a number on it. */
export interface Arrival {
  /** Milliseconds since 1970, by the clock of the server's host. */
  readonly time: number;
  /** The connections are numbered in their order, from 1 on. */
  readonly connection: number;
  /** The address of the guest. */
  readonly from: string;
  readonly event: 'open' | 'number' | 'end' | 'error';
  readonly number?: number;
  /** Of an error, such as ECONNRESET. */
  readonly code?: string;
}

const numbersOf = (arrivals: readonly Arrival[]) => arrivals.filter(({ event }) => event === 'number');

/**
 * The longest time between two numbers, or since the last one, in milliseconds. Pure.
 * @param until when the list was read
 */
export function longestGap(arrivals: readonly Arrival[], until?: number): number {
  const times = numbersOf(arrivals).map(({ time }) => time);
  if (until !== undefined) times.push(until);
  return Math.max(0, ...times.slice(1).map((time, i) => time - (times[i] ?? time)));
}

/** What is wrong with a count that one guest should have sent over one connection; nothing in a good one. Pure. */
export function breaks(arrivals: readonly Arrival[]): string[] {
  const found: string[] = [];
  const opened = arrivals.filter(({ event }) => event === 'open').length;
  if (opened !== 1) found.push(`${opened} connections`);
  for (const { event, code } of arrivals) {
    if (event === 'end') found.push('the connection was ended');
    if (event === 'error') found.push(`the connection was broken: ${code}`);
  }
  const numbers = numbersOf(arrivals).map(({ number }) => number ?? Number.NaN);
  if (numbers.length === 0) found.push('no number');
  numbers.forEach((number, i) => {
    const before = numbers[i - 1];
    if (before !== undefined && number !== before + 1) found.push(`${number} after ${before}`);
  });
  return found;
}

/** Whether all numbers came over one connection that is open, each the next of the one before. Pure. */
export const isUnbroken = (arrivals: readonly Arrival[]): boolean => breaks(arrivals).length === 0;

const UNIT = 'move-counter';
const FILE = '/var/tmp/move-counter.json';
const PROGRAM = '/var/tmp/move-counter.mjs';

/** The TCP server that guests send their numbers to, in the namespace of the third party. */
export class Counter {
  private constructor(private readonly host: MoveHost) {}

  /** Starts it, with an empty list. */
  static async start(host: MoveHost): Promise<Counter> {
    const counter = new Counter(host);
    await counter.stop();
    const text = readFileSync(join(import.meta.dirname, 'counter-server.mjs'), 'utf8');
    await host.hypervisor.exec(['sh', '-c', `cat >${PROGRAM}; rm -f ${FILE}; touch ${FILE}`], {
      input: text,
    });
    const { address, port } = COUNTER;
    await host.sh(
      `systemd-run -q --unit=${UNIT} ip netns exec third node ${PROGRAM} ${address} ${port} ${FILE}
       until ip netns exec third ss -ltn | grep -q :${port}; do sleep 0.1; done`,
    );
    return counter;
  }

  /** All that arrived from a guest. @param address of the guest */
  async arrivals(address: string): Promise<Arrival[]> {
    const text = await this.host.sh(`cat ${FILE}`);
    const all = text.split('\n').filter(Boolean);
    return all.map((line) => JSON.parse(line) as Arrival).filter(({ from }) => from === address);
  }

  /** Waits until a guest has sent so many numbers more. @param limit seconds @returns all that arrived from it */
  async more(address: string, count = 5, limit = 120): Promise<Arrival[]> {
    const before = numbersOf(await this.arrivals(address)).length;
    const end = Date.now() + limit * 1000;
    for (;;) {
      const seen = await this.arrivals(address);
      if (numbersOf(seen).length >= before + count) return seen;
      if (Date.now() > end) {
        const last = JSON.stringify(seen.at(-1) ?? 'nothing');
        throw new Error(
          `${address} has not sent ${count} numbers within ${limit} s; the last event: ${last}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  /** Ends the server. */
  async stop(): Promise<void> {
    await this.host.sh(`for act in stop reset-failed; do systemctl $act ${UNIT} 2>/dev/null || true; done`);
  }
}
