import type { Outcome } from '../../lib/ansible/plan.ts';
import type { Host } from '../../lib/host/host.ts';
import { virsh } from '../../lib/libvirt/virsh.ts';
import { define } from './apply/define.ts';
import { switchPower } from './apply/power.ts';
import { update } from './apply/update.ts';
import { nameOf } from './options/given.ts';
import type { DomainOptions } from './options/options.ts';
import type { Step } from './plan/step.ts';

/** Carries out one step on the domain that the options name. */
export async function applyStep(
  host: Host,
  step: Step,
  options: DomainOptions,
): Promise<Outcome | undefined> {
  const call = (command: string, ...flags: string[]) =>
    virsh(host, options.uri, command, '--domain', nameOf(options), ...flags);
  switch (step.act) {
    case 'define':
      return define(host, options, step);
    case 'update':
      return update(host, options, step.update);
    case 'undefine':
      await call('undefine', '--managed-save', '--snapshots-metadata', '--checkpoints-metadata', '--nvram');
      return undefined;
    case 'remove':
      await host.remove(step.path);
      return undefined;
    case 'autostart':
      await call('autostart', ...(step.on ? [] : ['--disable']));
      return undefined;
    default:
      await switchPower(host, step.act, options);
      return undefined;
  }
}
