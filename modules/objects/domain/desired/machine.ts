import { kibibytes } from '../../../lib/libvirt/normalise.ts';
import type { Element } from '../../../lib/xml/element.ts';
import { MACHINE } from '../options/machine.ts';
import type { DomainOptions } from '../options/options.ts';
import { ifAny, tag, textTag } from './tag.ts';

/** What of the host a definition depends on. */
export interface HostFacts {
  /** Whether guests can run on the processor itself. */
  readonly kvm: boolean;
}

/** What runs the guest: the processor itself or an emulation of it. */
export function typeOf({ virt_type }: DomainOptions, { kvm }: HostFacts, isNew: boolean): string | undefined {
  const wanted = virt_type ?? (isNew ? 'auto' : undefined);
  return wanted === 'auto' ? (kvm ? 'kvm' : 'qemu') : wanted;
}

const amountXml = (name: string, amount: string | undefined): Element | undefined => {
  const kib = amount === undefined ? undefined : kibibytes(amount);
  return kib === undefined ? undefined : tag(name, { unit: 'KiB' }, kib);
};

export const memoryXml = ({ memory, current_memory }: DomainOptions) => [
  amountXml('memory', memory),
  amountXml('currentMemory', current_memory),
];

/** The element holds the maximum, and what of it is there where that is less (formatdomain, "CPU Allocation"). */
export function vcpuXml({ vcpus, vcpus_max }: DomainOptions, isNew: boolean): Element | undefined {
  const count = vcpus ?? (isNew ? 1 : undefined);
  if (count === undefined) return undefined;
  const max = vcpus_max ?? count;
  return tag('vcpu', { current: max > count ? count : undefined }, max);
}

/** The processor that the guest sees. An emulation has one of QEMU's own by default. */
export function cpuXml(
  { cpu_mode, cpu_model }: DomainOptions,
  type: string | undefined,
  isNew: boolean,
): Element | undefined {
  const mode = cpu_mode ?? (isNew && type === 'kvm' ? 'host-passthrough' : undefined);
  return ifAny(tag('cpu', { mode }, [textTag('model', cpu_model)]));
}

/** The features that there is an option for. */
export const ALL_FEATURES = MACHINE.features.elements.choices;

/** What a machine of today has. */
const FEATURES = ['acpi', 'apic'] as const;

export function featuresXml({ features }: DomainOptions, isNew: boolean): Element | undefined {
  const wanted = features ?? (isNew ? FEATURES : []);
  return ifAny(
    tag(
      'features',
      {},
      wanted.map((name) => tag(name, {})),
    ),
  );
}
