import { defineSpec } from '../lib/ansible/spec.ts';
import { DEFINING, LEFT_ALONE } from './options/paths.ts';
import { BOOT } from './spec/boot.ts';
import { DEVICES } from './spec/devices.ts';
import { EXAMPLES } from './spec/examples.ts';
import { MACHINE } from './spec/machine.ts';
import { RETURNS } from './spec/returns.ts';
import { RUNNING } from './spec/running.ts';

const optionList = (names: readonly string[]) => names.map((name) => `O(${name})`).join(', ');

export const spec = defineSpec({
  module: 'libvirt_domain',
  summary: 'Define, redefine, start, stop and remove libvirt domains',
  description: [
    'Defines a domain from its XML or from options, and keeps it as the task says: what the task states is made so, what an earlier task stated and this one no longer does is removed, and what no task stated stays as it is, UUID, MAC addresses and device addresses among it.',
    'A domain that is as stated is not defined again. What changes is applied to the running guest as well, as far as it can be.',
    `Of the options, ${optionList(LEFT_ALONE)} leave alone what they speak for when they are left out; an empty list removes what earlier tasks listed. What any other option stated is removed when a later task that defines the domain leaves it out.`,
    'A guest is only stopped where O(state=stopped), O(state=absent) or O(restart=if_needed) says so, and no disk file is removed but with O(remove_storage=true).',
  ],
  requirements: ['libvirt-clients (virsh)', 'a libvirt daemon at O(uri)'],
  list: {
    option: 'domains',
    description: 'Several domains in one task, read from libvirt together.',
  },
  options: {
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
  },
  rules: {
    requiredOneOf: [['name', 'xml']],
    mutuallyExclusive: [...DEFINING, 'hotplug_slots'].map((name) => ['xml', name]),
  },
  notes: [
    'A change that the running guest cannot take takes effect when it is started the next time; RV(restart_required) says so.',
    'Devices that no task lists are kept, and named in a warning.',
  ],
  examples: EXAMPLES,
  returns: RETURNS,
});
