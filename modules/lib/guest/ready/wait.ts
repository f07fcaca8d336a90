import type { Host } from '../../host/host.ts';
import { lastLines } from '../console/text.ts';
import type { Awaited } from './awaited.ts';
import { judge, type Verdict } from './judge.ts';
import { Asked, look } from './look.ts';
import { progressText } from './progress.ts';
import type { Seen } from './seen.ts';

/** What came of waiting for a guest. */
export interface Outcome {
  /** What is wrong with a guest that isn't ready. Of one that is `late`, more time may help; `unknown` is no error. */
  readonly problem?: { readonly text: string; readonly kind: 'late' | 'failed' | 'unknown' };
  /** Whether nothing in the guest tells what is waited for, so that it may be ready all the same. */
  readonly isUntold?: true;
  /** What it says about itself although it is ready. */
  readonly warning?: string | undefined;
  /** Seconds that were waited. */
  readonly seconds: number;
  /** The addresses of the guest that are known, the certain ones first. */
  readonly addresses: readonly string[];
  /** The last lines of the guest's console, of a guest that isn't ready. */
  readonly lines: readonly string[];
}

/** Milliseconds between two looks. */
const PAUSE = 1500;

/** Milliseconds between two reports of progress. */
const TICK = 1000;

/** Milliseconds in which an agent has usually answered. */
const MOMENT = 700;

/** Guests that are looked at, and what has come of them so far. */
class Watched {
  readonly #host: Host;
  readonly #guests: readonly Awaited[];
  readonly #start: number;
  readonly #asked = new Asked();
  readonly #finished = new Map<Awaited, number>();
  readonly #outcomes = new Map<Awaited, Outcome>();

  constructor(host: Host, guests: readonly Awaited[]) {
    this.#host = host;
    this.#guests = guests;
    this.#start = host.now();
  }

  /** Those that are still waited for. */
  get left(): readonly Awaited[] {
    return this.#guests.filter((guest) => !this.#outcomes.has(guest));
  }

  /** What came of the others, in their order. */
  get outcomes(): Outcome[] {
    return this.#guests.flatMap((guest) => this.#outcomes.get(guest) ?? []);
  }

  outcomeOf(guest: Awaited): Outcome | undefined {
    return this.#outcomes.get(guest);
  }

  /** Seconds since the first look. */
  get seconds(): number {
    return (this.#host.now() - this.#start) / 1000;
  }

  /** Whether another look will soon fetch what the agent of a guest was asked for. */
  isAnswering(guest: Awaited): boolean {
    return this.#asked.started.get(guest) !== undefined;
  }

  async look(): Promise<void> {
    const open = this.left;
    const seen = await look(this.#host, open, this.#asked);
    open.forEach((guest, i) => {
      const one = seen[i] as Seen | Error;
      const outcome = outcomeOf(guest, one, this.#verdictOn(guest, one), this.seconds);
      if (outcome) this.#outcomes.set(guest, outcome);
    });
  }

  #verdictOn(guest: Awaited, seen: Seen | Error): Verdict {
    // libvirt may be restarting.
    if (seen instanceof Error) return { is: 'waiting', lacks: [seen.message] };
    // How long it had run when it began to be waited for: one that was started then is not an old one at the end.
    const { uptime } = seen;
    const known =
      uptime === undefined ? seen : { ...seen, uptime: uptime - (this.#host.now() - this.#start) };
    return judge(guest, known, this.#finishedFor(guest, seen));
  }

  // Milliseconds for which cloud-init's final message has been seen.
  #finishedFor(guest: Awaited, { console }: Seen): number {
    const now = this.#host.now();
    if (console?.cloudInit.stage !== 'finished') this.#finished.delete(guest);
    else if (!this.#finished.has(guest)) this.#finished.set(guest, now);
    return now - (this.#finished.get(guest) ?? now);
  }
}

/**
 * Looks at all guests, and waits for nothing but the answer of an agent.
 * @returns what came of each, in their order; undefined where one is still to be waited for
 */
export async function outcomesNow(host: Host, guests: readonly Awaited[]): Promise<Outcome[] | undefined> {
  const watched = new Watched(host, guests);
  await watched.look();
  if (watched.left.some((guest) => !watched.isAnswering(guest))) return undefined;
  if (watched.left.length > 0) {
    await host.sleep(MOMENT);
    await watched.look();
  }
  return watched.left.length > 0 ? undefined : watched.outcomes;
}

/** What came of each guest; undefined where it is still to be waited for. It waits for nothing but the answers of agents. */
export async function outcomesOf(host: Host, guests: readonly Awaited[]): Promise<(Outcome | undefined)[]> {
  const watched = new Watched(host, guests);
  await watched.look();
  if (watched.left.some((guest) => watched.isAnswering(guest))) {
    await host.sleep(MOMENT);
    await watched.look();
  }
  return guests.map((guest) => watched.outcomeOf(guest));
}

/** Waits for all guests together, each as long as its timeout. @returns what came of each, in their order */
export async function waitForGuests(host: Host, guests: readonly Awaited[]): Promise<Outcome[]> {
  const watched = new Watched(host, guests);
  const done = new AbortController();
  const ticks = tick(host, () => progressText(watched.left, watched.seconds), done.signal);
  try {
    while (watched.left.length > 0) {
      await watched.look();
      const end = Math.min(...watched.left.map(({ timeout }) => timeout));
      const rest = Math.max(0, (end - watched.seconds) * 1000);
      if (watched.left.length > 0) await host.sleep(Math.min(PAUSE, rest));
    }
  } finally {
    done.abort();
    await ticks;
  }
  return watched.outcomes;
}

// A look may take some seconds, and the progress goes on.
async function tick(host: Host, text: () => string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    host.report({ what: text(), done: undefined, total: undefined });
    await host.sleep(TICK, signal);
  }
}

/** @returns undefined for a guest that is still waited for */
function outcomeOf(
  { timeout, nics }: Awaited,
  seen: Seen | Error,
  verdict: Verdict,
  seconds: number,
): Outcome | undefined {
  if (verdict.is === 'waiting' && seconds < timeout) return undefined;
  const {
    certain = [],
    possible = [],
    open = undefined,
    console = undefined,
  } = seen instanceof Error ? {} : seen;
  const declared = nics.flatMap(({ addresses }) => addresses);
  const sure = [...(open === undefined ? [] : [open]), ...certain.map(({ address }) => address)];
  const known = {
    seconds: Math.round(seconds),
    addresses: [...new Set([...sure, ...declared, ...possible])],
    lines: verdict.is === 'ready' || verdict.is === 'unknown' ? [] : lastLines(console?.lines ?? []),
  };
  switch (verdict.is) {
    case 'ready':
      return { ...known, warning: verdict.warning };
    case 'failed':
      return {
        ...known,
        problem: { text: `can't become ready: ${verdict.why}`, kind: 'failed' },
        ...(verdict.isUntold ? { isUntold: true } : {}),
      };
    case 'unknown':
      return { ...known, problem: { text: `is not known to be ready: ${verdict.why}`, kind: 'unknown' } };
    case 'waiting': {
      const text = `is not ready after ${timeout} s: ${verdict.lacks.join('; ')}`;
      return { ...known, problem: { text, kind: 'late' } };
    }
  }
}
