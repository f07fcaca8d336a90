import { template } from '../objects/template/template.ts';
import { spec } from './spec.ts';

export const module = { spec, ...template };
