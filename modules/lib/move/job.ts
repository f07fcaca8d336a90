// What libvirt says of a running job (virsh domjobinfo).

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
  PiB: 1024 ** 5,
};

/** How far a migration is, in bytes of memory and disks. */
export interface JobProgress {
  readonly done: number;
  readonly total: number;
}

const bytesIn = (text: string, label: string): number | undefined => {
  const [, value, unit = ''] = new RegExp(`^${label}:\\s*([\\d.]+) ([A-Za-z]+)$`, 'm').exec(text) ?? [];
  const factor = UNITS[unit];
  return value === undefined || factor === undefined ? undefined : Number(value) * factor;
};

/** The progress of a migration; undefined where there is none, or nothing is known of it yet. */
export function progressOf(text: string): JobProgress | undefined {
  const [done, total] = [bytesIn(text, 'Data processed'), bytesIn(text, 'Data total')];
  if (done === undefined || total === undefined || total === 0) return undefined;
  // Memory that the guest writes to is sent again.
  return { done: Math.min(done, total), total };
}
