import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../../lib/failure.ts';
import type { Host } from '../../../lib/host/host.ts';
import { isOn } from '../../../lib/libvirt/read.ts';
import { domainState, virsh } from '../../../lib/libvirt/virsh.ts';
import { nameOf } from '../options.ts';
import type { PowerStep } from '../plan/power.ts';
import type { DomainOptions } from '../table.ts';

/** Milliseconds between looks at a guest that is shutting down. */
const POLL = 500;

/** Milliseconds after which the guest is asked again: one that is still booting doesn't hear the first time. */
const REMIND = 15_000;

/** Shuts a guest down gracefully. @throws Failure when it doesn't go in time and may not be switched off */
async function shutDown(host: Host, options: DomainOptions): Promise<void> {
  const { uri, shutdown_timeout, force_off } = options;
  const name = nameOf(options);
  const isOff = async () => !isOn(await domainState(host, uri, name));
  const end = Date.now() + shutdown_timeout * 1000;
  let remind = 0;
  while (Date.now() < end) {
    if (await isOff()) return;
    if (Date.now() >= remind) {
      // One that goes down in this moment is no longer there to be asked.
      await virsh(host, uri, 'shutdown', '--domain', name).catch(() => undefined);
      remind = Date.now() + REMIND;
    }
    await sleep(POLL);
  }
  if (await isOff()) return;
  if (!force_off) {
    const way = "raise 'shutdown_timeout', or let it be switched off with 'force_off: true'";
    throw new Failure(`domain ${name} did not shut down within ${shutdown_timeout} s and still runs: ${way}`);
  }
  await virsh(host, uri, 'destroy', '--domain', name);
}

/** Does something with the guest's power. */
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
