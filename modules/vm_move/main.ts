import { defineModule } from '../lib/ansible/module.ts';
import { move } from '../objects/move/move.ts';
import { spec } from './spec.ts';

export const module = defineModule(spec, move);
