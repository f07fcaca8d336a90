import { certificate } from '../objects/certificate/certificate.ts';
import { spec } from './spec.ts';

export const module = { spec, ...certificate };
