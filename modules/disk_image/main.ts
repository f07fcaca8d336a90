import { disk } from '../objects/disk/disk.ts';
import { spec } from './spec.ts';

export const module = { spec, ...disk };
