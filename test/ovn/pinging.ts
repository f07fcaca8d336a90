import type { NamespaceGuests, Place } from './guests.ts';

/** What became of a ping. */
export interface Pinged {
  readonly sent: number;
  readonly lost: number;
  /** Seconds: the longest time without an answer, from the first one to the end. */
  readonly longestGap: number;
}

/** What ping(8) with `-D` has printed. @param until seconds since 1970 when that was read */
export function readPing(text: string, until: number): Pinged {
  const answers = [...text.matchAll(/^\[(\d+\.\d+)\] \d+ bytes from .*icmp_seq=(\d+)/gm)];
  const times = [...answers.map(([, time]) => Number(time)), until];
  const sent = Number(/^(\d+) packets transmitted/m.exec(text)?.[1] ?? answers.at(-1)?.[2] ?? 0);
  const longestGap = Math.max(...times.slice(1).map((time, i) => time - (times[i] ?? time)), 0);
  return { sent, lost: sent - new Set(answers.map(([, , number]) => number)).size, longestGap };
}

/** A ping, five times a second, that goes on until it is ended. */
export class Pinging {
  private constructor(
    private readonly guests: NamespaceGuests,
    private readonly from: Place,
    private readonly file: string,
  ) {}

  /** Starts it, and waits for its first answer. */
  static async start(guests: NamespaceGuests, from: Place, address: string): Promise<Pinging> {
    const file = `/run/ping-${from.name}-${address}`;
    await guests.sh(
      from.host,
      `ip netns exec ${from.name} ping -D -i 0.2 ${address} >${file} 2>&1 </dev/null & echo $! >${file}.pid
       for i in $(seq 300); do grep -q 'bytes from' ${file} && exit; sleep 0.1; done; cat ${file}; exit 1`,
    );
    return new Pinging(guests, from, file);
  }

  /** When it was last answered, in milliseconds since 1970. */
  async lastAnswer(): Promise<number> {
    const line = await this.guests.sh(this.from.host, `grep 'bytes from' ${this.file} | tail -1`);
    return Number(/^\[(\d+\.\d+)\]/.exec(line)?.[1] ?? 0) * 1000;
  }

  /** Ends it. */
  async stop(): Promise<Pinged> {
    const text = await this.guests.sh(
      this.from.host,
      `kill -INT $(cat ${this.file}.pid); while kill -0 $(cat ${this.file}.pid) 2>/dev/null; do sleep 0.1; done
       cat ${this.file}; date +%s.%N`,
    );
    return readPing(text, Number(text.split('\n').at(-1)));
  }
}
