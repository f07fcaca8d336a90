import { vm } from '../objects/vm/vm.ts';
import { spec } from './spec.ts';

export const module = { spec, ...vm };
