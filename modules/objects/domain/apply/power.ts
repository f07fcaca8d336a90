import { Failure } from '../../../lib/failure.ts';
import type { Host } from '../../../lib/host/host.ts';
import { isOn } from '../../../lib/libvirt/read.ts';
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

/** Starts, pauses, resumes, shuts down or restarts the guest. */
export async function switchPower(host: Host, act: PowerStep['act'], options: DomainOptions): Promise<void> {
  const call = (command: string, ...flags: string[]) =>
    virsh(host, options.uri, command, '--domain', nameOf(options), ...flags);
  switch (act) {
    case 'start':
      await call('start');
      break;
    case 'start paused':
      await call('start', '--paused');
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
      await call('start');
      break;
  }
}
