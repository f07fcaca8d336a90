import { defineOptions, type Rules, type ValuesOf } from '../../../lib/ansible/spec.ts';
import { BOOT } from './boot.ts';
import { CONTAINER } from './container.ts';
import { DEVICES } from './devices.ts';
import { MACHINE } from './machine.ts';
import { DEFINING } from './paths.ts';
import { RUNNING } from './running.ts';

/** The options of a domain. */
export const domainOptions = defineOptions({
  name: {
    type: 'str',
    name: true,
    description: 'The name of the domain. It may be left out if O(xml) has it.',
    pattern: '(?!\\.{1,2}$)[^/\\n]+',
    hint: 'a name without a slash or a line break',
    maxLength: 200,
  },
  xml: {
    type: 'str',
    description:
      'The domain as libvirt XML, instead of the options that define it. What the XML of an earlier task had and this one has not is removed.',
  },
  validate: {
    type: 'bool',
    default: true,
    description:
      "Whether to fail if libvirt's schema does not allow the domain and libvirt would leave out a part of it. With V(false) libvirt leaves that part out, as with C(virsh define), and a warning says why it is invalid.",
  },
  uri: {
    type: 'str',
    default: 'qemu:///system',
    description:
      "The libvirt connection. V(lxc:///system) is the one to libvirt's containers, and the domain is a container then. A few options are for these only, and others for virtual machines only.",
  },
  ...RUNNING,
  ...MACHINE,
  ...BOOT,
  ...DEVICES,
  ...CONTAINER,
});

export type DomainOptions = ValuesOf<typeof domainOptions>;

export const domainRules: Rules = {
  requiredOneOf: [['name', 'xml']],
  mutuallyExclusive: [...DEFINING, 'hotplug_slots'].map((name) => ['xml', name]),
};
