import { OptionError } from '../../../lib/failure.ts';
import { LIMITS } from '../options/disks.ts';
import { type Disk, sourceTypeOf } from '../options/items.ts';

type Check = (disk: Disk, fail: (option: string, problem: string) => never) => void;

/** Protocols with several servers, and those whose servers may be omitted (formatdomain, "source"). */
const CLUSTERS: readonly (string | undefined)[] = ['rbd', 'gluster'];
const NEEDS_NO_HOST: readonly (string | undefined)[] = ['rbd'];

/** Protocols whose server has a default name: the default export of nbd. */
const NEEDS_NO_NAME: readonly (string | undefined)[] = ['nbd'];

const source: Check = (disk, fail) => {
  const { source, type, protocol, device } = disk;
  const network = sourceTypeOf(disk) === 'network';
  if (network && !protocol) fail('protocol', "is needed with 'type: network'");
  if (!network && protocol)
    fail('protocol', `is for network disks, but 'type' is ${type}: leave one of them out`);
  if (source === undefined) {
    if (network ? !NEEDS_NO_NAME.includes(protocol) : device === 'disk')
      fail(
        'source',
        network ? 'is needed: the name on the server' : 'is needed; only a cdrom or floppy can be empty',
      );
    return;
  }
  if (!network && !source.startsWith('/')) fail('source', `'${source}' must be an absolute path`);
};

const server: Check = ({ protocol, hosts = [], auth }, fail) => {
  if (!protocol) {
    if (hosts.length > 0) fail('hosts', "needs 'protocol' beside it");
    if (auth) fail('auth', "needs 'protocol' beside it");
    return;
  }
  if (hosts.length === 0 && !NEEDS_NO_HOST.includes(protocol)) fail('hosts', `is needed for ${protocol}`);
  if (hosts.length > 1 && !CLUSTERS.includes(protocol))
    fail('hosts', `${protocol} has one server: leave the others out`);
  if (auth && protocol !== 'rbd' && protocol !== 'iscsi')
    fail('auth', `is for rbd and iscsi, not for ${protocol}`);
};

const drive: Check = ({ device, bus, readonly, cache, io }, fail) => {
  if (device === 'cdrom' && readonly === false) fail('readonly', 'a CD is always read-only: leave it out');
  if (device === 'cdrom' && bus === 'virtio') fail('bus', 'a CD is not possible on virtio: use scsi');
  if ((device === 'floppy') !== (bus === 'fdc') && bus !== undefined)
    fail('bus', `${bus} is not possible for a ${device}: floppy disks are on fdc, and nothing else is`);
  if (io === 'native' && cache !== 'none' && cache !== 'directsync')
    fail('io', "native needs 'cache: none' or 'cache: directsync' beside it");
};

const limits: Check = ({ iotune }, fail) => {
  const at = (name: string) =>
    (iotune as Record<string, number | undefined> | undefined)?.[name] || undefined;
  for (const unit of ['bytes_sec', 'iops_sec']) {
    for (const end of ['', '_max']) {
      const part = ['read', 'write'].find((one) => at(`${one}_${unit}${end}`) !== undefined);
      if (part && at(`total_${unit}${end}`) !== undefined)
        fail(`iotune.total_${unit}${end}`, `and ${part}_${unit}${end} exclude each other: limit all or each`);
    }
  }
  for (const name of Object.keys(LIMITS)) {
    const [limit, most] = [at(name), at(`${name}_max`)];
    if (most === undefined) continue;
    if (limit === undefined) fail(`iotune.${name}_max`, `needs '${name}' beside it`);
    else if (limit > most) fail(`iotune.${name}_max`, `must not be less than ${name}, which is ${limit}`);
  }
};

/** Rules between the options of a disk, and between disks. @throws OptionError */
export function checkDisks(disks: readonly Disk[]): void {
  const seen = new Set<string>();
  disks.forEach((disk, i) => {
    const fail = (option: string, problem: string): never => {
      throw new OptionError(`disks[${i}].${option}`, problem);
    };
    for (const check of [source, server, drive, limits]) check(disk, fail);
    const { target } = disk;
    if (target && seen.has(target)) fail('target', `'${target}' is taken by another disk`);
    if (target) seen.add(target);
  });
}

/** A q35 has no IDE. @throws OptionError */
export function checkBuses(disks: readonly Disk[], machine: string): void {
  if (!/^(pc-)?q35(-|$)/.test(machine)) return;
  const at = disks.findIndex(({ bus }) => bus === 'ide');
  if (at >= 0)
    throw new OptionError(`disks[${at}].bus`, `a ${machine} has no IDE: use scsi or sata, or 'machine: pc'`);
}
