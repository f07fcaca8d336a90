import type { Ran } from '../../../modules/lib/host/host.ts';

/** A guest that a libvirt has: its disks are qcow2 unless something else is said, `devices` what else there is. */
export interface Guest {
  readonly state?: string;
  readonly saved?: boolean;
  readonly disks?: readonly (string | { readonly path: string; readonly format: string })[];
  readonly devices?: string;
  /** The disks of the running guest, where they are not those of its definition. */
  readonly running?: Guest['disks'];
}

const CDS = `<disk type='file' device='cdrom'><driver name='qemu' type='raw'/><source file='/images/seed.iso'/></disk>
  <disk type='file' device='cdrom'><driver name='qemu' type='raw'/></disk>`;

const xmlOf = (name: string, { disks = [], devices = '' }: Guest): string => {
  const all = disks.map((disk) => (typeof disk === 'string' ? { path: disk, format: 'qcow2' } : disk));
  const elements = all.map(
    ({ path, format }) =>
      `<disk type='file' device='disk'><driver name='qemu' type='${format}'/><source file='${path}'/></disk>`,
  );
  const text = name.replaceAll('"', '&quot;');
  return `<domain><name>${text}</name><devices>${elements.join('')}${CDS}${devices}</devices></domain>`;
};

function answer(guests: Readonly<Record<string, Guest>>, command: string): string {
  if (command.startsWith('echo --err ')) return '';
  if (command.startsWith('echo ')) return command.slice(5);
  if (command.startsWith('list')) return Object.keys(guests).join('\n');
  if (command.startsWith('vol-path')) return /--vol "(.*)"$/.exec(command)?.[1]?.replace(/^/, '/pool/') ?? '';
  // virsh's quotes are JSON's, as far as names go.
  const name = JSON.parse(/"(.*)"$/.exec(command)?.[0] ?? '""');
  const guest = guests[name];
  if (!guest) return '';
  const { disks = [], running = disks } = guest;
  if (command.startsWith('dumpxml'))
    return xmlOf(name, { ...guest, disks: command.includes('--inactive') ? disks : running });
  return `Name: ${name}\nState:          ${guest.state ?? 'shut off'}\nPersistent: yes\nManaged save:   ${guest.saved ? 'yes' : 'no'}\n`;
}

/** What virsh answers where there are guests. */
export function virshOf(guests: Readonly<Record<string, Guest>>, args: readonly string[]): Partial<Ran> {
  const script = args.slice(args.indexOf('--connect') + 2).join(' ');
  return {
    stdout: script
      .split('; ')
      .map((command) => `${answer(guests, command)}\n`)
      .join(''),
  };
}
