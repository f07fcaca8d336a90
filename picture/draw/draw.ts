import type { Layout } from '../layout/placed.ts';
import type { Model } from '../model/model.ts';
import { drawHost } from './host.ts';
import { coloursOf } from './marks.ts';
import { drawOverlay } from './overlay.ts';
import type { Shape } from './shape.ts';

/** All shapes of the picture, from the back to the front. */
export function draw(layout: Layout, model: Model): Shape[] {
  const colours = coloursOf(model.vlans);
  return [
    ...layout.overlays.map(drawOverlay),
    ...layout.hosts.flatMap((host) => drawHost(host, colours, layout.compact)),
  ];
}
