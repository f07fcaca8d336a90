import type { Placed } from '../../lib/ansible/plan.ts';
import { type Failure, Failures, OptionError } from '../../lib/failure.ts';
import { parseAddress } from '../../lib/net/address.ts';
import { defaultMac, diskPath, seedPath, targetOf } from './names.ts';
import type { VmOptions } from './options.ts';

/** Something that only one VM may have. */
interface Claim {
  /** Its name in messages. */
  readonly what: string;
  /** Its identity key: equal claims have equal keys. */
  readonly key: string;
  /** The option that it comes from. */
  readonly option: string;
}

const nameOf = ({ name }: VmOptions): Claim => ({
  what: `the name '${name}'`,
  key: `name ${name}`,
  option: 'name',
});

const claimsOf = (vm: VmOptions): Claim[] =>
  vm.state === 'absent' ? [nameOf(vm)] : [nameOf(vm), ...filesOf(vm), ...networkOf(vm)];

function filesOf(vm: VmOptions): Claim[] {
  const file = (path: string, option: string) => ({ what: `the file ${path}`, key: `file ${path}`, option });
  const more = (vm.domain.disks ?? []).flatMap((disk, i) => {
    const { source, device, readonly, shareable } = disk;
    // The source of a network disk is not a path.
    const isExclusive = device === 'disk' && !readonly && !shareable;
    return isExclusive && source?.startsWith('/') ? file(source, `domain.disks[${i}].source`) : [];
  });
  return [file(diskPath(vm), 'disk_name'), file(seedPath(vm), 'cloudinit_file'), ...more];
}

function networkOf(vm: VmOptions): Claim[] {
  const mac = (text: string, option: string) => {
    const lower = text.toLowerCase();
    return { what: `the MAC address ${lower}`, key: `mac ${lower}`, option };
  };
  const target = (device: string, option: string) => ({
    what: `the interface ${device} of the host`,
    key: `target ${device}`,
    option,
  });
  const others = (vm.domain.interfaces ?? []).flatMap((nic, i) => [
    ...(nic.mac ? [mac(nic.mac, `domain.interfaces[${i}].mac`)] : []),
    ...(nic.target ? [target(nic.target, `domain.interfaces[${i}].target`)] : []),
  ]);
  const mine = vm.interfaces.flatMap((nic, i) => {
    const at = `interfaces[${i}]`;
    const { name: bridge = '', vlans = [] } = vm.ovs[i] ?? {};
    const { address, netmask } = nic;
    const ip = address === undefined ? undefined : parseAddress(address, netmask).ip;
    return [
      mac(nic.mac ?? defaultMac(vm, nic), `${at}.mac`),
      target(targetOf(vm, nic), `${at}.target`),
      ...(ip === undefined
        ? []
        : [
            {
              what: `the address ${ip} on ${bridge}`,
              key: `address ${ip} ${bridge} ${vlans.join()}`,
              option: `${at}.address`,
            },
          ]),
    ];
  });
  return [...others, ...mine];
}

interface Claimed extends Claim {
  /** The index of the VM. */
  readonly item: number;
}

/** The errors of VMs that claim the same thing: each names the option of the other. */
export function checkTogether(items: readonly Placed<VmOptions>[]): (Failure | undefined)[] {
  const claims = new Map<string, Claimed[]>();
  const names = items.map(({ options }) => options.name);
  items.forEach(({ options }, item) => {
    // Two VMs of one name share all that is made from the name: one error is enough.
    const twice = names.indexOf(options.name) !== names.lastIndexOf(options.name);
    for (const claim of twice ? [nameOf(options)] : claimsOf(options)) {
      claims.set(claim.key, [...(claims.get(claim.key) ?? []), { ...claim, item }]);
    }
  });
  const problems = items.map((): Failure[] => []);
  for (const claimants of claims.values()) {
    claimants.forEach((claim, i) => {
      const other = claimants.find((_, j) => j !== i);
      if (other) problems[claim.item]?.push(shared(claim, other, items));
    });
  }
  return problems.map((all) => (all.length > 1 ? new Failures(all) : all[0]));
}

function shared({ option, what }: Claimed, other: Claimed, items: readonly Placed<VmOptions>[]): OptionError {
  const where = `${items[other.item]?.path}.${other.option}`;
  return new OptionError(option, `${what} is used by ${where} too: change one of them`);
}
