import { create } from 'xmlbuilder2';
import { Failure } from '../lib/failure.ts';
import { kibibytes } from '../lib/libvirt/normalise.ts';
import type { Element } from '../lib/xml/element.ts';
import { parseXml } from '../lib/xml/parse.ts';
import type { DomainOptions } from './options.ts';

type Disk = NonNullable<DomainOptions['disks']>[number];
type Interface = NonNullable<DomainOptions['interfaces']>[number];
type Xml = Record<string, unknown>;

/** What of the host a definition depends on. */
export interface HostFacts {
  /** Whether guests can run on the processor itself. */
  readonly kvm: boolean;
}

// The letters of a bus's device names (formatdomain, "target").
const PREFIX: Record<string, string> = { virtio: 'vd', scsi: 'sd', sata: 'sd', usb: 'sd', ide: 'hd' };

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

const busOf = ({ bus, device }: Disk) => bus ?? (device === 'cdrom' ? 'scsi' : 'virtio');

/** Gives each disk without a target the next free device name of its bus. */
export function targetsOf(disks: readonly Disk[]): string[] {
  const taken = new Set(disks.flatMap(({ target }) => target ?? []));
  return disks.map((disk) => {
    if (disk.target) return disk.target;
    const prefix = PREFIX[busOf(disk)] ?? 'sd';
    const name = [...LETTERS].map((letter) => prefix + letter).find((candidate) => !taken.has(candidate));
    if (!name)
      throw new Failure(
        `there are more than ${LETTERS.length} disks on bus ${busOf(disk)}: name their targets`,
      );
    taken.add(name);
    return name;
  });
}

function diskXml(disk: Disk, target: string): Xml {
  const { device, source } = disk;
  return {
    '@type': 'file',
    '@device': device,
    driver: { '@name': 'qemu', '@type': disk.format ?? (device === 'cdrom' ? 'raw' : 'qcow2') },
    source: { '@file': source },
    target: { '@dev': target, '@bus': busOf(disk) },
    ...(device === 'cdrom' ? { readonly: {} } : {}),
  };
}

// What the host offers to do for the guest (formatdomain, "Setting NIC driver-specific options").
const OFFLOADS = ['csum', 'gso', 'tso4', 'tso6', 'ecn', 'ufo'];

function offloadXml(on: boolean): Xml {
  return { driver: { host: Object.fromEntries(OFFLOADS.map((name) => [`@${name}`, on ? 'on' : 'off'])) } };
}

function interfaceXml({ type, source, target, mac, model, vlans, checksum_offload }: Interface): Xml {
  const tags = (vlans ?? []).map((id) => ({ '@id': id }));
  return {
    '@type': type === 'network' ? 'network' : 'bridge',
    ...(mac ? { mac: { '@address': mac } } : {}),
    source: type === 'network' ? { '@network': source } : { '@bridge': source },
    ...(tags.length > 0 ? { vlan: { ...(tags.length > 1 ? { '@trunk': 'yes' } : {}), tag: tags } } : {}),
    ...(type === 'ovs' ? { virtualport: { '@type': 'openvswitch' } } : {}),
    ...(target ? { target: { '@dev': target } } : {}),
    model: { '@type': model },
    ...(checksum_offload === undefined ? {} : offloadXml(checksum_offload)),
  };
}

function osXml({ machine, boot, kernel, initrd, cmdline }: DomainOptions, isNew: boolean): Xml {
  const wanted = machine ?? (isNew ? 'q35' : undefined);
  const order = boot ?? (isNew ? ['hd'] : undefined);
  return {
    ...(wanted ? { type: { '@machine': wanted, '#': 'hvm' } } : {}),
    ...(kernel ? { kernel } : {}),
    ...(initrd ? { initrd } : {}),
    ...(cmdline ? { cmdline } : {}),
    ...(order ? { boot: order.map((dev) => ({ '@dev': dev })) } : {}),
  };
}

function devicesXml({ disks, interfaces }: DomainOptions, isNew: boolean): Xml {
  const targets = targetsOf(disks ?? []);
  const scsi = disks?.some((disk) => busOf(disk) === 'scsi');
  return {
    ...(disks ? { disk: disks.map((disk, i) => diskXml(disk, targets[i] as string)) } : {}),
    ...(scsi ? { controller: { '@type': 'scsi', '@index': 0, '@model': 'virtio-scsi' } } : {}),
    ...(interfaces ? { interface: interfaces.map(interfaceXml) } : {}),
    ...(isNew ? CONSOLE_AND_RNG : {}),
  };
}

const CONSOLE_AND_RNG = {
  serial: { '@type': 'pty', target: { '@port': 0 } },
  console: { '@type': 'pty', target: { '@type': 'serial', '@port': 0 } },
  // Without it a guest waits for entropy when it makes its SSH host keys.
  rng: { '@model': 'virtio', backend: { '@model': 'random', '#': '/dev/urandom' } },
};

function typeOf({ virt_type }: DomainOptions, { kvm }: HostFacts, isNew: boolean): string | undefined {
  const wanted = virt_type ?? (isNew ? 'auto' : undefined);
  return wanted === 'auto' ? (kvm ? 'kvm' : 'qemu') : wanted;
}

/**
 * The domain that the options describe, as far as they do.
 * @param isNew whether there is no such domain yet: then what no option says gets its default
 */
export function buildDomain(options: DomainOptions, facts: HostFacts, isNew: boolean): Element {
  const { name, memory, vcpus, cpu_mode } = options;
  const type = typeOf(options, facts, isNew);
  const mode = cpu_mode ?? (isNew && type === 'kvm' ? 'host-passthrough' : undefined);
  const kib = memory === undefined ? undefined : kibibytes(memory);
  const domain: Xml = {
    ...(type ? { '@type': type } : {}),
    name,
    ...(kib === undefined ? {} : { memory: { '@unit': 'KiB', '#': kib } }),
    ...(vcpus || isNew ? { vcpu: vcpus ?? 1 } : {}),
    os: osXml(options, isNew),
    ...(isNew ? { features: { acpi: {}, apic: {} } } : {}),
    ...(mode ? { cpu: { '@mode': mode } } : {}),
    devices: devicesXml(options, isNew),
  };
  return parseXml(create({ domain }).end({ headless: true }));
}
