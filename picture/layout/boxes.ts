import type { Box } from '../draw/shape.ts';
import type { Layout } from './placed.ts';

/** Where each object is, by its id, in the order in which they are read. A host is its header. */
export function boxesOf(layout: Layout): Map<string, Box> {
  const boxes = new Map<string, Box>();
  for (const host of layout.hosts) {
    boxes.set(host.model.id, host.header);
    for (const bridge of host.bridges) {
      boxes.set(bridge.model.id, bridge.bar);
      for (const { model, box } of [
        ...bridge.uplinks,
        ...bridge.networks,
        ...bridge.ports,
        ...bridge.guests,
      ]) {
        boxes.set(model.id, box);
      }
    }
    for (const { guests } of host.groups) for (const { model, box } of guests) boxes.set(model.id, box);
  }
  for (const { model, rails } of layout.overlays) {
    const [first] = rails;
    if (first) boxes.set(model.id, first.label);
  }
  return boxes;
}
