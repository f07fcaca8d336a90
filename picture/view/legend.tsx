import type { JSX } from 'preact';
import { legendOf } from '../draw/legend.ts';
import type { Model } from '../model/model.ts';
import { Picture } from './picture.tsx';

/** What the signs mean. */
export function Legend({ model, width }: { readonly model: Model; readonly width: number }): JSX.Element {
  const { shapes, height } = legendOf(model, 4, 0, width - 8);
  return (
    <svg class="legend" width={width} height={height} role="img" aria-label="Legend">
      <Picture shapes={shapes} />
    </svg>
  );
}
