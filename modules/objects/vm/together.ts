import type { Placed } from '../../lib/ansible/plan.ts';
import { type Failure, Failures, OptionError } from '../../lib/failure.ts';
import { parseAddress, parseIp } from '../../lib/net/address.ts';
import { dataDisksOf } from './data-disks.ts';
import { defaultMac, diskPath, isContainer, nicName, seedPath, targetOf } from './names.ts';
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
  vm.surplus !== undefined
    ? []
    : vm.state === 'absent'
      ? [nameOf(vm)]
      : [nameOf(vm), ...filesOf(vm), ...networkOf(vm), ...networksOf(vm)];

function filesOf(vm: VmOptions): Claim[] {
  // A container's are in a directory of its name.
  if (isContainer(vm)) return [];
  const file = (path: string, option: string) => ({ what: `the file ${path}`, key: `file ${path}`, option });
  const more = (vm.domain.disks ?? []).flatMap((disk, i) => {
    const { source, device, readonly, shareable } = disk;
    // The source of a network disk is not a path.
    const isExclusive = device === 'disk' && !readonly && !shareable;
    return isExclusive && source?.startsWith('/') ? file(source, `domain.disks[${i}].source`) : [];
  });
  const data = dataDisksOf(vm).map(({ at, path, isMade }) =>
    file(path, `${at}.${isMade ? 'name' : 'source'}`),
  );
  return [file(diskPath(vm), 'disk_name'), file(seedPath(vm), 'cloudinit_file'), ...data, ...more];
}

/** What a VM has in networks. */
function networksOf(vm: VmOptions): Claim[] {
  return vm.networks.flatMap((nic, i) => {
    const at = `networks[${i}]`;
    const device = { ...nic, name: nicName(nic, i) };
    const named = (name: string, option: string): Claim => ({
      what: `the name '${name}' in the network '${nic.name}'`,
      key: `dns ${name} ${nic.name}`,
      option,
    });
    return [
      macOf(nic.mac ?? defaultMac(vm, device), `${at}.mac`),
      deviceOf(targetOf(vm, device), `${at}.target`),
      ...(nic.address ?? []).map((text, j) => ({
        what: `the address ${text} in the network '${nic.name}'`,
        key: `address ${parseIp(text)?.ip ?? text} in ${nic.name}`,
        option: `${at}.address[${j}]`,
      })),
      ...nic.aliases.map((alias, j) => named(alias, `${at}.aliases[${j}]`)),
      // The VM's own name is claimed once; another's alias may be the same.
      named(vm.name, `${at}.name`),
    ];
  });
}

const macOf = (text: string, option: string): Claim => {
  const lower = text.toLowerCase();
  return { what: `the MAC address ${lower}`, key: `mac ${lower}`, option };
};

const deviceOf = (device: string, option: string): Claim => ({
  what: `the interface ${device} of the host`,
  key: `target ${device}`,
  option,
});

function networkOf(vm: VmOptions): Claim[] {
  const others = (vm.domain.interfaces ?? []).flatMap((nic, i) => [
    ...(nic.mac ? [macOf(nic.mac, `domain.interfaces[${i}].mac`)] : []),
    ...(nic.target ? [deviceOf(nic.target, `domain.interfaces[${i}].target`)] : []),
  ]);
  const mine = vm.interfaces.flatMap((nic, i) => {
    const at = `interfaces[${i}]`;
    const { name: bridge = '', vlans = [] } = vm.ovs[i] ?? {};
    const { address, netmask } = nic;
    const ip = address === undefined ? undefined : parseAddress(address, netmask).ip;
    return [
      macOf(nic.mac ?? defaultMac(vm, nic), `${at}.mac`),
      deviceOf(targetOf(vm, nic), `${at}.target`),
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
  const names = items.map(({ options }) => (options.surplus === undefined ? options.name : undefined));
  items.forEach(({ options }, item) => {
    // Two VMs of one name share all that is made from the name: one error is enough.
    const twice =
      options.surplus === undefined && names.indexOf(options.name) !== names.lastIndexOf(options.name);
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
