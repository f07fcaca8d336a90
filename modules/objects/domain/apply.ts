import { dirname } from 'node:path';
import type { Outcome } from '../../lib/ansible/plan.ts';
import type { Host } from '../../lib/host/host.ts';
import { quoted } from '../../lib/libvirt/batch.ts';
import { isOfLog } from '../../lib/libvirt/console-log.ts';
import { driverAt } from '../../lib/libvirt/driver.ts';
import { virshTogether } from '../../lib/libvirt/together.ts';
import { virsh } from '../../lib/libvirt/virsh.ts';
import { define } from './apply/define.ts';
import { switchPower } from './apply/power.ts';
import { outcomeOf, update } from './apply/update.ts';
import { nameOf } from './options/given.ts';
import type { DomainOptions } from './options/options.ts';
import type { DomainResult, Step } from './plan/step.ts';

/** Carries out one step on the domain that the options name. */
export async function applyStep(
  host: Host,
  step: Step,
  options: DomainOptions,
): Promise<Outcome<DomainResult> | undefined> {
  const call = (command: string, ...flags: string[]) =>
    virsh(host, options.uri, command, '--domain', nameOf(options), ...flags);
  switch (step.act) {
    case 'define':
      return define(host, options, step);
    case 'update':
      return outcomeOf(await update(host, options, step.update));
    case 'undefine':
      // Before the domain: if this run is killed, the next one finds the log by the domain.
      if (step.log !== undefined) await removeLog(host, step.log);
      await call('undefine', ...driverAt(options.uri).undefineFlags);
      return undefined;
    case 'remove':
      await host.remove(step.path);
      return undefined;
    case 'autostart':
      await virshTogether(host, options.uri, [
        `autostart --domain ${quoted(nameOf(options))}${step.on ? '' : ' --disable'}`,
      ]);
      return undefined;
    default:
      await switchPower(host, step.act, options);
      return undefined;
  }
}

async function removeLog(host: Host, path: string): Promise<void> {
  const directory = dirname(path);
  for (const name of await host.list(directory)) {
    const file = `${directory}/${name}`;
    if (isOfLog(path, file)) await host.remove(file);
  }
}
