import { domain } from '../objects/domain/domain.ts';
import { spec } from './spec.ts';

export const module = { spec, ...domain };
