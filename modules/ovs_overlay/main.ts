import { overlay } from '../objects/overlay/overlay.ts';
import { spec } from './spec.ts';

export const module = { spec, ...overlay };
