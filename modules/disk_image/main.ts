import { defineModule } from '../lib/ansible/module.ts';
import { disk } from '../objects/disk/disk.ts';
import { spec } from './spec.ts';

export const module = defineModule(spec, disk);
