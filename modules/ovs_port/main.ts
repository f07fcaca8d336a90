import { port } from '../objects/topology/port.ts';
import { spec } from './spec.ts';

export const module = { spec, ...port };
