import { Failure } from '../../failure.ts';
import { childOf, childrenOf, type Element, element, valueAt } from '../../xml/element.ts';
import { parseXml } from '../../xml/parse.ts';
import { serialiseXml } from '../../xml/serialise.ts';
import { type Cpu, cpuIn, cpuName, cpuParts } from './cpu.ts';

// What hosts tell each other of their processors. It goes through the controller as one text, which a host may have made up.

/** How guests are run: by hardware virtualization, or by emulation. */
export const VIRT_TYPES = ['kvm', 'qemu'] as const;
export type VirtType = (typeof VIRT_TYPES)[number];

/** The processor that guests of one type can have on a host, at most. */
export interface HostCpu extends Cpu {
  readonly type: VirtType;
  readonly arch: string;
  /** All models that the host knows. */
  readonly known: readonly string[];
}

const isType = (text: string | undefined): text is VirtType =>
  (VIRT_TYPES as readonly (string | undefined)[]).includes(text);

/**
 * The processor in the answer of `virsh domcapabilities`: its host-model.
 * @returns undefined where there is none
 * @throws Failure
 */
export function hostCpuIn(capabilities: Element): HostCpu | undefined {
  const modes = childrenOf(childOf(capabilities, 'cpu'), 'mode');
  const mode = (name: string) => modes.find(({ attributes }) => attributes.name === name);
  const model = mode('host-model');
  const type = valueAt(capabilities, 'domain');
  if (model?.attributes.supported !== 'yes' || !isType(type)) return undefined;
  const known = childrenOf(mode('custom'), 'model').map(({ text }) => text.trim());
  return { ...cpuIn(model), type, arch: cpuName(valueAt(capabilities, 'arch')), known };
}

/** The text that `readCpus` reads. */
export const writeCpus = (cpus: readonly HostCpu[]): string =>
  serialiseXml(
    element(
      'cpus',
      {},
      cpus.map((cpu) =>
        element('cpu', { type: cpu.type, arch: cpu.arch }, [
          ...cpuParts(cpu),
          element('known', {}, cpu.known.join(' ')),
        ]),
      ),
    ),
  );

/** The processors in a text of `writeCpus`, by the type of guests. @throws Failure for any other text */
export function readCpus(text: string): ReadonlyMap<VirtType, HostCpu> {
  const root = parseXml(text);
  if (root.name !== 'cpus') throw new Failure('it is another document');
  return new Map(
    childrenOf(root, 'cpu').map((one) => {
      const { type, arch } = one.attributes;
      if (!isType(type)) throw new Failure('it has an unknown type of guests');
      const known = (valueAt(one, 'known') ?? '').split(' ').filter(Boolean).map(cpuName);
      return [type, { ...cpuIn(one), type, arch: cpuName(arch), known }];
    }),
  );
}
