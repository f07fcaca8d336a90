import { bytes, counted, duration } from '../format.ts';
import type { PlacedHost } from '../layout/placed.ts';
import { labelOf } from '../model/label.ts';
import type { HostModel } from '../model/model.ts';
import { fitted } from '../text.ts';
import { drawBar, drawNetwork, drawPort, drawUplink, drawWires } from './bridge.ts';
import { drawGuest } from './guest.ts';
import { fontOf } from './looks.ts';
import { type Colours, driftMark, leftwards, restartMark } from './marks.ts';
import { circle, line, object, rect, type Shape, words } from './shape.ts';

const METER = 84;

/** A host with all that is in it. */
export function drawHost(host: PlacedHost, colours: Colours, compact: boolean): Shape[] {
  const dots = host.bridges.flatMap(({ guests }) =>
    guests.flatMap(({ drops }) =>
      drops.flatMap(({ to, dot }) => (dot ? [circle('dot', to[0], to[1], 2.4)] : [])),
    ),
  );
  return [
    object(host.model.id, labelOf(host.model), [
      rect(host.model.cloud.problems.length > 0 ? 'host-bad' : 'host', host.box, 10),
      ...drawHeader(host),
      ...host.problems.flatMap(({ box, lines }) => [
        rect('problem', box, 4),
        ...lines.map((text, index) => words('problem-text', box.x + 10, box.y + 16 + index * 15, text)),
      ]),
    ]),
    ...host.links.map(({ model, points }) =>
      line(
        model.vlan !== undefined && colours.has(model.vlan)
          ? `vlan-line${colours.get(model.vlan)}`
          : model.kind === 'patch'
            ? 'patch'
            : 'patch-vlan',
        ...points,
      ),
    ),
    ...host.bridges.flatMap((bridge) => drawWires(bridge, colours)),
    ...dots,
    ...host.bridges.flatMap((bridge) => [
      drawBar(bridge, colours),
      ...bridge.uplinks.map(drawUplink),
      ...bridge.networks.map((network) => drawNetwork(network, colours, compact)),
      ...bridge.ports.map(drawPort),
      ...bridge.guests.map((guest) => drawGuest(guest, colours, compact)),
    ]),
    ...host.groups.flatMap(({ title, at, guests }) => [
      words('label', at[0], at[1], title),
      ...guests.map((guest) => drawGuest(guest, colours, compact)),
    ]),
  ];
}

function drawHeader({ model, header }: PlacedHost): Shape[] {
  const { x, y, width, height } = header;
  const { info } = model.cloud;
  const middle = y + height / 2 - 8;
  const room = info ? width - METER - 118 : width;
  const marks = leftwards(
    [
      ...(model.restarts > 0 ? [restartMark(model.restarts)] : []),
      ...(model.allDrift > 0 ? [driftMark(model.allDrift)] : []),
    ],
    x + room,
    middle,
  );
  // From afar, titles are larger (theme.css).
  const name = fitted(model.name, (marks.left - x) / 1.5, fontOf('host-title'));
  return [
    words('host-title', x, middle + 6, name),
    ...marks.shapes,
    words('host-sub', x, middle + 24, fitted(subtitleOf(model), room, fontOf('host-sub'))),
    ...(info ? drawMeters(info.host, x + width, middle) : []),
  ];
}

function subtitleOf({ cloud, missing }: HostModel): string {
  const { info } = cloud;
  if (!info)
    return missing.length > 0 ? `${counted(missing.length, 'guest')} declared` : 'nothing is known of it';
  const running = info.guests.filter(({ state }) => state === 'running').length;
  return [
    info.guests.length > 0 ? `${counted(info.guests.length, 'guest')}, ${running} running` : 'no guests',
    shortRelease(info.host.release),
    `up ${duration(info.host.uptime)}`,
  ].join(' \u00b7 ');
}

function drawMeters(
  { memory, cpu }: NonNullable<HostModel['cloud']['info']>['host'],
  right: number,
  middle: number,
): Shape[] {
  const used = memory.total - memory.available;
  const rows: [text: string, share: number, y: number][] = [
    [shareText(used, memory.total), memory.total > 0 ? used / memory.total : 0, middle],
    [`load ${cpu.load.toFixed(1)} of ${cpu.count}`, cpu.count > 0 ? cpu.load / cpu.count : 0, middle + 19],
  ];
  return rows.flatMap(([text, share, y]) => {
    const box = { x: right - METER, y: y - 3, width: METER, height: 7 };
    const filled = Math.max(0, Math.min(1, share)) * METER;
    return [
      rect('meter', box, 3.5),
      ...(filled >= 1
        ? [
            rect(
              share > 0.9 ? 'meter-high' : 'meter-fill',
              { ...box, width: filled },
              Math.min(3.5, filled / 2),
            ),
          ]
        : []),
      words('meter-text', box.x - 8, y + 4.2, text, 'end'),
    ];
  });
}

/** `95 of 128 GiB`. */
function shareText(used: number, total: number): string {
  const [all = '', unit = ''] = bytes(total).split(' ');
  const [part = '', own = ''] = bytes(used).split(' ');
  return unit === own ? `${part} of ${all} ${unit}` : `${part} ${own} of ${all} ${unit}`;
}

/** `Debian 12` of `Debian GNU/Linux 12 (bookworm)`. */
const shortRelease = (release: string): string =>
  release.replace(' GNU/Linux', '').replace(/\s*\([^)]*\)\s*$/, '');
