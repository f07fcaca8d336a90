import { COUNTER } from './counter.ts';
import { IMAGE } from './image.ts';
import type { MoveHost } from './lab.ts';

/** What a test may choose of a guest. */
export interface GuestOptions {
  readonly name: string;
  /** The last byte of its address, 10.25.0.x, from 10 on. */
  readonly number: number;
  /** Seconds between two numbers; 0.2 by default. */
  readonly every?: number;
  /** KiB that it writes to its first disk with each number; 4 by default. */
  readonly busy?: number;
  /** Whether it has a second disk; true by default. */
  readonly data?: boolean;
  /** Boots by OVMF, so that it has an NVRAM file. */
  readonly uefi?: boolean;
  /** Other options of the VM. */
  readonly more?: Record<string, unknown>;
}

/** The address of a guest. */
export const addressOf = ({ number }: Pick<GuestOptions, 'number'>): string => `10.25.0.${number}`;

/**
 * The entry of `vms` of a guest that counts: it sends a growing number to the third party, over one connection that it
 * never opens again, and writes each to its disks first. A guest that is started again goes on where its disks ended.
 */
export function countingVm(options: GuestOptions): Record<string, unknown> {
  const { name, every = 0.2, busy = 4, data = true, uefi = false, more = {} } = options;
  const words = [
    'console=ttyS0 quiet',
    `move.address=${addressOf(options)}/24 move.to=${COUNTER.address} move.port=${COUNTER.port}`,
    `move.every=${every} move.busy=${busy}`,
  ];
  return {
    name,
    // Debian's kernel doesn't boot with 64 MiB, and OVMF not with 128.
    memory: uefi ? '256 MiB' : '96 MiB',
    virt_type: 'qemu',
    archive_name: IMAGE,
    kernel: 'template',
    cmdline: words.join(' '),
    ovs: [{ name: 'ovs-lan', vlans: [25] }],
    interfaces: [{ name: 'eth0', address: `${addressOf(options)}/24` }],
    disks: data ? [{ name: 'data', size: '32M' }] : [],
    shutdown_timeout: 60,
    ...(uefi ? { domain: { firmware: 'efi', secure_boot: false } } : {}),
    ...more,
  };
}

/** What a guest has read of one of its disks. */
export interface DiskReport {
  /** Its name in the guest. */
  readonly disk: string;
  /** The digest of what the guest never writes again: a part of the image, and random data of its first start. */
  readonly pattern: string;
  /** The first and last of the numbers that the disk has, and how many there are; at most the last 1024. */
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

/** Parses what a guest tells of its disks. Pure. @throws Error for another text */
export function parseReport(text: string): DiskReport[] {
  return text.split('\n').map((line) => {
    const [, disk, pattern, ...numbers] = /^(vd[a-z]) ([0-9a-f]{32}) (\d+) (\d+) (\d+)$/.exec(line) ?? [];
    const [first, last, count] = numbers.map(Number);
    if (!disk || !pattern || !first || !last || !count) throw new Error(`not the report of a guest: ${line}`);
    return { disk, pattern, first, last, count };
  });
}

/** Asks a running guest what its disks have; it reads them, not what it remembers. @param third the third party's host */
export async function askDisks(third: MoveHost, guest: Pick<GuestOptions, 'number'>): Promise<DiskReport[]> {
  const address = `TCP:${addressOf(guest)}:7008,connect-timeout=10,retry=5,interval=1`;
  return parseReport(await third.sh(`timeout 60 ip netns exec third socat -T 30 -u ${address} -`));
}

/** What is wrong with the disks of a guest, compared with an earlier report of it; nothing if all is kept. Pure. */
export function lostOf(before: readonly DiskReport[], after: readonly DiskReport[]): string[] {
  return before.flatMap(({ disk, pattern, last }) => {
    const now = after.find((one) => one.disk === disk);
    if (!now) return [`${disk} is not there`];
    const found: string[] = [];
    if (now.pattern !== pattern) found.push(`the pattern of ${disk} has changed`);
    if (now.last < last) found.push(`${disk} ends with ${now.last}, and had ${last}`);
    if (now.count !== now.last - now.first + 1) {
      found.push(`${disk} has ${now.count} of the numbers from ${now.first} to ${now.last}`);
    }
    return found;
  });
}
