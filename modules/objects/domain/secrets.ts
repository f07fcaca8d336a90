import { passedThrough } from '../../lib/libvirt/secrets.ts';
import type { Element } from '../../lib/xml/element.ts';
import type { State } from './observe/state.ts';
import { parseOption } from './options/given.ts';
import type { DomainOptions } from './options/options.ts';

function given(xml: string | undefined): Element[] {
  try {
    return xml === undefined ? [] : [parseOption(xml)];
  } catch {
    // What is wrong with it is said elsewhere, and without a word of it.
    return [];
  }
}

/** The secrets that QEMU's own errors may quote: those of the task's XML, and of the domain as it is. */
export const secretsOf = ({ xml, extra_xml }: DomainOptions, state: State | undefined): string[] =>
  [...given(xml), ...given(extra_xml), state?.domain?.definition ?? []].flat().flatMap(passedThrough);
