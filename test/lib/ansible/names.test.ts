import { describe, expect, it } from 'vitest';
import { loadSpecs } from '../../../build/modules.ts';
import { compileValidator } from '../../../build/validator.ts';
import { problemsOf } from '../../../modules/lib/ansible/problems.ts';
import { isName, type ListOption, type Option, type OptionSpecs } from '../../../modules/lib/ansible/spec.ts';

type Described = Option | ListOption['elements'];

/** An option that takes a text, and where it stands, such as `ports[0].peer.port`. */
type Text = readonly [path: string, option: Described & { type: 'str' | 'path' }];

function textsIn(option: Described, path: string): Text[] {
  if (option.type === 'str' || option.type === 'path') return [[path, option as Text[1]]];
  if (option.type === 'list') return textsIn(option.elements, `${path}[0]`);
  return option.type === 'dict' && option.options ? textsOf(option.options, `${path}.`) : [];
}

const textsOf = (options: OptionSpecs, prefix = ''): Text[] =>
  Object.entries(options).flatMap(([name, option]) => textsIn(option, `${prefix}${name}`));

/** Options of which the one at a path is given, and what holds it. */
const optionsWith = (path: string, value: string): unknown =>
  path
    .split(/\.|(?=\[)/)
    .reduceRight<unknown>((inner, key) => (key === '[0]' ? [inner] : { [key]: inner }), value);

const specs = await loadSpecs();
const validators = new Map(specs.map((spec) => [spec, compileValidator(spec)]));
const texts = specs.flatMap((spec) =>
  textsOf(spec.options).map(([path, option]) => ({ spec, path, option })),
);

function problemsWith({ spec, path }: (typeof texts)[number], value: string): string[] {
  const given = optionsWith(path, value);
  const validate = validators.get(spec);
  validate?.(given);
  return problemsOf(validate?.errors ?? [], spec.options, given).map(({ message }) => message);
}

const called = (text: (typeof texts)[number]) => `${text.spec.module} ${text.path}`;
const refusal = (path: string, value: string) =>
  `option '${path}': "${value}" must not begin with '-', which a command would take for an option`;

/** Texts that reach no command, or as the value of one of its options, which it takes whatever it begins with. */
const FREE = new Set(
  ['xml', 'extra_xml', 'title', 'description', 'machine', 'cpu_model', 'cmdline', 'serial', 'model']
    .concat([
      'listen',
      'password',
      'hosts[0].name',
      'auth.username',
      'uri',
      'url',
      'mirror',
      'checksum',
      'member',
    ])
    .concat(['instance_id', 'hostname', 'label', 'controller[0]', 'owner', 'group', 'address[0]', 'netmask'])
    .concat(['gateway[0]', 'routes[0].to', 'routes[0].via', 'dns[0]', 'address', 'gateway', 'comment'])
    .concat(['ssh_authorized_keys[0]', 'kvm_qemu_user', 'kvm_qemu_group', 'hypervisor', 'host', 'only'])
    .concat(['only_group', 'only_type', 'init_arguments[0]'])
    .concat(['key', 'psk', 'subnet[0]', 'dhcp.range[0]', 'dhcp.range6[0]', 'dns.forwarders[0]'])
    .concat(['nat_address[0]', 'routed_to[0]', 'forwards[0].listen[0]', 'forwards[0].sources[0]'])
    .concat(['forwards[0].to', 'addresses[0]', 'host_cpus[0].cpu'])
    // They are written to a database.
    .concat(['guest', 'chassis', 'mac', 'network', 'security_groups[0]', 'addresses6[0]', 'gateways[0]'])
    .concat(['rules[0].from_group', 'rules[0].from_network', 'rules[0].from[0]']),
);

/** The options that attacks were seen with, or that stand where one could be. */
const NAMES = [
  ...[
    'ovs_port port',
    'ovs_port bridge',
    'ovs_port interfaces[0]',
    'ovs_port peer.port',
    'ovs_port peer.bridge',
  ],
  ...['ovs_bridge bridge', 'ovs_bridge parent', 'ovs_topology bridges[0].name', 'ovs_topology ports[0].port'],
  ...['libvirt_domain name', 'libvirt_domain interfaces[0].source', 'libvirt_domain interfaces[0].target'],
  ...['libvirt_domain disks[0].source', 'disk_image dest', 'disk_image source', 'disk_template dest'],
  'cloudinit_iso dest',
];

describe('what commands get', () => {
  it.each(NAMES)('%s can be no option of a command', (name) => {
    const text = texts.find((one) => called(one) === name);
    expect(text && problemsWith(text, '-a')).toContain(refusal(name.split(' ')[1] ?? '', '-a'));
  });

  it('is refused by whatever is a name, and by nothing else', () => {
    for (const text of texts) {
      for (const value of ['-a', '-', '--all']) {
        const refused = problemsWith(text, value).includes(refusal(text.path, value));
        expect(refused, `${called(text)}: ${value}`).toBe(isName(text.option));
      }
      expect(problemsWith(text, 'a-a').join(), called(text)).not.toContain("begin with '-'");
    }
  });

  // Of a new option somebody has to say what it is.
  it('is a name, or one of the texts that are none', () => {
    const takes = ({ option }: (typeof texts)[number]) =>
      !('choices' in option) && !('pattern' in option && !new RegExp(`^(?:${option.pattern})$`).test('-a'));
    const unclear = texts.filter((text) => takes(text) && !isName(text.option));
    const ends = (path: string) => [...FREE].some((free) => path === free || path.endsWith(`.${free}`));
    expect(unclear.filter(({ path }) => !ends(path)).map(called)).toEqual([]);
  });
});
