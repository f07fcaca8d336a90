import { defineModule } from '../lib/ansible/module.ts';
import { network } from '../objects/network/network.ts';
import { spec } from './spec.ts';

export const module = defineModule(spec, network);
