import { root } from '../../../modules/objects/root/root.ts';
import { spec } from './spec.ts';

export const module = { spec, ...root };
