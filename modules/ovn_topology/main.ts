import { defineModule } from '../lib/ansible/module.ts';
import { cloudNetworks } from '../objects/ovn/ovn.ts';
import { spec } from './spec.ts';

export const module = defineModule(spec, cloudNetworks);
