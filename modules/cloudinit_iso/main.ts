import { defineModule } from '../lib/ansible/module.ts';
import { seed } from '../objects/seed/seed.ts';
import { spec } from './spec.ts';

export const module = defineModule(spec, seed);
