import { central } from '../objects/central/central.ts';
import { spec } from './spec.ts';

export const module = { spec, ...central };
