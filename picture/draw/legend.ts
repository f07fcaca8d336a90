import { guestsOf, type HostModel, type Model } from '../model/model.ts';
import { widthOf } from '../text.ts';
import { fontOf } from './looks.ts';
import { chip, coloursOf, driftMark, guestMark, type Mark, restartMark, stateMark } from './marks.ts';
import { line, rect, type Shape, words } from './shape.ts';

interface Entry {
  readonly mark: Mark;
  readonly text: string;
}

const NONE: Mark = { width: 0, shapes: () => [] };

const state = (name: string): Mark => ({ width: 10, shapes: (x, y) => stateMark(name, x + 5, y) });

const container: Mark = {
  width: 14,
  shapes: (x, y) => guestMark('running', true, x + 7, y),
};

const wire: Mark = { width: 22, shapes: (x, y) => [line('overlay0', [x, y], [x + 22, y])] };

const bar: Mark = { width: 22, shapes: (x, y) => [rect('bar', { x, y: y - 4, width: 22, height: 8 }, 3)] };

const nic: Mark = { width: 22, shapes: (x, y) => [rect('nic', { x, y: y - 5, width: 22, height: 10 }, 3)] };

const outline: Mark = {
  width: 22,
  shapes: (x, y) => [rect('card-missing', { x, y: y - 6, width: 22, height: 12 }, 3)],
};

const hasContainer = (host: HostModel): boolean => guestsOf(host).some(({ isContainer }) => isContainer);

/** What the signs mean. @param width in which the entries are wrapped */
export function legendOf(
  model: Model,
  left: number,
  top: number,
  width: number,
): { readonly shapes: Shape[]; readonly height: number } {
  const colours = coloursOf(model.vlans);
  const entries: Entry[] = [
    { mark: state('running'), text: 'running' },
    { mark: state('paused'), text: 'paused' },
    { mark: state('off'), text: 'stopped' },
    { mark: outline, text: 'declared, not created' },
    ...(model.hosts.some(hasContainer) ? [{ mark: container, text: 'container' }] : []),
    { mark: bar, text: 'bridge' },
    { mark: nic, text: 'uplink' },
    ...(model.overlays.length > 0 ? [{ mark: wire, text: 'tunnels' }] : []),
    { mark: driftMark(1), text: 'drift: what a run would change' },
    { mark: restartMark(), text: 'restart pending' },
  ];
  const vlans = model.vlans.map((vlan): Entry => ({ mark: chip(vlan, colours), text: '' }));
  const all = vlans.length > 0 ? [...entries, { mark: NONE, text: 'VLANs' }, ...vlans] : entries;
  const shapes: Shape[] = [];
  let [x, y] = [left, top + 12];
  for (const { mark, text } of all) {
    const needed = mark.width + 6 + (text ? widthOf(text, fontOf('legend')) + (mark === NONE ? 4 : 16) : 0);
    if (x + needed > left + width && x > left) {
      x = left;
      y += 22;
    }
    shapes.push(...mark.shapes(x, y), ...(text ? [words('legend', x + mark.width + 6, y + 4, text)] : []));
    x += needed;
  }
  return { shapes, height: y - top + 12 };
}
