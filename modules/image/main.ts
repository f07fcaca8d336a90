import { defineModule } from '../lib/ansible/module.ts';
import { image } from '../objects/image/image.ts';
import { spec } from './spec.ts';

export const module = defineModule(spec, image);
