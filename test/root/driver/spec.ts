import { defineSpec } from '../../../modules/lib/ansible/spec.ts';
import { rootOptions } from '../../../modules/objects/root/options.ts';

// The root of a container is a part of a VM, and has no module of its own: this one is for its tests.
export const spec = defineSpec({
  // Its path from modules/, by which the build finds it.
  module: '../test/root/driver',
  summary: 'Make the roots of containers, for tests',
  description: ['A root by itself.'],
  list: { option: 'roots', description: 'Several.' },
  options: rootOptions,
  examples: '',
  returns: {},
});
