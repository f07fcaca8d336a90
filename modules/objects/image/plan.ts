import type { Change, Plan } from '../../lib/ansible/plan.ts';
import type { Step as TemplateStep } from '../template/plan.ts';
import { template } from '../template/template.ts';
import type { State } from './observe.ts';
import type { ImageOptions } from './options.ts';
import { hasNewSource, templateOf, uploadsOf } from './parts.ts';
import { type Recipe, recipeOf } from './recipe.ts';
import { inImageWords, ofTemplate } from './words.ts';

/** A step for an image: it is built, or a step of its template. */
export type Step =
  | { readonly part: 'build'; readonly recipe: Recipe }
  | { readonly part: 'template'; readonly step: TemplateStep };

/** The result of an image. */
export interface ImageResult {
  readonly name: string;
  readonly dest: string;
  readonly template?: string;
  /** Templates to which no name leads, with the overlays that still need them. */
  readonly needed?: Readonly<Record<string, readonly string[]>>;
}

/** Plans the template of an image, and before it the build or upload of its source. Pure. */
export function planImage(
  image: ImageOptions,
  { template: seen, first, lacking }: State,
): Plan<Step, ImageResult> {
  if (seen instanceof Error) throw inImageWords(image, seen);
  const {
    changes,
    warnings = [],
    missing = [],
    result,
  } = ofTemplate(image, () => template.plan(templateOf(image), seen));
  const makes = changes.some(({ step }) => step.act === 'keep');
  const recipe = makes && first && !seen.source ? recipeOf(image) : undefined;
  const built: Change<Step>[] = recipe
    ? [
        {
          title: `build ${image.name} by debootstrap`,
          before: undefined,
          after: recipe,
          step: { part: 'build', recipe },
        },
      ]
    : [];
  return {
    changes: [...built, ...changes.map((change) => ofImage(image, change))],
    warnings,
    // A source that is built or uploaded is missing until then.
    missing: [...lacking, ...(hasNewSource(image) ? [] : missing)],
    uploads: makes && first ? uploadsOf(image) : {},
    result: { name: image.name, dest: templateOf(image).dest, ...result },
  };
}

// The diff shows the path on the controller instead of that on the host.
function ofImage({ path }: ImageOptions, change: Change<TemplateStep>): Change<Step> {
  const { step } = change;
  const shown = step.act === 'keep' && path !== undefined ? { after: { from: path } } : {};
  return { ...change, ...shown, step: { part: 'template', step } };
}
