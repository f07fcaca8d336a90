import { Failure } from '../../failure.ts';
import { childOf, childrenOf, type Element, element, valueAt } from '../../xml/element.ts';

/** What names of models, vendors and features are made of, as a pattern. */
export const CPU_NAME = '[A-Za-z0-9][A-Za-z0-9._+-]{0,63}';

/** How a guest gets a feature of its processor (formatdomain, "CPU model and topology"). */
export const CPU_POLICIES = ['force', 'require', 'optional', 'disable', 'forbid'] as const;

/** A feature in which a processor differs from its model. */
export interface CpuFeature {
  readonly name: string;
  /** A processor has it or not; the other policies are only those of guests. */
  readonly policy: 'require' | 'disable';
}

/** A processor as libvirt describes it. */
export interface Cpu {
  readonly model: string;
  readonly vendor: string | undefined;
  readonly features: readonly CpuFeature[];
}

const NAME = new RegExp(`^${CPU_NAME}$`);

/** The same text, if it is a name. @throws Failure */
export function cpuName(text: string | undefined): string {
  if (text === undefined || !NAME.test(text)) throw new Failure('it has a name that is not valid');
  return text;
}

function featureIn({ attributes }: Element): CpuFeature {
  const { name, policy } = attributes;
  if (policy !== 'require' && policy !== 'disable')
    throw new Failure('it has a feature that is neither required nor disabled');
  return { name: cpuName(name), policy };
}

/** The processor in an element that has `model`, `vendor` and `feature` as libvirt writes them; all else in it is ignored. @throws Failure */
export function cpuIn(from: Element): Cpu {
  const vendor = childOf(from, 'vendor');
  return {
    model: cpuName(valueAt(from, 'model')),
    vendor: vendor && cpuName(valueAt(from, 'vendor')),
    features: childrenOf(from, 'feature').map(featureIn),
  };
}

/** What `cpuIn` reads. */
export const cpuParts = ({ model, vendor, features }: Cpu): Element[] => [
  element('model', { fallback: 'forbid' }, model),
  ...(vendor === undefined ? [] : [element('vendor', {}, vendor)]),
  ...features.map(({ name, policy }) => element('feature', { policy, name })),
];
