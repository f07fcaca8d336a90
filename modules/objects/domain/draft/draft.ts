import { OptionError } from '../../../lib/failure.ts';
import { type Applied, readApplied, withoutApplied } from '../../../lib/libvirt/applied.ts';
import { devicesOf } from '../../../lib/libvirt/devices.ts';
import { joinOutlines } from '../../../lib/libvirt/outline.ts';
import type { Domain } from '../../../lib/libvirt/read.ts';
import { type Redefinition, redefine } from '../../../lib/libvirt/redefine.ts';
import { type Element, valueAt } from '../../../lib/xml/element.ts';
import { buildDomain } from '../desired/domain.ts';
import type { HostFacts } from '../desired/machine.ts';
import { isDefining, parseOption } from '../options/given.ts';
import type { DomainOptions } from '../options/options.ts';
import { keptFrom, removableFrom } from './applied.ts';

/** The current domain, and the facts of the host. */
export interface Known extends HostFacts {
  readonly domain: Domain | undefined;
  readonly machineId: string;
}

/** The definition that a task leads to, and the three versions that it is made from. */
export interface DomainDraft extends Redefinition {
  readonly desired: Element;
  /** The domain's definition, without what tasks keep in its metadata. */
  readonly current: Element | undefined;
  readonly lastApplied: Applied | undefined;
  readonly form: Applied['form'];
}

/** Whether the task manages the devices of a class: XML those of all classes, options those that they list. */
function coveredDevices(options: DomainOptions, desired: Element): (deviceClass: string) => boolean {
  if (options.xml !== undefined) return () => true;
  return (name) =>
    devicesOf(desired, name).length > 0 ||
    (name === 'disk' && options.disks !== undefined) ||
    (name === 'interface' && options.interfaces !== undefined);
}

/** The definition that a task leads to. Pure. @returns undefined for a task that defines nothing */
export function draftOf(options: DomainOptions, known: Known): DomainDraft | undefined {
  if (!isDefining(options)) return undefined;
  const { domain, machineId } = known;
  const form = options.xml === undefined ? 'options' : 'xml';
  const current = domain && withoutApplied(domain.definition);
  const given =
    options.xml === undefined ? buildDomain(options, known, !current, current) : parseOption(options.xml);
  const desired = withoutApplied(given);
  refuseOtherUuid(desired, domain);
  const lastApplied = domain && readApplied(domain.definition);
  const versions = {
    desired,
    current,
    lastApplied: removableFrom(lastApplied, options, current),
    removeUnlisted: options.unlisted_devices === 'remove',
    covers: coveredDevices(options, desired),
    machineId,
    macs: defaultMacs(options),
  };
  const redefinition = redefine(versions);
  // The defaults of a new domain are not recorded as applied: a later task keeps them without listing them.
  const applied =
    form === 'options' && !current
      ? redefine({ ...versions, desired: buildDomain(options, known, false) }).outline
      : redefinition.outline;
  const kept = keptFrom(lastApplied, options);
  return {
    ...redefinition,
    outline: kept ? joinOutlines(kept, applied) : applied,
    current,
    desired,
    lastApplied,
    form,
  };
}

function refuseOtherUuid(desired: Element, domain: Domain | undefined): void {
  const uuid = valueAt(desired, 'uuid')?.toLowerCase();
  if (!domain || !uuid || uuid === domain.uuid) return;
  throw new OptionError('xml', `its UUID ${uuid} isn't that of the domain, ${domain.uuid}: leave it out`);
}

const defaultMacs = ({ interfaces }: DomainOptions): Map<string, string> =>
  new Map(
    (interfaces ?? []).flatMap(({ target, default_mac }) =>
      target && default_mac ? [[target, default_mac.toLowerCase()]] : [],
    ),
  );
