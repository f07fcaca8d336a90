import { network } from '../objects/network/network.ts';
import { spec } from './spec.ts';

export const module = { spec, ...network };
