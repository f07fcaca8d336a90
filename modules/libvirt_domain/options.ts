import type { OptionsOf } from '../lib/ansible/spec.ts';
import { OptionError } from '../lib/failure.ts';
import { type Element, valueAt } from '../lib/xml/element.ts';
import { parseXml, XmlError } from '../lib/xml/parse.ts';
import type { spec } from './spec.ts';

export type DomainOptions = OptionsOf<typeof spec>;

/** The options from which a definition is built; without one of them, and without XML, a task only acts on the domain. */
const DEFINING = [
  'memory',
  'vcpus',
  'machine',
  'virt_type',
  'cpu_mode',
  'boot',
  'kernel',
  'initrd',
  'cmdline',
] as const;

/** Whether the task says how the domain is to be defined. */
export const isDefining = (options: DomainOptions): boolean =>
  options.xml !== undefined ||
  options.disks !== undefined ||
  options.interfaces !== undefined ||
  DEFINING.some((name) => options[name] !== undefined);

/** The user's XML. @throws OptionError with line and column */
export function parseOption(xml: string): Element {
  try {
    const domain = parseXml(xml);
    if (domain.name !== 'domain')
      throw new OptionError('xml', `its root is <${domain.name}> and not <domain>`);
    return domain;
  } catch (error) {
    if (error instanceof XmlError)
      throw new OptionError('xml', `${error.message}. It isn't well-formed XML: mend it there`);
    throw error;
  }
}

/** The domain's name, from the option or the XML. */
export const nameOf = ({ name, xml }: DomainOptions): string =>
  name ?? valueAt(parseOption(xml ?? ''), 'name') ?? '';

/** Rules that the spec can't say. @throws OptionError */
export function checkOptions({ name, xml, kernel, initrd, cmdline, disks, interfaces }: DomainOptions): void {
  if (xml !== undefined) {
    const inXml = valueAt(parseOption(xml), 'name');
    if (!inXml) throw new OptionError('xml', 'it has no <name>');
    if (inXml.includes('/'))
      throw new OptionError('xml', `the name '${inXml}' has a slash, which libvirt doesn't take`);
    if (name !== undefined && name !== inXml) {
      throw new OptionError(
        'name',
        `is '${name}', but the XML names '${inXml}': make them equal or leave 'name' out`,
      );
    }
  }
  if (!kernel && (initrd || cmdline))
    throw new OptionError('kernel', "is needed with 'initrd' and 'cmdline'");
  interfaces?.forEach(({ target, default_mac }, i) => {
    if (default_mac && !target)
      throw new OptionError(`interfaces[${i}].default_mac`, "needs 'target' beside it");
  });
  const seen = new Set<string>();
  disks?.forEach(({ source, target }, i) => {
    if (!source.startsWith('/'))
      throw new OptionError(`disks[${i}].source`, `'${source}' must be an absolute path`);
    if (target && seen.has(target))
      throw new OptionError(`disks[${i}].target`, `'${target}' is taken by another disk`);
    if (target) seen.add(target);
  });
}
