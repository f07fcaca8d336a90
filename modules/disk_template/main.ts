import { defineModule } from '../lib/ansible/module.ts';
import { template } from '../objects/template/template.ts';
import { spec } from './spec.ts';

export const module = defineModule(spec, template);
