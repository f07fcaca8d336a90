import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import type { Pieces } from '../../../modules/lib/volume.ts';
import type { Hypervisor } from '../../lab/hypervisor.ts';
import { putPieces } from '../../support/pieces.ts';

/** What a guest left behind, by the names that it gave it. */
export type Answer = Readonly<Record<string, string>>;

/** The disk, as a guest names it, on which a guest leaves its answer, a tar archive, before it powers itself off. */
export const ANSWER_DISK = '/dev/disk/by-id/virtio-answer';

/** The MAC of a guest's only NIC. */
export const MAC = '52:54:00:76:6f:6c';

const ANSWER_SIZE = 16 << 20;

// Emulated as libvirt_domain's own guests are, and its disk is as it was afterwards.
const MACHINE = [
  ...['-nodefaults', '-display', 'none', '-no-reboot', '-machine', 'q35', '-cpu', 'qemu64', '-m', '512'],
  ...['-smp', '2', '-accel', 'tcg,thread=multi,tb-size=1024', '-device', 'virtio-scsi-pci'],
  ...['-netdev', 'user,id=net,restrict=on', '-device', `virtio-net-pci,netdev=net,mac=${MAC}`],
];

const disk = (id: string, options: string, device: string) => [
  '-drive',
  `if=none,id=${id},${options}`,
  '-device',
  `${device},drive=${id}`,
];

const cd = (id: string, file: string) =>
  disk(id, `media=cdrom,format=raw,readonly=on,file=${file}`, 'scsi-cd');

/**
 * Boots a guest from an image, with ISOs in its CD drives, and waits until it has powered itself off.
 * @param limit seconds that it may take
 * @throws with the end of its console when it takes longer, or leaves no answer
 */
export async function bootWith(
  hypervisor: Hypervisor,
  image: string,
  isos: readonly Pieces[],
  limit = 240,
): Promise<Answer> {
  const place = await mkdtemp(join(hypervisor.root, 'var/tmp/guest-'));
  const at = (name: string) => `${place.slice(hypervisor.root.length)}/${name}`;
  try {
    for (const [i, pieces] of isos.entries()) await putPieces(join(place, `${i}`), pieces);
    await putPieces(join(place, 'answer'), [{ source: '', size: ANSWER_SIZE }]);
    const argv = [
      ...['qemu-system-x86_64', ...MACHINE, '-serial', `file:${at('console')}`],
      ...disk('root', `snapshot=on,cache=unsafe,file=${image}`, 'virtio-blk-pci'),
      ...isos.flatMap((_, i) => cd(`cd${i}`, at(`${i}`))),
      ...disk('answer', `format=raw,cache=unsafe,file=${at('answer')}`, 'virtio-blk-pci,serial=answer'),
    ];
    const ended = await hypervisor
      .exec(argv, { timeout: limit, check: false })
      .catch((error: Error) => ({ exitCode: -1, stderr: error.message }));
    const answer = await unpacked(await readFile(join(place, 'answer')));
    if (ended.exitCode === 0 && Object.keys(answer).length > 0) return answer;
    const console = await readFile(join(place, 'console'), 'utf8').catch(() => '');
    throw new Error(`the guest left no answer: ${ended.stderr}\n${console.slice(-3000)}`);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

// A file on the host is a hole.
async function unpacked(archive: Uint8Array): Promise<Answer> {
  const answer: Record<string, string> = {};
  for await (const entry of Readable.from([archive]).pipe(extract())) {
    const parts: Uint8Array[] = [];
    for await (const part of entry) parts.push(part as Uint8Array);
    if (entry.header.type === 'file')
      answer[entry.header.name.replace('./', '')] = Buffer.concat(parts).toString();
  }
  return answer;
}
