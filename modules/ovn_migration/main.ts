import { migration } from '../objects/migration/migration.ts';
import { spec } from './spec.ts';

export const module = { spec, ...migration };
