import { defineOptions } from '../../../lib/ansible/spec.ts';

const AMOUNT = {
  pattern: '\\d+ *([bB]|bytes|[kKmMgGtTpPeE](iB|B)?)?',
  hint: 'a number of KiB, or a number with a unit such as 512 MiB or 2G',
} as const;

/** The machine without its devices. */
export const MACHINE = defineOptions({
  title: {
    type: 'str',
    pattern: '[^\\n]+',
    hint: 'one line',
    description: 'A short text about the domain.',
  },
  description: { type: 'str', description: 'A longer text about the domain.' },
  memory: {
    type: 'str',
    description:
      'Memory of the guest, at most: a number of KiB, or a text with its unit, V(2 GiB). A domain that is to be defined needs it.',
    ...AMOUNT,
  },
  current_memory: {
    type: 'str',
    description:
      'What of O(memory) the guest has now; its balloon takes the rest. All of it if this is not given.',
    ...AMOUNT,
  },
  vcpus: { type: 'int', minimum: 1, maximum: 8192, description: 'Virtual CPUs; a new domain has 1.' },
  vcpus_max: {
    type: 'int',
    minimum: 1,
    maximum: 8192,
    description:
      'To how many O(vcpus) can be raised while the guest runs; no more than O(vcpus) if this is not given.',
  },
  virt_type: {
    type: 'str',
    choices: ['auto', 'kvm', 'qemu'],
    description: [
      'V(kvm) where the host can, V(qemu) for emulation.',
      'V(auto), which is what a new domain gets, is V(kvm) where the processor and C(/dev/kvm) offer it.',
    ],
  },
  machine: {
    type: 'str',
    description:
      'The machine type; a new domain is a V(q35). A domain keeps the version it was defined with.',
  },
  cpu_mode: {
    type: 'str',
    choices: ['host-passthrough', 'host-model', 'maximum', 'custom'],
    description: [
      'What the guest sees as its processor; a new V(kvm) domain has V(host-passthrough).',
      'V(custom) is the O(cpu_model).',
    ],
  },
  cpu_model: {
    type: 'str',
    description: 'The processor of O(cpu_mode=custom), as C(virsh cpu-models x86_64) names it: V(EPYC).',
  },
  features: {
    type: 'list',
    elements: { type: 'str', choices: ['acpi', 'apic', 'pae'] },
    description:
      'Features of the machine, those and no other of these; a new domain has V(acpi) and V(apic). Without V(acpi) a guest does not hear that it is to shut down.',
  },
});
