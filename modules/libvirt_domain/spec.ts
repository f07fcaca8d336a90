import { defineSpec } from '../lib/ansible/spec.ts';
import { domainOptions, domainRules } from '../objects/domain/options/options.ts';
import { KEPT_WHEN_OMITTED } from '../objects/domain/options/paths.ts';
import { EXAMPLES } from './examples.ts';
import { RETURNS } from './returns.ts';

const optionList = (names: readonly string[]) => names.map((name) => `O(${name})`).join(', ');

export const spec = defineSpec({
  module: 'libvirt_domain',
  summary: 'Define, redefine, start, stop and remove libvirt domains',
  description: [
    'Defines a domain from its XML or from options, and keeps it as the task says: what the task states is made so, what an earlier task stated and this one no longer does is removed, and what no task stated stays as it is, UUID, MAC addresses and device addresses among it.',
    'A domain that is as stated is not defined again. What changes is applied to the running guest as well, as far as it can be.',
    `Of the options, ${optionList(KEPT_WHEN_OMITTED)} leave alone what they speak for when they are left out; an empty list removes what earlier tasks listed. What any other option stated is removed when a later task that defines the domain leaves it out.`,
    'A guest is only stopped where O(state=stopped), O(state=absent) or O(restart=if_needed) says so, and no disk file is removed but with O(remove_storage=true).',
  ],
  requirements: ['libvirt-clients (virsh)', 'a libvirt daemon at O(uri)'],
  list: {
    option: 'domains',
    description: 'Several domains in one task, read from libvirt together.',
  },
  options: domainOptions,
  rules: domainRules,
  notes: [
    'A change that the running guest cannot take takes effect when it is started the next time; RV(restart_required) says so.',
    'Devices that no task lists are kept, and named in a warning.',
  ],
  examples: EXAMPLES,
  returns: RETURNS,
});
