import { defineOptions, type Rules, type ValuesOf } from '../../../lib/ansible/spec.ts';
import { BOOT } from './boot.ts';
import { DEVICES } from './devices.ts';
import { MACHINE } from './machine.ts';
import { DEFINING } from './paths.ts';
import { RUNNING } from './running.ts';

/** The options of a domain. */
export const domainOptions = defineOptions({
  name: {
    type: 'str',
    name: true,
    description: 'The name of the domain. It may be left out where O(xml) has it.',
    pattern: '(?!\\.{1,2}$)[^/\\n]+',
    hint: 'a name without a slash or a line break',
    maxLength: 200,
  },
  xml: {
    type: 'str',
    description:
      'The domain as libvirt XML. Give this or the options it would be built from. What an earlier XML stated and this one no longer does is removed.',
  },
  validate: {
    type: 'bool',
    default: true,
    description:
      "Whether a domain is refused that libvirt's schema doesn't allow and of which libvirt would leave something out. With V(false) it is taken as C(virsh define) takes it, and a warning says why it would be refused.",
  },
  uri: { type: 'str', default: 'qemu:///system', description: 'The libvirt connection.' },
  ...RUNNING,
  ...MACHINE,
  ...BOOT,
  ...DEVICES,
});

export type DomainOptions = ValuesOf<typeof domainOptions>;

export const domainRules: Rules = {
  requiredOneOf: [['name', 'xml']],
  mutuallyExclusive: [...DEFINING, 'hotplug_slots'].map((name) => ['xml', name]),
};
