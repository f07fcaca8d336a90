import { cloudNetworks } from '../objects/ovn/ovn.ts';
import { spec } from './spec.ts';

export const module = { spec, ...cloudNetworks };
