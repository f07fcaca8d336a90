import { Failure } from '../../../lib/failure.ts';
import type { Host } from '../../../lib/host/host.ts';
import { quoted } from '../../../lib/libvirt/batch.ts';
import { driverAt } from '../../../lib/libvirt/driver.ts';
import { expectAlive } from '../../../lib/libvirt/first-process.ts';
import { isOn } from '../../../lib/libvirt/read.ts';
import { virshTogether } from '../../../lib/libvirt/together.ts';
import { domainState, virsh } from '../../../lib/libvirt/virsh.ts';
import { nameOf } from '../options/given.ts';
import type { DomainOptions } from '../options/options.ts';
import type { PowerStep } from '../plan/power.ts';

/** Milliseconds between two queries of a guest's state while it shuts down. */
const POLL = 500;

/** Milliseconds after which the shutdown is requested again: a guest that still boots ignores the first request. */
const REPEAT = 15_000;

/** Shuts a guest down gracefully. @throws Failure when it still runs after the timeout and `force_off` is not set */
async function shutDown(host: Host, options: DomainOptions): Promise<void> {
  const { uri, shutdown_timeout, force_off } = options;
  const name = nameOf(options);
  const isOff = async () => !isOn(await domainState(host, uri, name));
  // libvirt also leaves groups of a container behind that is destroyed while it is paused.
  if (!driverAt(uri).hearsPaused && (await domainState(host, uri, name)) === 'paused')
    await virsh(host, uri, 'resume', '--domain', name);
  const end = host.now() + shutdown_timeout * 1000;
  let next = host.now();
  while (host.now() < end) {
    if (await isOff()) return;
    if (host.now() >= next) {
      // This fails where the guest has just shut down.
      await virsh(host, uri, 'shutdown', '--domain', name).catch(() => undefined);
      next = host.now() + REPEAT;
    }
    await host.sleep(POLL);
  }
  if (await isOff()) return;
  if (!force_off) {
    const fix = "raise 'shutdown_timeout', or switch it off with 'force_off: true'";
    throw new Failure(`domain ${name} did not shut down within ${shutdown_timeout} s and still runs: ${fix}`);
  }
  await virsh(host, uri, 'destroy', '--domain', name);
}

async function start(host: Host, options: DomainOptions, ...flags: string[]): Promise<void> {
  const { uri } = options;
  const name = nameOf(options);
  if (!driverAt(uri).startsBlindly) {
    await virsh(host, uri, 'start', '--domain', name, ...flags);
    return;
  }
  const commands = ['start', 'domid'].map((command) => `${command} --domain ${quoted(name)}`);
  const [, id = ''] = await virshTogether(host, uri, commands);
  await expectAlive(host, uri, name, id.trim());
}

/** Starts a guest that does not run, or, where the driver can't do that, pauses it as soon as it runs. */
async function startPaused(host: Host, options: DomainOptions): Promise<void> {
  if (driverAt(options.uri).startsPaused) return start(host, options, '--paused');
  const commands = ['start', 'suspend'].map((command) => `${command} --domain ${quoted(nameOf(options))}`);
  await virshTogether(host, options.uri, commands);
}

/** Starts, pauses, resumes, shuts down or restarts the guest. */
export async function switchPower(host: Host, act: PowerStep['act'], options: DomainOptions): Promise<void> {
  const call = (command: string) => virsh(host, options.uri, command, '--domain', nameOf(options));
  switch (act) {
    case 'start':
      await start(host, options);
      break;
    case 'start paused':
      await startPaused(host, options);
      break;
    case 'resume':
      await call('resume');
      break;
    case 'pause':
      await call('suspend');
      break;
    case 'shut down':
      await shutDown(host, options);
      break;
    case 'restart':
      await shutDown(host, options);
      await start(host, options);
      break;
  }
}
