import { topology } from '../objects/topology/topology.ts';
import { spec } from './spec.ts';

export const module = { spec, ...topology };
