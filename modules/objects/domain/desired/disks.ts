import type { Element } from '../../../lib/xml/element.ts';
import { type Disk, sourceTypeOf } from '../options/items.ts';
import { ifAny, tag, textTag } from './tag.ts';
import { busOf, targetsOf } from './targets.ts';

// The type of the secret of a protocol (formatdomain, "auth").
const SECRET: Readonly<Record<string, string>> = { rbd: 'ceph', iscsi: 'iscsi' };

function networkSource({ protocol, source, hosts, auth }: Disk): Element {
  return tag('source', { protocol, name: source }, [
    ...(hosts ?? []).map(({ name, port }) => tag('host', { name, port })),
    auth &&
      tag('auth', { username: auth.username }, [
        tag('secret', { type: SECRET[protocol ?? ''], uuid: auth.secret_uuid }),
      ]),
  ]);
}

function sourceXml(disk: Disk): Element | undefined {
  const { source } = disk;
  const type = sourceTypeOf(disk);
  if (type === 'network') return networkSource(disk);
  if (source === undefined) return undefined;
  return tag('source', type === 'block' ? { dev: source } : { file: source });
}

const formatOf = (disk: Disk) =>
  disk.format ?? (disk.device === 'disk' && sourceTypeOf(disk) === 'file' ? 'qcow2' : 'raw');

function iotuneXml({ iotune }: Disk): Element | undefined {
  const limits = Object.entries(iotune ?? {}).map(([name, value]) => textTag(name, value));
  return ifAny(tag('iotune', {}, limits));
}

function diskXml(disk: Disk, target: string): Element {
  const { device, cache, io, discard, boot_order, readonly, shareable, serial } = disk;
  return tag('disk', { type: sourceTypeOf(disk), device }, [
    tag('driver', { name: 'qemu', type: formatOf(disk), cache, io, discard }),
    sourceXml(disk),
    tag('target', { dev: target, bus: busOf(disk) }),
    iotuneXml(disk),
    boot_order === undefined ? undefined : tag('boot', { order: boot_order }),
    readonly || device === 'cdrom' ? tag('readonly', {}) : undefined,
    shareable ? tag('shareable', {}) : undefined,
    textTag('serial', serial),
  ]);
}

// libvirt's default model is one that current Linux kernels have no driver for.
const SCSI = tag('controller', { type: 'scsi', index: 0, model: 'virtio-scsi' });

/**
 * The disks, and the controller of those on SCSI.
 * @param current the definition that the domain has
 */
export function disksXml(disks: readonly Disk[], current?: Element): Element[] {
  const targets = targetsOf(disks, current);
  const controllers = disks.some((disk) => busOf(disk) === 'scsi') ? [SCSI] : [];
  return [...disks.map((disk, i) => diskXml(disk, targets[i] as string)), ...controllers];
}
