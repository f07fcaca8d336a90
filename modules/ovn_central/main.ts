import { defineModule } from '../lib/ansible/module.ts';
import { central } from '../objects/central/central.ts';
import { spec } from './spec.ts';

export const module = defineModule(spec, central);
