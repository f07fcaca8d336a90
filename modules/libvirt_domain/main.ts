import { defineModule } from '../lib/ansible/module.ts';
import { domain } from '../objects/domain/domain.ts';
import { spec } from './spec.ts';

export const module = defineModule(spec, domain);
