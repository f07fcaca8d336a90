import { Failure } from '../failure.ts';
import { type Host, readText } from '../host/host.ts';
import { runOrFail } from '../host/process.ts';
import {
  ABOUT,
  HERE,
  SCRIPT,
  SERVICE,
  savedAs,
  script,
  service,
  TIMER,
  timer,
  UNDOING,
  UNDONE,
  UNIT,
  type WayBack,
} from './wayback.ts';

/** A change that nobody has confirmed yet. */
export type About = Pick<WayBack, 'nic' | 'bridge' | 'seconds'>;

/** What there is of a way back. */
export interface Rollback {
  /** The change that it would undo. */
  readonly pending: About | undefined;
  /** When the last one was taken, as ISO 8601. */
  readonly undone: string | undefined;
}

export async function readRollback(host: Host): Promise<Rollback> {
  const [about, undone] = await Promise.all([readText(host, ABOUT), readText(host, UNDONE)]);
  return { pending: about ? (JSON.parse(about) as About) : undefined, undone: undone?.trim() };
}

/**
 * Has the host put back by itself what a change is about to take from it, unless that is confirmed in time: now, after
 * a reboot, and whatever becomes of us.
 * @throws Failure; then nothing is armed
 */
export async function arm(host: Host, back: WayBack): Promise<void> {
  if (!(await host.stat('/run/systemd/system'))) {
    throw new Failure("'take_address' needs systemd on the host, whose timer is the way back");
  }
  await host.remove(HERE);
  await host.makeDirectory(`${HERE}/files`);
  let i = 0;
  for (const [path, text] of back.files) {
    const info = text === undefined ? undefined : await host.stat(path);
    const { mode = 0o644, uid = 0, gid = 0 } = info ?? {};
    if (text !== undefined) await host.write(savedAs(i), text, { mode, uid, gid });
    i += 1;
  }
  const { nic, bridge, seconds } = back;
  await host.write(SERVICE, service(back), { mode: 0o644 });
  await host.write(TIMER, timer(back), { mode: 0o644 });
  await host.write(SCRIPT, script(back), { mode: 0o700 });
  await runOrFail(host, 'systemctl', ['daemon-reload']);
  await runOrFail(host, 'systemctl', ['enable', '--now', `${UNIT}.timer`]);
  // Only what is armed waits to be confirmed.
  await host.write(ABOUT, JSON.stringify({ nic, bridge, seconds } satisfies About), { mode: 0o600 });
  // What systemctl has linked is to outlive a loss of power.
  await runOrFail(host, 'sync', ['--file-system', '/etc/systemd/system', HERE]);
}

/**
 * Confirms a change: the way back is no more.
 * @throws Failure when it is being taken already
 */
export async function disarm(host: Host): Promise<void> {
  await host.run('systemctl', ['disable', '--now', `${UNIT}.timer`]);
  const { stdout } = await host.run('systemctl', ['is-active', `${UNIT}.service`]);
  if ((await host.stat(UNDOING)) || stdout.trim() === 'activating') {
    await host.run('systemctl', ['start', `${UNIT}.service`]);
    throw new Failure('it is too late to confirm the change: it is being undone at this moment');
  }
  for (const path of [SERVICE, TIMER, HERE]) await host.remove(path);
  await runOrFail(host, 'systemctl', ['daemon-reload']);
}
