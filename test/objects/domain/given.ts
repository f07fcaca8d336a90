import { compileValidator } from '../../../build/validator.ts';
import { readOptions } from '../../../modules/lib/ansible/arguments.ts';
import { serialiseXml } from '../../../modules/lib/xml/serialise.ts';
import { spec } from '../../../modules/libvirt_domain/spec.ts';
import { checkOptions } from '../../../modules/objects/domain/check/check.ts';
import { buildDomain } from '../../../modules/objects/domain/desired/domain.ts';
import type { DomainOptions } from '../../../modules/objects/domain/options/options.ts';

const validate = compileValidator(spec);

/** A task's options as the module gets them. @throws the error that the module would return */
export function optionsOf(given: Record<string, unknown>): DomainOptions {
  const read = readOptions(spec, validate, { path: '', options: { name: 'a', ...given } }) as DomainOptions;
  checkOptions(read);
  return read;
}

/** The desired XML of the options for a defined domain. */
export const desiredBy = (given: Record<string, unknown>, kvm = false): string =>
  serialiseXml(buildDomain(optionsOf(given), { kvm }, false));

/** The desired XML of the options for a new domain. */
export const definedBy = (given: Record<string, unknown>, kvm = false): string =>
  serialiseXml(buildDomain(optionsOf(given), { kvm }, true));
