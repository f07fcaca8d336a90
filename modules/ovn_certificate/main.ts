import { defineModule } from '../lib/ansible/module.ts';
import { certificate } from '../objects/certificate/certificate.ts';
import { spec } from './spec.ts';

export const module = defineModule(spec, certificate);
