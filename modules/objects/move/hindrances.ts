import type { Host } from '../../lib/host/host.ts';
import { quoted, virshBatch } from '../../lib/libvirt/batch.ts';
import { devicesOf } from '../../lib/libvirt/devices.ts';
import { pathOf } from '../../lib/libvirt/disks.ts';
import type { Domain } from '../../lib/libvirt/read.ts';
import { childOf, type Element, valueAt } from '../../lib/xml/element.ts';

/** Why a guest can't move at all, not while it runs, and not while it is off: for people. */
export interface Hindrances {
  readonly all: readonly string[];
  readonly live: readonly string[];
  readonly cold: readonly string[];
}

/** What a definition has that stays where it is. Pure. */
export function hindrancesOfDefinition(definition: Element): string[] {
  const devices = (deviceClass: string) => devicesOf(definition, deviceClass);
  const disks = devices('disk').flatMap((disk) => problemOfDisk(disk) ?? []);
  const others = [
    ...devices('hostdev').map(() => 'it has a device of its host (hostdev)'),
    ...devices('filesystem').map(
      (one) => `it has a directory of its host (filesystem ${valueAt(one, 'target/@dir') ?? ''})`,
    ),
    ...devices('shmem').map(() => 'it shares memory with its host (shmem)'),
  ];
  const tpm = devices('tpm').filter((one) => valueAt(one, 'backend/@type') === 'passthrough');
  return [...disks, ...new Set(others), ...tpm.map(() => 'it has the TPM of its host')];
}

/** What a guest has that stays where it is. Pure. */
export function hindrancesOf({ definition, live, saved, persistent, state }: Domain): Hindrances {
  const current = live ?? definition;
  const emulated = devicesOf(current, 'tpm').filter((one) => valueAt(one, 'backend/@type') === 'emulator');
  return {
    all: [
      ...(persistent ? [] : ['it has no definition (it is transient)']),
      ...(saved ? ['its memory is saved: start it before'] : []),
      ...(state === 'crashed' ? ['it has crashed: stop it before'] : []),
      // What is moved of one that is off is its definition, whatever runs now.
      ...new Set([definition, current].flatMap(hindrancesOfDefinition)),
    ],
    live: [],
    cold: emulated.map(() => 'its TPM is emulated, and what that stores moves only while the guest runs'),
  };
}

function problemOfDisk(disk: Element): string | undefined {
  const device = disk.attributes.device ?? 'disk';
  const target = valueAt(disk, 'target/@dev') ?? '';
  const path = pathOf(disk);
  // An empty drive.
  if (device !== 'disk' && device !== 'lun' && path === undefined && disk.attributes.type !== 'network')
    return undefined;
  const shown = path ?? valueAt(disk, 'source/@volume') ?? valueAt(disk, 'source/@name') ?? 'without a file';
  if (disk.attributes.type !== 'file' || path === undefined)
    return `its disk ${target} (${shown}) is no file, and stays on its host: take it out of the VM, or move it by other means`;
  const format = valueAt(disk, 'driver/@type') ?? 'raw';
  if (device === 'disk' && format !== 'qcow2' && format !== 'raw')
    return `its disk ${target} has the format ${format}: only qcow2 and raw are moved`;
  if (childOf(disk, 'shareable')) return `its disk ${target} is shared with other guests`;
  return undefined;
}

/** Reads why a guest can't move. */
export async function hindrances(host: Host, uri: string, domain: Domain): Promise<Hindrances> {
  const found = hindrancesOf(domain);
  const name = quoted(domain.name);
  const { outputs } = await virshBatch(host, uri, [
    `snapshot-list --name --domain ${name}`,
    `checkpoint-list --name --domain ${name}`,
  ]);
  const [snapshots = [], checkpoints = []] = outputs.map(({ stdout }) =>
    stdout
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean),
  );
  const kept = [
    ...(snapshots.length > 0
      ? [`it has snapshots (${snapshots.join(', ')}), which would be lost: delete them before`]
      : []),
    ...(checkpoints.length > 0 ? [`it has checkpoints (${checkpoints.join(', ')}): delete them before`] : []),
  ];
  return { ...found, all: [...found.all, ...kept] };
}
