import { type Failure, inWords } from '../../lib/failure.ts';
import { isOwn, type VmOptions } from './options.ts';
import { accountsOf } from './parts.ts';

/** The parts of a VM. */
export type Part = 'disk' | 'seed' | 'domain';

type Words = Readonly<Record<string, string>>;

// A part's option, by what the VM calls it.
const DISK: Words = {
  dest: 'disk_name',
  source: 'archive_name',
  checksum: 'archive_name',
  size: 'disk_size',
  format: 'disk_size',
};
const SEED: Words = { dest: 'cloudinit_file', owner: 'kvm_qemu_user', group: 'kvm_qemu_group' };
const BRIDGE: Words = { source: 'name', vlans: 'vlans' };

/** The domain's disks that are the VM's own. */
const DISKS = ['disk_name', 'cloudinit_file'];

function domainWord({ domain }: VmOptions, option: string): string {
  const [, list = '', index = '', rest = ''] = /^(disks|interfaces)\[(\d+)\](.*)$/.exec(option) ?? [];
  const i = Number(index);
  if (list === 'disks') return DISKS[i] ?? `domain.disks[${i - DISKS.length}]${rest}`;
  if (list === 'interfaces') {
    const own = i - (domain.interfaces ?? []).length;
    const of = BRIDGE[rest.replace(/^\.(\w+).*/, '$1')];
    if (own < 0) return `domain.interfaces[${i}]${rest}`;
    return of ? `ovs[${own}].${of}` : `interfaces[${own}]${rest.replace('default_mac', 'mac')}`;
  }
  const [first = ''] = option.split(/[.[]/);
  return isOwn(first) ? option : `domain.${option}`;
}

function seedWord(vm: VmOptions, option: string, problem: string): string {
  if (option.startsWith('network_config')) return 'interfaces';
  const account = Object.keys(accountsOf(vm)).find((key) => problem.startsWith(key));
  if (option === 'user_data' && account) return account;
  const [, index, rest = ''] = /^user_data\[(\d+)\](.*)$/.exec(option) ?? [];
  // Users and keys are put in front of a list of parts.
  const ahead = Array.isArray(vm.user_data) && Object.keys(accountsOf(vm)).length > 0 ? 1 : 0;
  if (index !== undefined) {
    const i = Number(index) - ahead;
    return i < 0 ? rest.replace(/^\.content\.?/, '') || 'users' : `user_data[${i}]${rest}`;
  }
  return SEED[option] ?? option;
}

const WORDS: Readonly<Record<Part, (vm: VmOptions, option: string, problem: string) => string>> = {
  disk: (_, option) => DISK[option] ?? option,
  seed: seedWord,
  domain: domainWord,
};

/** An option of a part as the VM says it: `interfaces[1].mac`, for `interfaces[2].default_mac` of the domain. */
export const vmWord = (vm: VmOptions, part: Part, option: string, problem: string): string =>
  WORDS[part](vm, option, problem);

/** Does something with a part; what is wrong with its options is said in the VM's words. */
export function ofPart<T>(vm: VmOptions, part: Part, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof Error ? inVmWords(vm, part, error) : error;
  }
}

/** The same for an error that is there. */
export const inVmWords = (vm: VmOptions, part: Part, error: Error): Error | Failure =>
  inWords(error, (option, problem) => vmWord(vm, part, option, problem));

/** The same for a text that begins with the option that it is about. */
export const inOwnWords = (vm: VmOptions, part: Part, text: string): string =>
  text.replace(
    /^option '([^']*)': (.*)$/s,
    (_, option: string, problem: string) => `option '${vmWord(vm, part, option, problem)}': ${problem}`,
  );
