import { chassis } from '../objects/chassis/chassis.ts';
import { spec } from './spec.ts';

export const module = { spec, ...chassis };
