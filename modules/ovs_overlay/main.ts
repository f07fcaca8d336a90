import { defineModule } from '../lib/ansible/module.ts';
import { overlay } from '../objects/overlay/overlay.ts';
import { spec } from './spec.ts';

export const module = defineModule(spec, overlay);
