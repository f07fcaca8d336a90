import { defineModule } from '../lib/ansible/module.ts';
import { port } from '../objects/topology/port.ts';
import { spec } from './spec.ts';

export const module = defineModule(spec, port);
