import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Cloud } from '../../picture/cloud.ts';
import type { Box } from '../../picture/draw/shape.ts';
import { boxesOf } from '../../picture/layout/boxes.ts';
import { layoutOf } from '../../picture/layout/layout.ts';
import type { Layout, PlacedHost, Point } from '../../picture/layout/placed.ts';
import { modelOf } from '../../picture/model/make.ts';
import { itemsOf } from '../../picture/model/model.ts';
import { anyCloud } from './arbitrary.ts';
import { madeUp } from './made-up.ts';

interface Named {
  readonly name: string;
  readonly box: Box;
}

const right = ({ x, width }: Box) => x + width;
const bottom = ({ y, height }: Box) => y + height;

const overlap = (one: Box, other: Box) =>
  one.x < right(other) - 0.01 &&
  other.x < right(one) - 0.01 &&
  one.y < bottom(other) - 0.01 &&
  other.y < bottom(one) - 0.01;

const contains = (outer: Box, inner: Box) =>
  inner.x >= outer.x - 0.01 &&
  inner.y >= outer.y - 0.01 &&
  right(inner) <= right(outer) + 0.01 &&
  bottom(inner) <= bottom(outer) + 0.01;

/** All boxes inside a host's. */
function boxesIn(host: PlacedHost): Named[] {
  const guests = [
    ...host.bridges.flatMap((bridge) => bridge.guests),
    ...host.groups.flatMap((group) => group.guests),
  ];
  return [
    { name: 'header', box: host.header },
    ...host.problems.map(({ box }, index) => ({ name: `problem ${index}`, box })),
    ...guests.map(({ model, box }) => ({ name: model.id, box })),
    ...host.bridges.flatMap(({ model, bar, networks, ports }) => [
      { name: model.id, box: bar },
      ...networks.map((network) => ({ name: network.model.id, box: network.box })),
      ...ports.map((port) => ({ name: port.model.id, box: port.box })),
    ]),
  ];
}

/** All lines of a host. */
function linesIn(host: PlacedHost): (readonly Point[])[] {
  return [
    ...host.links.map(({ points }) => points),
    ...host.bridges.flatMap(({ uplinks, networks, guests, rails, others }) => [
      ...uplinks.map(({ wire }) => wire),
      ...networks.flatMap(({ stem }) => (stem ? [stem] : [])),
      ...guests.flatMap(({ drops }) => drops.map(({ from, to }) => [from, to])),
      ...rails,
      ...others,
    ]),
  ];
}

/** Whether a line runs through the inside of a box, not only along its edge. */
function crosses(points: readonly Point[], box: Box): boolean {
  return points.slice(1).some(([x2, y2], index) => {
    const [x1, y1] = points[index] as Point;
    const extent = {
      x: Math.min(x1, x2),
      y: Math.min(y1, y2),
      width: Math.abs(x2 - x1),
      height: Math.abs(y2 - y1),
    };
    return (
      extent.x < right(box) - 0.5 &&
      right(extent) > box.x + 0.5 &&
      extent.y < bottom(box) - 0.5 &&
      bottom(extent) > box.y + 0.5
    );
  });
}

/** What is wrong with a layout. */
function faults(layout: Layout): string[] {
  const found: string[] = [];
  const pairs = (boxes: readonly Named[]) => {
    for (const [index, one] of boxes.entries()) {
      for (const other of boxes.slice(index + 1)) {
        if (overlap(one.box, other.box)) found.push(`${one.name} overlaps ${other.name}`);
      }
    }
  };
  const labels = layout.overlays.flatMap(({ model, rails }) =>
    rails.map(({ label }) => ({ name: model.id, box: label })),
  );
  const uplinks = layout.hosts.flatMap(({ bridges }) =>
    bridges.flatMap((bridge) => bridge.uplinks.map(({ model, box }) => ({ name: model.id, box }))),
  );
  pairs([...layout.hosts.map(({ model, box }) => ({ name: model.id, box })), ...labels, ...uplinks]);
  const page = { x: 0, y: 0, width: layout.width, height: layout.height };
  for (const { name, box } of [...labels, ...uplinks])
    if (!contains(page, box)) found.push(`${name} is outside`);
  for (const host of layout.hosts) {
    if (!contains(page, host.box)) found.push(`${host.model.id} is outside`);
    const boxes = boxesIn(host);
    pairs(boxes);
    for (const { name, box } of boxes)
      if (!contains(host.box, box)) found.push(`${name} is outside its host`);
    for (const line of linesIn(host)) {
      for (const { name, box } of boxes)
        if (crosses(line, box)) found.push(`a line crosses ${name}: ${JSON.stringify(line)}`);
    }
  }
  for (const { model, rails, taps, trunk } of layout.overlays) {
    for (const line of [
      ...rails.map(({ points }) => points),
      ...taps.map(({ points }) => points.slice(1)),
      trunk,
    ]) {
      for (const host of layout.hosts)
        if (crosses(line, host.box)) found.push(`${model.id} crosses ${host.model.id}`);
      for (const { name, box } of uplinks) if (crosses(line, box)) found.push(`${model.id} crosses ${name}`);
    }
  }
  return found;
}

const layout = (cloud: Cloud) => layoutOf(modelOf(cloud));

describe('the layout', () => {
  it.each([
    [0, 0],
    [1, 0],
    [1, 8],
    [3, 12],
    [7, 20],
    [20, 50],
  ])('of %d hosts with %d guests each has nothing that overlaps', (hosts, guests) => {
    expect(faults(layout(madeUp(hosts, guests, true)))).toEqual([]);
  });

  it('of any cloud has nothing that overlaps, all in its box, and no line through an object', () => {
    fc.assert(
      fc.property(anyCloud(4), (cloud) => {
        expect(faults(layout(cloud))).toEqual([]);
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  it('has each object of the model', () => {
    fc.assert(
      fc.property(anyCloud(3), (cloud) => {
        const model = modelOf(cloud);
        const placed = layoutOf(model);
        const ids = [...itemsOf(model).keys()].filter((id) => !id.startsWith('overlay:'));
        const boxes = boxesOf(placed);
        expect(ids.filter((id) => !boxes.has(id))).toEqual([]);
      }),
      { numRuns: 30, endOnFailure: true },
    );
  });

  it('is the same each time', () => {
    expect(layout(madeUp(5, 30))).toEqual(layout(madeUp(5, 30)));
  });

  it('draws a mesh as a rail: as many lines to it as there are hosts', () => {
    const { overlays } = layout(madeUp(20, 2));
    const mesh = overlays.find(({ model }) => model.name === 'vxlan 5000');
    expect(mesh?.taps).toHaveLength(20);
    expect(mesh?.model.missingPairs).toBe(0);
  });

  it('says of a rail what its tunnels lack', () => {
    const { hosts, ...rest } = madeUp(3, 1);
    const lacking = hosts.map((host) =>
      host.name === 'hv1' && host.info
        ? { ...host, info: { ...host.info, ports: host.info.ports.filter(({ name }) => name !== 'vx2') } }
        : host,
    );
    const texts = (cloud: Cloud) =>
      layout(cloud).overlays.flatMap(({ rails }) => rails.map(({ text }) => text));
    expect(texts({ ...rest, hosts })).toContain('vxlan \u00b7 VNI 5000 \u00b7 3 hosts');
    expect(texts({ ...rest, hosts: lacking })).toContain(
      'vxlan \u00b7 VNI 5000 \u00b7 3 hosts \u00b7 incomplete',
    );
  });

  it('fits a screen: 20 hosts with 50 guests each are wider than high, and each name has six pixels', () => {
    const { width, height } = layout(madeUp(20, 50));
    expect(width / height).toBeGreaterThan(1.3);
    expect(14.5 * Math.min(1600 / width, 860 / height)).toBeGreaterThan(5.5);
  });
});
