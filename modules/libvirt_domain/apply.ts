import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../lib/failure.ts';
import type { Host } from '../lib/host/host.ts';
import { domainState, virsh } from '../lib/libvirt/virsh.ts';
import { type DomainOptions, nameOf } from './options.ts';
import type { Step } from './plan.ts';

/** Milliseconds between looks at a guest that is shutting down. */
const POLL = 500;

/** Milliseconds after which the guest is asked again: one that is still booting doesn't hear the first time. */
const REMIND = 15_000;

// The document may hold a password, so it goes by a private file and not by the process list.
async function define(host: Host, uri: string, xml: string): Promise<void> {
  const file = `/run/piecewise-domain-${process.pid}-${Date.now()}.xml`;
  await host.write(file, xml, { mode: 0o600 });
  try {
    await virsh(host, uri, 'define', '--validate', '--file', file);
  } finally {
    await host.remove(file);
  }
}

async function shutdown(
  host: Host,
  { uri, shutdown_timeout, force_off }: DomainOptions,
  name: string,
): Promise<void> {
  const end = Date.now() + shutdown_timeout * 1000;
  let remind = 0;
  while (Date.now() < end) {
    if ((await domainState(host, uri, name)) === 'shut off') return;
    if (Date.now() >= remind) {
      // One that goes down in this moment is no longer there to be asked.
      await virsh(host, uri, 'shutdown', '--domain', name).catch(() => undefined);
      remind = Date.now() + REMIND;
    }
    await sleep(POLL);
  }
  if ((await domainState(host, uri, name)) === 'shut off') return;
  if (!force_off) {
    const way = "raise 'shutdown_timeout', or let it be switched off with 'force_off: true'";
    throw new Failure(`domain ${name} did not shut down within ${shutdown_timeout} s and still runs: ${way}`);
  }
  await virsh(host, uri, 'destroy', '--domain', name);
}

/** Carries out one step on the domain that the options name. */
export async function applyStep(host: Host, step: Step, options: DomainOptions): Promise<undefined> {
  const name = nameOf(options);
  const { uri } = options;
  const call = (command: string, ...flags: string[]) => virsh(host, uri, command, '--domain', name, ...flags);
  switch (step.act) {
    case 'define':
      await define(host, uri, step.xml);
      break;
    case 'start':
      await call('start');
      break;
    case 'resume':
      await call('resume');
      break;
    case 'shutdown':
      await shutdown(host, options, name);
      break;
    case 'undefine':
      await call('undefine', '--managed-save', '--snapshots-metadata', '--checkpoints-metadata', '--nvram');
      break;
    case 'autostart':
      await call('autostart', ...(step.on ? [] : ['--disable']));
      break;
  }
  return undefined;
}
