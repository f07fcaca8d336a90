import { defineModule } from '../lib/ansible/module.ts';
import { topology } from '../objects/topology/topology.ts';
import { spec } from './spec.ts';

export const module = defineModule(spec, topology);
