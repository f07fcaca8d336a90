import { defineModule } from '../lib/ansible/module.ts';
import { vm } from '../objects/vm/vm.ts';
import { spec } from './spec.ts';

export const module = defineModule(spec, vm);
