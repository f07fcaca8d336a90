import { type Failure, withOptionsNamed } from '../../lib/failure.ts';
import { accountsOf } from './accounts.ts';
import { inNetworks } from './network.ts';
import { isDecided, type VmOptions } from './options.ts';

/** The parts of a VM. */
export type Part = 'disk' | 'seed' | 'root' | 'domain';

type Names = Readonly<Record<string, string>>;

// The options of a part, and their names in a VM.
const DISK: Names = {
  dest: 'disk_name',
  source: 'archive_name',
  checksum: 'archive_name',
  size: 'disk_size',
  format: 'disk_size',
};
/** The options of a data disk, in its entry. */
const DATA_DISK: Names = { dest: 'name', source: 'source', serial: 'name' };
const KERNEL: Names = { kernel: 'kernel', initrd: 'kernel', cmdline: 'cmdline' };
const SEED: Names = { dest: 'cloudinit_file', owner: 'kvm_qemu_user', group: 'kvm_qemu_group' };
const ROOT: Names = { dest: 'name', template: 'archive_name', authorized_keys: 'ssh_authorized_keys' };
const BRIDGE: Names = { source: 'name', vlans: 'vlans' };

/** The first disks of the domain, which come from these options of the VM. */
const DISKS = ['disk_name', 'cloudinit_file'];

// What the VM has itself, if the task gives it there.
function sizeOption({ memory_max, vcpus_max }: VmOptions, option: string): string | undefined {
  if (memory_max !== undefined && option === 'memory') return 'memory_max';
  if (memory_max !== undefined && option === 'current_memory') return 'memory';
  return vcpus_max !== undefined && option === 'vcpus_max' ? option : undefined;
}

/** @param i the position in the list of the domain @param rest the option after it: `.source` */
function diskOption({ disks, iso }: VmOptions, i: number, rest: string): string {
  const first = iso === undefined ? DISKS : [...DISKS, 'iso.path'];
  if (first[i] !== undefined) return first[i];
  const at = i - first.length;
  const entry = disks[at];
  if (!entry) return `domain.disks[${at - disks.length}]${rest}`;
  const key = rest.slice(1);
  const isFile = key === 'source' && entry.source === undefined;
  return `disks[${at}].${isFile ? 'name' : (DATA_DISK[key] ?? key)}`;
}

function domainOption(vm: VmOptions, option: string): string {
  const { domain, interfaces } = vm;
  if (vm.kernel !== undefined && option in KERNEL) return KERNEL[option] ?? option;
  const size = sizeOption(vm, option);
  if (size !== undefined) return size;
  const [, list = '', index = '', rest = ''] =
    /^(disks|filesystems|interfaces)\[(\d+)\](.*)$/.exec(option) ?? [];
  const i = Number(index);
  // The first one is the root of a container.
  if (list === 'filesystems') return i === 0 ? 'name' : `domain.filesystems[${i - 1}]${rest}`;
  if (list === 'disks') return diskOption(vm, i, rest);
  if (list === 'interfaces') {
    const at = i - (domain.interfaces ?? []).length;
    const of = BRIDGE[rest.replace(/^\.(\w+).*/, '$1')];
    if (at < 0) return `domain.interfaces[${i}]${rest}`;
    const first = inNetworks(interfaces);
    const key = rest.replace('default_mac', 'mac');
    if (at < first) return `networks[${at}]${of ? '.name' : key}`;
    return of ? `ovs[${at - first}].${of}` : `interfaces[${at - first}]${key}`;
  }
  const [first = ''] = option.split(/[.[]/);
  return isDecided(first) ? option : `domain.${option}`;
}

function seedOption(vm: VmOptions, option: string, problem: string): string {
  if (option.startsWith('network_config')) return 'interfaces';
  const account = Object.keys(accountsOf(vm)).find((key) => problem.startsWith(key));
  if (option === 'user_data' && account) return account;
  const [, index, rest = ''] = /^user_data\[(\d+)\](.*)$/.exec(option) ?? [];
  // In a list of parts, users and keys are the first part.
  const ahead = Array.isArray(vm.user_data) && Object.keys(accountsOf(vm)).length > 0 ? 1 : 0;
  if (index !== undefined) {
    const i = Number(index) - ahead;
    return i < 0 ? rest.replace(/^\.content\.?/, '') || 'users' : `user_data[${i}]${rest}`;
  }
  return SEED[option] ?? option;
}

type NameOf = (vm: VmOptions, option: string, problem: string, at: string | undefined) => string;

const OF_PART: Readonly<Record<Part, NameOf>> = {
  disk: (_, option, __, at) =>
    at === undefined ? (DISK[option] ?? option) : `${at}.${DATA_DISK[option] ?? option}`,
  seed: seedOption,
  root: (vm, option, problem) => ROOT[option] ?? seedOption(vm, option, problem),
  domain: domainOption,
};

/** The VM's name of a part's option: `interfaces[1].mac` for `interfaces[2].default_mac` of the domain. */
const vmOption = (
  vm: VmOptions,
  part: Part,
  option: string,
  problem: string,
  at: string | undefined,
): string => OF_PART[part](vm, option, problem, at);

/**
 * Runs `act` on a part. Its errors name the options of the VM.
 * @param at the entry of the VM that the part comes from: `disks[1]`; undefined for a part of the VM itself
 */
export function ofPart<T>(vm: VmOptions, part: Part, act: () => T, at?: string): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof Error ? errorOfVm(vm, part, error, at) : error;
  }
}

/** An error of a part with the names of the VM's options. @param at see ofPart */
export const errorOfVm = (vm: VmOptions, part: Part, error: Error, at?: string): Error | Failure =>
  withOptionsNamed(error, (option, problem) => vmOption(vm, part, option, problem, at));

/** A message of a part with the name of the VM's option at its beginning. @param at see ofPart */
export const messageOfVm = (vm: VmOptions, part: Part, text: string, at?: string): string =>
  text.replace(
    /^option '([^']*)': (.*)$/s,
    (_, option: string, problem: string) => `option '${vmOption(vm, part, option, problem, at)}': ${problem}`,
  );
