import { OptionError } from '../../../lib/failure.ts';
import { LIBVIRT_PREFIXES } from '../../../lib/libvirt/identity.ts';
import { type Element, valueAt } from '../../../lib/xml/element.ts';
import { parseXml, XmlError } from '../../../lib/xml/parse.ts';
import type { DomainOptions } from './options.ts';
import { DEFINING } from './paths.ts';

/** Whether the task has a desired definition, by XML or options. */
export const isDefining = (options: DomainOptions): boolean =>
  options.xml !== undefined || DEFINING.some((name) => options[name] !== undefined);

// A task parses the same text many times.
const parsed = new Map<string, Element>();

/** Parses the XML of an option. @throws OptionError with line and column */
export function parseOption(xml: string, option: 'xml' | 'extra_xml' = 'xml'): Element {
  const known = parsed.get(xml) ?? readOption(xml, option);
  parsed.set(xml, known);
  return known;
}

function readOption(xml: string, option: 'xml' | 'extra_xml'): Element {
  try {
    const domain = parseXml(xml, LIBVIRT_PREFIXES);
    if (domain.name !== 'domain')
      throw new OptionError(option, `its root element is <${domain.name}>: it must be <domain>`);
    return domain;
  } catch (error) {
    if (error instanceof XmlError)
      throw new OptionError(option, `${error.message}. The XML is not well-formed: fix it there`);
    throw error;
  }
}

/** The domain's name, from the option or the XML. */
export const nameOf = ({ name, xml }: DomainOptions): string =>
  name ?? valueAt(parseOption(xml ?? ''), 'name') ?? '';
