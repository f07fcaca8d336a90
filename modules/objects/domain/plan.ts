import type { Change, Plan } from '../../lib/ansible/plan.ts';
import { Failure, OptionError } from '../../lib/failure.ts';
import { devicesOf } from '../../lib/libvirt/devices.ts';
import { pathOf } from '../../lib/libvirt/disks.ts';
import { type Domain, isOn } from '../../lib/libvirt/read.ts';
import { type Element, valueAt } from '../../lib/xml/element.ts';
import type { State } from './observe/state.ts';
import { isContainer } from './options/drivers.ts';
import { isDefining, nameOf } from './options/given.ts';
import type { DomainOptions } from './options/options.ts';
import { absentPlan } from './plan/absent.ts';
import { planDefinition } from './plan/definition.ts';
import { actionsOf, planGuest } from './plan/guest.ts';
import { type PowerStep, planPower, stateAfter } from './plan/power.ts';
import type { DomainResult, Step } from './plan/step.ts';

function autostartChange(name: string, desired: boolean | undefined, current: boolean): Change<Step>[] {
  if (desired === undefined || desired === current) return [];
  const text = (on: boolean) => `autostart ${on ? 'on' : 'off'}\n`;
  const title = `${desired ? 'set' : 'clear'} autostart of domain ${name}`;
  const step = { act: 'autostart', on: desired } as const;
  return [{ title, before: text(current), after: text(desired), step }];
}

function refuse(name: string, options: DomainOptions, domain: Domain | undefined): void {
  if (domain && !domain.persistent) {
    throw new Failure(
      `domain ${name} is transient, it has no definition to change: define it or shut it down first`,
    );
  }
  if (domain) return;
  if (!isDefining(options)) {
    throw new Failure(`domain ${name} not found: to define it, give 'xml', or 'memory' and other options`);
  }
  if (options.xml === undefined && options.memory === undefined) {
    throw new OptionError('memory', `is needed to define domain ${name}`);
  }
  const isRootless = options.filesystems === undefined && options.extra_xml === undefined;
  if (isContainer(options) && options.xml === undefined && isRootless) {
    throw new OptionError('filesystems', `is needed to define container ${name}, with its root: 'target: /'`);
  }
}

const interfacesOf = (definition: Element | undefined) =>
  devicesOf(definition, 'interface').map((device) => ({
    target: valueAt(device, 'target/@dev'),
    mac: valueAt(device, 'mac/@address'),
    interfaceid: valueAt(device, 'virtualport/parameters/@interfaceid'),
  }));

const disksOf = (definition: Element | undefined) =>
  devicesOf(definition, 'disk').map((device) => ({
    target: valueAt(device, 'target/@dev'),
    source: pathOf(device),
  }));

/** Plans what brings a domain to its options. Pure. */
export function planDomain(options: DomainOptions, state: State): Plan<Step, DomainResult> {
  const name = nameOf(options);
  const { domain } = state;
  if (options.state === 'absent') return absentPlan(options, state);
  refuse(name, options, domain);
  const next = planDefinition(name, options, state);
  const now = domain?.state ?? 'shut off';
  const guest = planGuest(options, state, next.definition);
  const power = planPower(name, options, now, guest.pending);
  const autostart = autostartChange(name, options.autostart, domain?.autostart ?? false);
  // A paused guest can't release a device, so one that is to run is resumed before it is changed.
  const resumes = power.changes[0]?.step.act === 'resume';
  const changes = resumes
    ? [...next.changes, ...power.changes, ...guest.changes, ...autostart]
    : [...next.changes, ...guest.changes, ...autostart, ...power.changes];
  const pending = power.restarts || !isOn(stateAfter(options.state, now)) ? [] : guest.pending;
  return {
    changes,
    missing: power.changes.some(({ step }) => STARTS.has(step.act)) ? missingOf(name, state) : [],
    warnings: [...next.warnings, ...pendingWarning(name, pending)],
    result: {
      domain: {
        name,
        uuid: valueAt(next.definition, 'uuid'),
        state: stateAfter(options.state, now),
        autostart: options.autostart ?? domain?.autostart ?? false,
        interfaces: interfacesOf(next.definition),
        disks: disksOf(next.definition),
      },
      actions: changes.flatMap(({ title, step }) =>
        step.act === 'update' ? actionsOf(step.update) : [title],
      ),
      restart_required: pending.length > 0,
      restart_reasons: pending,
    },
  };
}

/** The steps by which a guest is started. */
const STARTS: ReadonlySet<PowerStep['act']> = new Set(['start', 'start paused', 'restart']);

const missingOf = (name: string, { missingDirectories = [] }: State): string[] =>
  missingDirectories.map(
    (path) =>
      `option 'filesystems': container ${name} needs the directory ${path}, which does not exist: make it before`,
  );

const pendingWarning = (name: string, pending: readonly string[]): string[] =>
  pending.length === 0
    ? []
    : [
        `domain ${name} must be restarted, since some changes can't be applied while it runs: ${pending.join('; ')}`,
      ];
