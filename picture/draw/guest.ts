import { FAR } from '../layout/metrics.ts';
import type { PlacedGuest } from '../layout/placed.ts';
import { labelOf } from '../model/label.ts';
import { type GuestModel, isStopped } from '../model/model.ts';
import { fitted, widthOf } from '../text.ts';
import { fontOf } from './looks.ts';
import { type Colours, chip, driftMark, guestMark, leftwards, restartMark } from './marks.ts';
import { object, rect, type Shape, words } from './shape.ts';

const frameOf = (guest: GuestModel): string => {
  const base =
    guest.state === 'missing' || guest.state === 'unknown'
      ? 'card-missing'
      : isStopped(guest)
        ? 'card-off'
        : 'card';
  return guest.drift.length > 0 ? `${base}-drift` : base;
};

const marksOf = (guest: GuestModel) => [
  ...(guest.drift.length > 0 ? [driftMark(guest.drift.length)] : []),
  ...(guest.restart.length > 0 ? [restartMark()] : []),
];

/** What others manage has a slanted name. */
export const slanted = (shape: Shape, managed: boolean): Shape =>
  managed ? shape : { ...shape, at: { ...shape.at, 'font-style': 'italic' } };

/** VLANs that fit, and how many don't. */
const chipsOf = (guest: GuestModel, colours: Colours, most: number) =>
  guest.vlans.slice(0, most).map((vlan) => chip(vlan, colours));

/** A guest's card. */
export function drawGuest(placed: PlacedGuest, colours: Colours, compact: boolean): Shape {
  const { model } = placed;
  return object(model.id, labelOf(model), compact ? small(placed, colours) : large(placed, colours));
}

function large({ model, box }: PlacedGuest, colours: Colours): Shape[] {
  const { x, y, width } = box;
  const title = isStopped(model) ? 'card-title-off' : 'card-title';
  const marks = leftwards(marksOf(model), x + width - 8, y + 16);
  const chips = leftwards(chipsOf(model, colours, 3).reverse(), x + width - 8, y + 33);
  const [first, ...more] = model.addresses;
  const address =
    first === undefined
      ? words(
          'card-plain',
          x + 26,
          y + 36.5,
          fitted(model.stateText, chips.left - x - 30, fontOf('card-plain')),
        )
      : words(
          'card-text',
          x + 26,
          y + 36.5,
          fitted(
            more.length > 0 ? `${first} +${more.length}` : first,
            chips.left - x - 28,
            fontOf('card-text'),
          ),
        );
  return [
    rect(frameOf(model), box, 6),
    ...guestMark(model.state, model.isContainer, x + 14, y + 16),
    slanted(
      words(title, x + 26, y + 20.5, fitted(model.name, marks.left - x - 28, fontOf('card-title'))),
      model.managed,
    ),
    address,
    ...marks.shapes,
    ...chips.shapes,
  ];
}

function small({ model, box }: PlacedGuest, colours: Colours): Shape[] {
  const { x, y, width, height } = box;
  const middle = y + height / 2;
  const title = isStopped(model) ? 'small-title-off' : 'small-title';
  const marks = leftwards(marksOf(model), x + width + 3, middle, 1);
  const needed = widthOf(model.name, fontOf(title)) + 17;
  // A second VLAN only where the name isn't cut for it.
  const all = chipsOf(model, colours, 2);
  const fits = marks.left - x - all.reduce((sum, { width: each }) => sum + each + 2, 2) > needed + 4;
  const chips = leftwards(
    all.slice(0, fits ? 2 : 1).reverse(),
    Math.min(marks.left, x + width - 3),
    middle,
    2,
  );
  const room = Math.min(chips.left - x - 17, (Math.min(marks.left, x + width) - x - 18) / FAR);
  return [
    rect(frameOf(model), box, 4),
    ...guestMark(model.state, model.isContainer, x + 9, middle),
    slanted(words(title, x + 17, middle + 4, fitted(model.name, room, fontOf(title))), model.managed),
    { tag: 'g', look: 'near', children: chips.shapes },
    ...marks.shapes,
  ];
}
