import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import type { Validator } from '../modules/lib/ansible/problems.ts';
import { schemaOf } from '../modules/lib/ansible/schema.ts';
import type { Spec } from '../modules/lib/ansible/spec.ts';

const compiler = () =>
  new Ajv({ allErrors: true, inlineRefs: false, messages: false, code: { source: true, esm: true } });

/**
 * The source of a spec's validator, an ES module with a default export. Compiled ahead because ajv itself
 * costs a bundle 125 kB and each task 35 ms.
 */
export function validatorSource(spec: Spec): string {
  const ajv = compiler();
  return standalone(ajv, ajv.compile(schemaOf(spec)));
}

/** The same validator for use in this process. */
export function compileValidator(spec: Spec): Validator {
  return compiler().compile(schemaOf(spec)) as Validator;
}
