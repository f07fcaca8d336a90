import { passedThrough } from '../../lib/libvirt/secrets.ts';
import type { Element } from '../../lib/xml/element.ts';
import type { State } from './observe/state.ts';
import { parseOption } from './options/given.ts';
import type { DomainOptions } from './options/options.ts';

function given(xml: string | undefined): Element[] {
  try {
    return xml === undefined ? [] : [parseOption(xml)];
  } catch {
    // Another step reports what is wrong with the XML, without quoting it.
    return [];
  }
}

/** The secrets that errors of QEMU may quote: those of the task's XML and of the current domain. */
export const secretsOf = ({ xml, extra_xml }: DomainOptions, state: State | undefined): string[] =>
  [...given(xml), ...given(extra_xml), state?.domain?.definition ?? []].flat().flatMap(passedThrough);
