import { Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { runOrFail } from '../host/process.ts';
import { processId } from '../host/self.ts';
import {
  ABOUT,
  ARMING,
  CONFIRMED,
  FILES,
  HERE,
  LOCK,
  RAISED,
  SCRIPT,
  SERVICE,
  savedAs,
  TIMER,
  UNIT,
} from './place.ts';
import { script } from './script.ts';
import { type About, hindrance, readRollback, tooLate } from './state.ts';
import { service, timer } from './units.ts';
import type { WayBack } from './wayback.ts';

/** Seconds that one task waits for another, or for the way back to be taken. */
export const PATIENCE = 60;

/** How a change of ours is written down. */
const aboutOf = ({ nic, bridge, seconds }: WayBack): About => ({
  nic,
  bridge,
  seconds,
  task: processId(),
});

/**
 * Has the host put back by itself what a change is about to take from it, unless that is confirmed in time: now, after
 * a reboot, and whatever becomes of us.
 * @throws Failure, also where another change waits to be confirmed; then nothing is armed
 */
export async function arm(host: Host, back: WayBack): Promise<void> {
  if (!(await host.stat('/run/systemd/system'))) {
    throw new Failure("'take_address' needs systemd on the host, whose timer is the way back");
  }
  await host.withLock(LOCK, PATIENCE, async () => {
    // Another task may have armed since ours looked.
    const problem = hindrance(await readRollback(host));
    if (problem) throw new Failure(`'take_address': ${problem}`);
    await remove(host);
    try {
      await set(host, back);
    } catch (error) {
      await remove(host).catch(() => undefined);
      throw error;
    }
  });
}

// A file that is reached by a link is put back where the link leads, and the link stays.
async function withRealPaths(host: Host, back: WayBack): Promise<WayBack> {
  const files = [...back.files].map(
    async ([path, text]) => [(await host.realPath(path)) ?? path, text] as const,
  );
  return { ...back, files: new Map(await Promise.all(files)) };
}

async function set(host: Host, given: WayBack): Promise<void> {
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
  // What systemctl has linked is to outlive a loss of power.
  await runOrFail(host, 'sync', ['--file-system', '/etc/systemd/system', HERE]);
  // Only what is armed is undone, or waits to be confirmed.
  await host.publish(ARMING, ABOUT);
}

/** Ends the timer, and the script where it waits for the lock that we hold. */
async function stop(host: Host): Promise<void> {
  await host.run('systemctl', ['disable', '--now', `${UNIT}.timer`]);
  await host.run('systemctl', ['stop', `${UNIT}.service`]);
  await host.run('systemctl', ['reset-failed', `${UNIT}.service`]);
}

/** Removes a way back that is no more, or never was: of a task that was ended while it armed. */
async function remove(host: Host): Promise<void> {
  const units = await Promise.all([SERVICE, TIMER].map((path) => host.stat(path)));
  const loaded = units.some((unit) => unit !== undefined);
  if (loaded) await stop(host);
  for (const path of [SERVICE, TIMER, RAISED]) await host.remove(path);
  await host.removeTree(HERE);
  if (loaded) await runOrFail(host, 'systemctl', ['daemon-reload']);
}

/**
 * Confirms a change: the way back is no more.
 * @throws Failure when it is being taken, or has been
 */
export async function disarm(host: Host): Promise<void> {
  await host.withLock(LOCK, PATIENCE, async () => {
    const { pending, undoing } = await readRollback(host);
    if (!pending) throw tooLate(undoing !== undefined);
    // From here on it is confirmed, whatever becomes of us: the script finds nothing to undo.
    await host.publish(ABOUT, CONFIRMED);
    await remove(host);
  });
}
