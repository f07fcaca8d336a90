import { move } from '../objects/move/move.ts';
import { spec } from './spec.ts';

export const module = { spec, ...move };
