import type { ObjectKind } from '../../lib/ansible/plan.ts';
import { template } from '../template/template.ts';
import { applyStep } from './apply.ts';
import { checkImage } from './check.ts';
import { observe, type State } from './observe.ts';
import type { ImageOptions } from './options.ts';
import { type ImageResult, planImage, type Step } from './plan.ts';

/** An image from which disks are made: built, downloaded or copied from the controller, and stored as a template. */
export const image: ObjectKind<ImageOptions, State, Step, ImageResult> = {
  key: ({ name }) => name,
  check: checkImage,
  observe,
  plan: planImage,
  weight: (step) => (step.part === 'build' ? Number.POSITIVE_INFINITY : (template.weight?.(step.step) ?? 0)),
  apply: applyStep,
};
