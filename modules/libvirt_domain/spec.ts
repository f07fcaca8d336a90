import { defineSpec } from '../lib/ansible/spec.ts';
import { OF_CONTAINERS, OF_MACHINES } from '../objects/domain/options/drivers.ts';
import { domainOptions, domainRules } from '../objects/domain/options/options.ts';
import { KEPT_WHEN_OMITTED } from '../objects/domain/options/paths.ts';
import { EXAMPLES } from './examples.ts';
import { RETURNS } from './returns.ts';

const optionList = (names: readonly string[]) => names.map((name) => `O(${name})`).join(', ');

/** A list in parts that are read as one paragraph each. */
const inParts = (names: readonly string[]): string[][] =>
  names.length === 0 ? [] : [names.slice(0, 12), ...inParts(names.slice(12))];

export const spec = defineSpec({
  module: 'libvirt_domain',
  summary: 'Define, redefine, start, stop and remove libvirt domains',
  description: [
    'Defines a domain from its XML or from options. What the task gives is set, what an earlier task gave and this one does not is removed, and what no task gave is kept, such as the UUID, MAC addresses and device addresses.',
    'A domain that is up to date is not defined again. Changes are also applied to the running guest, as far as possible.',
    `If one of the options ${optionList(KEPT_WHEN_OMITTED)} is left out, its part of the domain is kept.`,
    'An empty list removes what earlier tasks listed. What any other option set is removed if a later task that defines the domain leaves the option out.',
    'A guest is only stopped with O(state=stopped), O(state=absent) or O(restart=if_needed), and disk files are only removed with O(remove_storage=true).',
  ],
  seealso: ['piecewise.cloud.vm'],
  requirements: [
    'libvirt-clients (virsh)',
    'a libvirt daemon at O(uri)',
    'libvirt-daemon-driver-lxc, for containers',
  ],
  list: {
    option: 'domains',
    description: 'Several domains in one task, read from libvirt together.',
  },
  options: domainOptions,
  rules: domainRules,
  notes: [
    'A change that cannot be applied to the running guest takes effect at its next start; RV(restart_required) says so.',
    'Devices that no task lists are kept, and named in a warning.',
    `With O(uri=lxc:///system) the domain is a container. Only a container has ${optionList(OF_CONTAINERS)}.`,
    ...inParts(Object.keys(OF_MACHINES)).map((names) => `A container has none of ${optionList(names)}.`),
    'Of a running container, memory and O(vcpus) change, and interfaces come and go. All else takes effect at its next start, also at one from within. RV(restart_required) says so.',
    'A container has been started when its first process is alive two seconds later; otherwise the task fails.',
    'There is no dry run of libvirt for containers: check mode shows the definition without what libvirt fills in.',
  ],
  examples: EXAMPLES,
  returns: RETURNS,
});
