import { defineModule } from '../lib/ansible/module.ts';
import { chassis } from '../objects/chassis/chassis.ts';
import { spec } from './spec.ts';

export const module = defineModule(spec, chassis);
