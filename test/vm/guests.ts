import { basename, dirname } from 'node:path';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { publicKey } from '../lab/key.ts';
import { onGuest, waitForPing } from '../support/guest.ts';
import { guestImage } from '../support/guest-image.ts';

// What a guest tells of its network.
const LOOK = `uptime; ip -br link; ip -br address; cloud-init status --long
cat /etc/network/interfaces.d/50-cloud-init; sudo journalctl -b --no-pager -o short-monotonic | grep -E 'cloud-init|ifup|udev|eth|lan' | tail -n 80`;

// A guest that boots again writes over what QEMU has translated, which it drops piece by piece: with its own size of that cache, a
// gigabyte, the boot loader takes minutes.
const SMALL_CACHE = "<domain><features><tcg><tb-cache unit='MiB'>128</tb-cache></tcg></features></domain>";

/** A real guest, of Debian 12 or 13, on the bridge br-inside. */
export class Guest {
  /** Its address on its first interface, which no test changes. */
  readonly first: string;
  readonly name: string;
  constructor(
    private readonly hypervisor: Hypervisor,
    readonly release: 12 | 13,
    private readonly options: Record<string, unknown>,
  ) {
    this.first = `10.77.0.${release}`;
    this.name = `inside${release}`;
  }

  /** The VM with other interfaces: the names of those beside eth0, and the last bytes of their addresses. */
  with(others: Record<string, number>, more: object = {}): Record<string, unknown> {
    const interfaces = [
      { name: 'eth0', address: `${this.first}/24` },
      ...Object.entries(others).map(([name, last]) => ({ name, address: `${this.address(last)}/24` })),
    ];
    return { ...this.options, ovs: interfaces.map(() => ({ name: 'br-inside' })), interfaces, ...more };
  }

  /** The VM without interfaces. */
  readonly plain = (more: object): Record<string, unknown> => ({ ...this.options, ...more });
  /** The path of one of its files. */
  readonly file = (name: string) => `${this.options.directory}/${this.options.name}/${name}`;
  readonly address = (last: number) => `10.78.${this.release}.${last}`;
  readonly inside = async (command: string) =>
    (await onGuest(this.hypervisor, this.first, command)).stdout.trim();
  /** Waits until it answers to an address; an error shows what is seen from within and on its console. */
  readonly answers = async (last: number, limit: number): Promise<void> => {
    try {
      await waitForPing(this.hypervisor, this.address(last), limit);
    } catch (error) {
      const { stdout } = await onGuest(this.hypervisor, this.first, LOOK, 30);
      const log = `/var/log/libvirt/qemu/inside${this.release}.console`;
      const console = await this.hypervisor.exec(['tail', '-c', '6000', log], { check: false });
      throw new Error(`${(error as Error).message}\ninside:\n${stdout}\nconsole:\n${console.stdout}`);
    }
  };
  /** The process of its QEMU. */
  readonly qemu = async () =>
    (await this.hypervisor.exec(['cat', `/run/libvirt/qemu/inside${this.release}.pid`])).stdout.trim();
  /** What must stay the same whatever changes. */
  readonly identity = () =>
    this.inside('cat /var/lib/cloud/data/instance-id /etc/ssh/ssh_host_ed25519_key.pub');
}

/** Makes the bridge of the guests of these releases of Debian. @returns the guests, which are yet to be made */
export async function prepareGuests(
  hypervisor: Hypervisor,
  releases: readonly (12 | 13)[],
): Promise<Guest[]> {
  const script = `ovs-vsctl add-br br-inside -- set bridge br-inside datapath_type=netdev
    for i in 77.0 78.12 78.13; do ip address add 10.$i.1/24 dev br-inside; done; ip link set br-inside up`;
  await hypervisor.exec(['sh', '-c', script]);
  const key = await publicKey();
  const guestOf = async (release: 12 | 13) => {
    const image = await guestImage(hypervisor, release);
    return new Guest(hypervisor, release, {
      domain: { extra_xml: SMALL_CACHE },
      name: `inside${release}`,
      memory: '512 MiB',
      virt_type: 'qemu',
      directory: '/var/lib/libvirt/inside',
      image_directory: dirname(image),
      archive_name: basename(image),
      checksum_offload: false,
      ssh_authorized_keys: [key],
      // The other keys take an emulated guest half a minute.
      user_data: { ssh_genkeytypes: ['ed25519'] },
      force_off: true,
      shutdown_timeout: 60,
    });
  };
  return Promise.all(releases.map(guestOf));
}

/** Removes them, whatever has become of them. */
export async function removeGuests(hypervisor: Hypervisor): Promise<void> {
  const script = `for name in inside12 inside13 empty1; do virsh destroy $name; virsh undefine $name; done
    rm -rf /var/lib/libvirt/inside; ovs-vsctl --if-exists del-br br-inside`;
  await hypervisor.exec(['sh', '-c', script], { check: false });
}
