import { expect } from 'vitest';
import type { Result } from '../../modules/lib/ansible/result.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { ALL, turn } from '../support/daily.ts';
import { withArguments } from '../support/module.ts';
import { killableModule } from './bundle.ts';
import { KILL_BEFORE } from './variable.ts';

/** A task that is killed before each of its effects. */
export interface Killed {
  readonly module: string;
  readonly args: Record<string, unknown>;
  /** A script that brings the hypervisor to where the task begins, from wherever a killed run left it. */
  readonly prepare: string;
  /** A script that prints all that the task may have changed, but for what is random. */
  readonly show: string;
}

/** What became of the task after it was killed. */
export interface Aftermath {
  /** Before which effect. */
  readonly before: number;
  /** What was there then. */
  readonly left: string;
  /** What the run after that did, and what was there when it had ended. */
  readonly rerun: Result;
  readonly shown: string;
}

export interface Report {
  /** What a run leaves that isn't killed, and what the run after that did, which finds nothing to do. */
  readonly clean: string;
  readonly after: Result;
  /** How often it was killed. */
  readonly kills: number;
  readonly killed: readonly Aftermath[];
}

// A run of the tests takes the first effect and every third, another third each day.
const STRIDE = ALL ? 1 : 3;
const TODAY = turn(STRIDE);
const next = (before: number): number => ((before + 1) % STRIDE === TODAY ? before + 1 : next(before + 1));

// Between what the module says and what is there.
const MARK = '=== shown ===';

// Without what is random in the names of temporary files.
const unnamed = (shown: string) => shown.replace(/\.piecewise-[\w-]+/g, '.piecewise-…');

/**
 * Kills a task before one effect after the other until a run is not killed any more, and runs it again each time. Where a
 * killed run leaves what the one before left, the rerun would be the same, and isn't done.
 */
export async function killedEverywhere(hypervisor: Hypervisor, task: Killed): Promise<Report> {
  const input = withArguments(await killableModule(task.module), task.args);
  const run = async (script: string) => {
    const argv = ['sh', '-c', `${script}\necho '${MARK}'\n${task.show}`];
    const { stdout } = await hypervisor.exec(argv, { input, timeout: 120 });
    const [said = '', shown = ''] = stdout.split(MARK);
    return { result: said.trim() === '' ? undefined : (JSON.parse(said) as Result), shown };
  };
  const whole = async (): Promise<{ result: Result; shown: string }> => {
    const { result, shown } = await run('node - || true');
    if (!result) throw new Error(`${task.module} printed no result`);
    return { result, shown };
  };
  const prepare = async () => (await run(`{ ${task.prepare}\n} >&2`)).shown;

  await prepare();
  const { result, shown: clean } = await whole();
  if (result.failed || !result.changed) throw new Error(`${task.module}: ${JSON.stringify(result)}`);
  const { result: after } = await whole();
  const killed: Aftermath[] = [];
  const start = await prepare();
  for (let before = 1, kills = 0, last = unnamed(start); ; before = next(before), kills += 1) {
    const { result: ended, shown: left } = await run(`${KILL_BEFORE}=${before} node - 2>/dev/null || true`);
    if (ended) return { clean, after, kills, killed };
    if (unnamed(left) !== last) {
      last = unnamed(left);
      const again = await whole();
      killed.push({ before, left, rerun: again.result, shown: again.shown });
    }
    if (left !== start) await prepare();
  }
}

/** A script that shows all that is in its directories, with modes, owners, targets and contents. */
export const TREE = `tree() { for place; do test -e "$place" || continue; find "$place" -printf '%p %y %m %u:%g %l\\n'; find "$place" -type f -exec sha256sum {} +; done | sort; }; tree`;

/** Expects that each rerun was what a run comes to that isn't killed, and left nothing to do. */
export function expectSame({ clean, after, kills, killed }: Report): void {
  // A run that is never killed in the middle of anything shows nothing.
  expect(STRIDE === 1 ? killed.length : kills).toBeGreaterThan(0);
  expect(kills).toBeGreaterThanOrEqual(killed.length);
  expect(after).toMatchObject({ changed: false });
  for (const { before, rerun, shown } of killed) {
    const at = `killed before effect ${before}`;
    expect(rerun, at).not.toHaveProperty('failed');
    expect(shown, at).toBe(clean);
  }
}

/** A script that removes all domains whose names begin so. */
export const removeDomains = (names: string): string =>
  `for d in $(virsh list --all --name | grep '^${names}'); do virsh destroy $d; virsh undefine $d --nvram; done >/dev/null 2>&1; true`;

/** A script that shows them: their states, and their definitions without what is drawn by lot. */
export const domains = (names: string): string =>
  `for d in $(virsh list --all --name | grep '^${names}' | sort); do virsh domstate $d; virsh dominfo $d | grep -E 'Persistent|Autostart'; virsh dumpxml --inactive --security-info $d; done |
  sed -E 's/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/UUID/g; s/52:54:00(:[0-9a-f]{2}){3}/MAC/g; s/ digest="[^"]*"//'`;
