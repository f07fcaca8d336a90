import { defineOptions } from '../../../lib/ansible/spec.ts';
import { CPU_NAME, CPU_POLICIES } from '../../../lib/libvirt/cpu/cpu.ts';
import { MEMBER } from './member.ts';

const AMOUNT = {
  pattern: '\\d+ *([bB]|bytes|[kKmMgGtTpPeE](iB|B)?)?',
  hint: 'a number of KiB, or a number with a unit such as 512 MiB or 2G',
} as const;

/** A feature of the processor that a guest sees. */
const CPU_FEATURE = defineOptions({
  name: {
    type: 'str',
    required: true,
    pattern: CPU_NAME,
    hint: "made of letters, digits, '.', '_', '+' and '-'",
    description: 'The name that libvirt has for the feature, such as V(aes).',
  },
  policy: {
    type: 'str',
    choices: CPU_POLICIES,
    default: 'require',
    description:
      'V(require) gives the guest the feature, and it does not start where the host lacks it. V(optional) gives it where the host has it, V(force) in any case. V(disable) hides it, and with V(forbid) the guest does not start where the host has it.',
  },
});

/** The machine without its devices. */
export const MACHINE = defineOptions({
  title: {
    type: 'str',
    pattern: '[^\\n]+',
    hint: 'one line',
    description: 'A short text about the domain.',
  },
  description: { type: 'str', description: 'A longer text about the domain.' },
  member_of: {
    type: 'dict',
    options: { ...MEMBER, group: { ...MEMBER.group, required: true } },
    description:
      "The group of the domain, which is noted in its metadata (C(virsh metadata NAME --config --uri https://piecewise.cloud/group/1)). A running guest isn't changed by it.",
  },
  memory: {
    type: 'str',
    description:
      'The maximum memory of the guest: a number of KiB, or a text with a unit such as V(2 GiB). A new domain needs it. That of a running container can be changed up to what it was started with.',
    ...AMOUNT,
  },
  current_memory: {
    type: 'str',
    description:
      'The current memory of the guest; its balloon takes the rest of O(memory). All of O(memory) if this is not given.',
    ...AMOUNT,
  },
  vcpus: {
    type: 'int',
    minimum: 1,
    maximum: 8192,
    description: [
      'The number of virtual CPUs; a new domain has 1.',
      'A container has the processors of the host, and as much time on them as this number of processors has. Without the option it has no such limit.',
    ],
  },
  vcpus_max: {
    type: 'int',
    minimum: 1,
    maximum: 8192,
    description:
      'The number to which O(vcpus) can be raised while the guest runs; the same as O(vcpus) if this is not given.',
  },
  virt_type: {
    type: 'str',
    choices: ['auto', 'kvm', 'qemu'],
    description: [
      'V(kvm) is hardware virtualization, V(qemu) is emulation.',
      'V(auto), the default of a new domain, is V(kvm) if the processor and C(/dev/kvm) offer it, else V(qemu).',
    ],
  },
  machine: {
    type: 'str',
    description:
      'The machine type; a new domain is a V(q35). A defined domain keeps the version of its machine type.',
  },
  cpu_mode: {
    type: 'str',
    choices: ['host-passthrough', 'host-model', 'maximum', 'custom'],
    description: [
      'The processor that the guest sees; a new V(kvm) domain has V(host-passthrough).',
      'V(custom) is the model that the option C(cpu_model) of a domain names.',
    ],
  },
  cpu_model: {
    type: 'str',
    description:
      'The processor of O(cpu_mode=custom), as C(virsh cpu-models x86_64) lists it, such as V(EPYC).',
  },
  cpu_features: {
    type: 'list',
    elements: { type: 'dict', options: CPU_FEATURE },
    description:
      'Features of the processor that differ from those of O(cpu_mode) and O(cpu_model). Those that a task has set and no longer lists are removed.',
  },
  features: {
    type: 'list',
    elements: { type: 'str', choices: ['acpi', 'apic', 'pae'] },
    description:
      'The features of the machine; those of the choices that are not listed are removed. A new domain has V(acpi) and V(apic). A guest without V(acpi) cannot be shut down gracefully.',
  },
});
