import { image } from '../objects/image/image.ts';
import { spec } from './spec.ts';

export const module = { spec, ...image };
