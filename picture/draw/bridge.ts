import { complaintOf, tagWidth } from '../layout/bridge.ts';
import type { PlacedBridge, PlacedNetwork, PlacedPort, PlacedUplink } from '../layout/placed.ts';
import { networkTags, networkText } from '../layout/texts.ts';
import { labelOf } from '../model/label.ts';
import { fitted, widthOf } from '../text.ts';
import { slanted } from './guest.ts';
import { fontOf } from './looks.ts';
import { type Colours, chip, driftMark, leftwards, type Mark, rightwards } from './marks.ts';
import { line, object, rect, type Shape, words } from './shape.ts';

/** A short word in a frame. */
const tag = (text: string, look: 'tag' | 'tag-bad'): Mark => {
  const width = tagWidth(text);
  return {
    width,
    shapes: (x, y) => [
      rect(look, { x, y: y - 6.5, width, height: 13 }, 3),
      words(`${look}-text`, x + width / 2, y + 3.3, text, 'middle'),
    ],
  };
};

/** A bridge's bar. */
export function drawBar({ model, bar }: PlacedBridge, colours: Colours): Shape {
  const { x, y, width, height } = bar;
  const baseline = y + height / 2 + 4.6;
  const { info } = model;
  const fake = info.vlan !== undefined && info.parent !== undefined ? [chip(info.vlan, colours)] : [];
  const marks = leftwards(
    model.drift.length > 0 ? [driftMark(model.drift.length)] : [],
    x + width - 8,
    y + height / 2,
  );
  const name = fitted(model.name, width / 2, fontOf('bar-title'));
  const end = x + 12 + widthOf(name, fontOf('bar-title')) + 8;
  const chips = rightwards(fake, end, y + height / 2);
  const parent = model.info.parent === undefined ? '' : `VLAN bridge of ${info.parent}`;
  const text = [parent, ...model.addresses].filter(Boolean).join('  ');
  return object(model.id, labelOf(model), [
    rect('bar', bar, 5),
    slanted(words('bar-title', x + 12, baseline, name), info.managed),
    { tag: 'g', look: 'near', children: chips.shapes },
    words(
      'bar-text',
      chips.right + 2,
      baseline - 0.4,
      fitted(text, marks.left - chips.right - 6, fontOf('bar-text')),
    ),
    ...marks.shapes,
  ]);
}

/** A NIC outside its host's box. */
export const drawUplink = ({ model, box, text }: PlacedUplink): Shape =>
  object(model.id, labelOf(model), [
    rect(model.info.up && !model.info.error ? 'nic' : 'nic-bad', box, 4),
    slanted(words('nic-text', box.x + box.width / 2, box.y + 12.8, text, 'middle'), model.info.managed),
    ...(model.drift.length > 0 ? [rect('outline', box, 4)] : []),
  ]);

/** A small port, or a tunnel that leads out of the picture. */
export function drawPort({ model, box, text }: PlacedPort): Shape {
  const bad = model.kind === 'port' && (model.info.error !== undefined || !model.info.up);
  const marks = leftwards(
    model.drift.length > 0 ? [driftMark(model.drift.length)] : [],
    box.x + box.width - 4,
    box.y + box.height / 2,
  );
  const name = words('port-text', box.x + 8, box.y + box.height / 2 + 3.6, text);
  return object(model.id, labelOf(model), [
    rect(bad ? 'port-bad' : 'port', box, box.height / 2),
    slanted(name, model.kind === 'overlay' || model.info.managed),
    ...marks.shapes,
  ]);
}

/** What the host does for a network. */
export function drawNetwork({ model, box }: PlacedNetwork, colours: Colours, compact: boolean): Shape {
  const { x, y, width, height } = box;
  const { info } = model;
  const middle = compact ? y + height / 2 : y + 13.5;
  const drift = model.drift.length > 0 ? [driftMark(model.drift.length)] : [];
  const right = leftwards(drift, x + width - 6, middle);
  const name = fitted(model.name, 160, fontOf('plate-title'));
  const text = networkText(info, compact);
  const chips = info.vlan === undefined ? [] : [chip(info.vlan, colours)];
  const tags = [
    ...networkTags(info).map((one) => tag(one, 'tag')),
    ...complaintOf(model).map((one) => tag(one, 'tag-bad')),
  ];
  const first = rightwards(chips, x + 10 + widthOf(name, fontOf('plate-title')) + 6, middle);
  const space = compact ? widthOf(text, fontOf('plate-text')) + 8 : 0;
  const second = rightwards(tags, first.right + space, middle);
  return object(model.id, labelOf(model), [
    rect('plate', box, 5),
    ...(model.drift.length > 0 ? [rect('outline', box, 5)] : []),
    words('plate-title', x + 10, middle + 4.2, name),
    compact
      ? {
          tag: 'g',
          look: 'near',
          children: [
            ...first.shapes,
            words('plate-text', first.right + 1, middle + 4, text),
            ...second.shapes,
          ],
        }
      : {
          tag: 'g',
          children: [...first.shapes, words('plate-text', x + 10, y + 31, text), ...second.shapes],
        },
    ...right.shapes,
  ]);
}

/** Lines of a bridge: to its uplinks, its networks and its guests. */
export function drawWires(bridge: PlacedBridge, colours: Colours): Shape[] {
  const coloured = (vlan: number | undefined) =>
    vlan === undefined ? 'wire-thin' : `vlan-line${colours.get(vlan) ?? 0}`;
  return [
    ...bridge.uplinks.map(({ wire }) => line('wire', ...wire)),
    ...bridge.networks.flatMap(({ stem, model }) => (stem ? [line(coloured(model.info.vlan), ...stem)] : [])),
    ...bridge.others.map((points) => line('other', ...points)),
    ...bridge.rails.map((points) => line('spine', ...points)),
    ...bridge.guests.flatMap(({ drops }) =>
      drops.map(({ from, to, vlan }) => line(coloured(vlan), from, to)),
    ),
  ];
}
