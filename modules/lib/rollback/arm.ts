import { Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { runOrFail } from '../host/process.ts';
import { processId } from '../host/self.ts';
import {
  ABOUT,
  ARMING,
  CONFIRMED,
  DIRECTORY,
  FILES,
  LOCK,
  RAISED,
  SCRIPT,
  SERVICE,
  savedAs,
  TIMER,
  UNDOING,
  UNIT,
} from './paths.ts';
import type { RestorePoint } from './restore-point.ts';
import { script } from './script.ts';
import { type About, hindrance, readRollback, tooLate } from './state.ts';
import { service, timer } from './units.ts';

/** Seconds that a task waits for the lock of another task, or of a running rollback. */
export const PATIENCE = 60;

/** The change as it is stored. */
const aboutOf = ({ nic, bridge, seconds }: RestorePoint): About => ({
  nic,
  bridge,
  seconds,
  task: processId(),
});

/**
 * Has the host undo a change by itself unless it is confirmed in time, also after a reboot, or when this process is
 * killed. Where the task itself undoes one, the host completes that.
 * @throws Failure, also where another change is not confirmed yet; then nothing is armed
 */
export async function arm(host: Host, back: RestorePoint): Promise<void> {
  if (!(await host.stat('/run/systemd/system'))) {
    throw new Failure("'take_address' needs systemd on the host, whose timer runs the rollback");
  }
  await host.withLock(LOCK, PATIENCE, async () => {
    // Another task may have armed one since this task read the state.
    const problem = hindrance(await readRollback(host));
    if (problem) throw new Failure(back.undoes ? problem : `'take_address': ${problem}`);
    await remove(host);
    try {
      await set(host, back);
    } catch (error) {
      await remove(host).catch(() => undefined);
      throw error;
    }
  });
}

// A file behind a symbolic link is restored there, and the link is kept.
async function withRealPaths(host: Host, back: RestorePoint): Promise<RestorePoint> {
  const files = [...back.files].map(
    async ([path, text]) => [(await host.realPath(path)) ?? path, text] as const,
  );
  return { ...back, files: new Map(await Promise.all(files)) };
}

async function set(host: Host, given: RestorePoint): Promise<void> {
  const back = await withRealPaths(host, given);
  await host.makeDirectory(FILES);
  await host.write(ARMING, JSON.stringify(aboutOf(back)), { mode: 0o600 });
  let i = 0;
  for (const [path, text] of back.files) {
    const info = text === undefined ? undefined : await host.stat(path);
    const { mode = 0o644, uid = 0, gid = 0 } = info ?? {};
    if (text !== undefined) await host.write(savedAs(i), text, { mode, uid, gid });
    i += 1;
  }
  await host.write(SERVICE, service(back), { mode: 0o644 });
  await host.write(TIMER, timer(back), { mode: 0o644 });
  await host.write(SCRIPT, script(back), { mode: 0o700 });
  await runOrFail(host, 'systemctl', ['daemon-reload']);
  await runOrFail(host, 'systemctl', ['enable', '--now', `${UNIT}.timer`]);
  // The link that systemctl made must survive a loss of power.
  await runOrFail(host, 'sync', ['--file-system', '/etc/systemd/system', DIRECTORY]);
  // From here on it is armed.
  await host.publish(ARMING, back.undoes ? UNDOING : ABOUT);
}

/** Stops the timer, and the script where it waits for our lock. */
async function stop(host: Host): Promise<void> {
  await host.run('systemctl', ['disable', '--now', `${UNIT}.timer`]);
  await host.run('systemctl', ['stop', `${UNIT}.service`]);
  await host.run('systemctl', ['reset-failed', `${UNIT}.service`]);
}

/** Removes a confirmed rollback, or the rest of one whose task was killed while it armed. */
async function remove(host: Host): Promise<void> {
  const units = await Promise.all([SERVICE, TIMER].map((path) => host.stat(path)));
  const loaded = units.some((unit) => unit !== undefined);
  if (loaded) await stop(host);
  for (const path of [SERVICE, TIMER, RAISED]) await host.remove(path);
  await host.removeTree(DIRECTORY);
  if (loaded) await runOrFail(host, 'systemctl', ['daemon-reload']);
}

/**
 * Confirms a change: removes its rollback.
 * @throws Failure when the change is being undone, or was undone
 */
export async function disarm(host: Host): Promise<void> {
  await host.withLock(LOCK, PATIENCE, async () => {
    const { pending, undoing } = await readRollback(host);
    if (!pending) throw tooLate(undoing !== undefined);
    // From here on it is confirmed, even if this process is killed: the script finds nothing to undo.
    await host.publish(ABOUT, CONFIRMED);
    await remove(host);
  });
}

/**
 * Ends what completes a task that undoes a change itself: the task has done that, or has changed nothing.
 * @throws Failure
 */
export async function finish(host: Host): Promise<void> {
  await host.withLock(LOCK, PATIENCE, async () => {
    const { undoing } = await readRollback(host);
    // Otherwise the script has been faster.
    if (undoing?.task !== processId()) return;
    // From here on the script finds nothing to do.
    await host.publish(UNDOING, CONFIRMED);
    await remove(host);
  });
}
