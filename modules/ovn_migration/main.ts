import { defineModule } from '../lib/ansible/module.ts';
import { migration } from '../objects/migration/migration.ts';
import { spec } from './spec.ts';

export const module = defineModule(spec, migration);
