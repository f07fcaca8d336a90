import { bridge } from '../objects/topology/bridge.ts';
import { spec } from './spec.ts';

export const module = { spec, ...bridge };
