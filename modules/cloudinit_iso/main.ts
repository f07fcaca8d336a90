import { seed } from '../objects/seed/seed.ts';
import { spec } from './spec.ts';

export const module = { spec, ...seed };
