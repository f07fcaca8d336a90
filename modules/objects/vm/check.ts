import { isMapping } from '../../lib/cloudinit/yaml/value.ts';
import { nameProblem } from '../../lib/dnsmasq/names.ts';
import { asOption, located, OptionError } from '../../lib/failure.ts';
import { kibibytes } from '../../lib/libvirt/amount.ts';
import { isLinkLocal, isWithin, parseAddress, parseIp } from '../../lib/net/address.ts';
import { disk } from '../disk/disk.ts';
import { domain } from '../domain/domain.ts';
import { root } from '../root/root.ts';
import { seed } from '../seed/seed.ts';
import { accountsOf } from './accounts.ts';
import { rootsOf } from './container.ts';
import { checkKind } from './container-check.ts';
import { checkDataDisks } from './data-disks.ts';
import { checkIso } from './iso.ts';
import { checkKernel } from './kernel.ts';
import { isContainer, nicName } from './names.ts';
import { serversOf } from './network.ts';
import type { VmInterface, VmOptions } from './options.ts';
import { diskPartsOf, domainOf, seedsOf } from './parts.ts';
import { ofPart } from './renamed.ts';
import { checkWait } from './wait.ts';

function checkDisk(vm: VmOptions): void {
  const { archive_name = '', archives, images, iso } = vm;
  if (iso || !images || images.includes(archive_name)) return;
  if (isContainer(vm)) throw new OptionError('archive_name', `there is no entry images['${archive_name}']`);
  if (archives.includes(archive_name)) return;
  throw new OptionError(
    'archive_name',
    `there is neither an archive ${archive_name}.tar.gz on the controller nor an entry images['${archive_name}']`,
  );
}

function checkAddress({ mode, address, netmask, gateway, on_link }: VmInterface): void {
  if (mode !== 'static') {
    for (const [option, value] of Object.entries({ address, netmask, gateway })) {
      if (value !== undefined)
        throw new OptionError(option, `'mode' is ${mode}: leave it out, or give 'mode: static'`);
    }
    return;
  }
  if (address === undefined) throw new OptionError('address', "is required, since 'mode' is static");
  const network = asOption('address', () => parseAddress(address, netmask));
  if (gateway === undefined) return;
  const router = parseIp(gateway);
  if (!router) throw new OptionError('gateway', `'${gateway}' is not an IP address`);
  if (on_link || isLinkLocal(router.ip) || isWithin(router.ip, network)) return;
  throw new OptionError(
    'gateway',
    `${gateway} is not in the network of ${network.ip}/${network.prefix}: correct one of them, or give 'on_link: true'`,
  );
}

function checkInterface(nic: VmInterface): void {
  checkAddress(nic);
  for (const server of serversOf(nic)) {
    if (!parseIp(server)) throw new OptionError('dns', `'${server}' is not an IP address`);
  }
}

function checkInterfaces({ ovs, interfaces, networks }: VmOptions): void {
  if (ovs.length !== interfaces.length) {
    throw new OptionError(
      'ovs',
      `has ${ovs.length} entries and 'interfaces' has ${interfaces.length}: they are paired, the first with the first, so give equally many`,
    );
  }
  interfaces.forEach((nic, i) => {
    const at = `interfaces[${i}]`;
    if (
      interfaces.findIndex(({ name }) => name === nic.name) < i ||
      networks.some((one, j) => nicName(one, j) === nic.name)
    ) {
      throw new OptionError(`${at}.name`, `another interface has the name '${nic.name}'`);
    }
    located({ at }, () => checkInterface(nic));
  });
}

function checkNetworks({ name, networks }: VmOptions): void {
  if (networks.length > 0 && !/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) {
    throw new OptionError(
      'name',
      `'${name}' can't be a name in DNS, as a VM with 'networks' has one: use small letters, digits and "-"`,
    );
  }
  const refused = networks.length > 0 ? nameProblem(name) : undefined;
  if (refused) throw new OptionError('name', refused);
  networks.forEach((nic, i) => {
    nic.aliases.forEach((alias, j) => {
      const problem = nameProblem(alias);
      if (problem) throw new OptionError(`networks[${i}].aliases[${j}]`, problem);
    });
    if (networks.findIndex((other) => other.name === nic.name) < i)
      throw new OptionError(`networks[${i}].name`, `the VM is in the network '${nic.name}' already`);
    if (networks.findIndex((other, j) => nicName(other, j) === nicName(nic, i)) < i)
      throw new OptionError(
        `networks[${i}].interface`,
        `another interface has the name '${nicName(nic, i)}'`,
      );
    nic.address?.forEach((text, j) => {
      if (!parseIp(text))
        throw new OptionError(
          `networks[${i}].address[${j}]`,
          `'${text}' is not an IP address; the prefix is that of the network`,
        );
    });
    if (nic.aliases.length > 0 && !nic.address?.length)
      throw new OptionError(`networks[${i}].aliases`, "are names of an address: give 'address'");
    if (nic.aliases.includes(name))
      throw new OptionError(`networks[${i}].aliases`, `'${name}' is the name of the VM already`);
  });
}

/** What a VM has itself can't be in its `domain` too. */
function checkSizes({ memory = '', memory_max, vcpus_max, domain: more }: VmOptions): void {
  if (memory_max !== undefined && more.current_memory != null)
    throw new OptionError('domain.current_memory', "is 'memory' of the VM, since it has 'memory_max'");
  if (vcpus_max !== undefined && more.vcpus_max != null)
    throw new OptionError('domain.vcpus_max', "is 'vcpus_max' of the VM: leave one of them out");
  if (memory_max !== undefined && (kibibytes(memory_max) ?? 0) < (kibibytes(memory) ?? 0))
    throw new OptionError('memory_max', `${memory_max} is less than 'memory', which is ${memory}`);
}

function checkCpu({ cpu_mode, domain: { cpu_model, cpu_features } }: VmOptions): void {
  if (cpu_mode !== 'baseline') return;
  for (const [option, value] of Object.entries({ cpu_model, cpu_features })) {
    if (value != null)
      throw new OptionError(
        `domain.${option}`,
        "is computed, since 'cpu_mode' is baseline: leave one of them out",
      );
  }
}

function checkUsers(vm: VmOptions): void {
  const { user_data, users } = vm;
  if (users !== undefined && !Array.isArray(users)) {
    throw new OptionError('users', "must be a list, as cloud-init's 'users'");
  }
  const text = user_data !== undefined && !isMapping(user_data) && !Array.isArray(user_data);
  if (!text || Object.keys(accountsOf(vm)).length === 0) return;
  throw new OptionError(
    'user_data',
    "is a text, so 'users' and 'ssh_authorized_keys' can't be added to it: make it a mapping",
  );
}

function checkGroup({ state, group, type, index, surplus }: VmOptions): void {
  const needed = { type, index, surplus };
  for (const [option, value] of Object.entries(needed)) {
    if (value === undefined) continue;
    if (group === undefined) throw new OptionError('group', `is required, since the VM has '${option}'`);
    if (option !== 'type' && type === undefined)
      throw new OptionError('type', `is required, since the VM has '${option}'`);
  }
  if (surplus !== undefined && state !== 'absent')
    throw new OptionError('state', "must be absent, since the entry has 'surplus'");
  if (surplus !== undefined && index !== undefined)
    throw new OptionError('index', "is that of one VM, and the entry has 'surplus': leave it out");
}

/** Rules between the options of one VM, and those of its parts. @throws OptionError */
export function checkVm(vm: VmOptions): void {
  checkGroup(vm);
  checkKind(vm);
  if (vm.state !== 'absent') {
    checkDisk(vm);
    checkDataDisks(vm);
    checkKernel(vm);
    checkIso(vm);
    checkInterfaces(vm);
    checkNetworks(vm);
    checkUsers(vm);
    checkSizes(vm);
    checkCpu(vm);
    checkWait(vm);
  }
  for (const { at, options } of diskPartsOf(vm)) ofPart(vm, 'disk', () => disk.check?.(options), at);
  for (const options of seedsOf(vm)) ofPart(vm, 'seed', () => seed.check?.(options));
  for (const options of rootsOf(vm)) ofPart(vm, 'root', () => root.check?.(options));
  ofPart(vm, 'domain', () => domain.check?.(domainOf(vm)));
}
