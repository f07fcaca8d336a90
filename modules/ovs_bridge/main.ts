import { defineModule } from '../lib/ansible/module.ts';
import { bridge } from '../objects/topology/bridge.ts';
import { spec } from './spec.ts';

export const module = defineModule(spec, bridge);
