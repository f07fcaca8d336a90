import { fontOf } from '../draw/looks.ts';
import type { Box } from '../draw/shape.ts';
import type { BridgeModel, NetworkModel, OverlayModel, PortModel } from '../model/model.ts';
import { fitted, widthOf } from '../text.ts';
import { flow, type Piece } from './flow.ts';
import type { Metrics } from './metrics.ts';
import type { PlacedNetwork, PlacedPort, PlacedUplink, Point } from './placed.ts';
import { networkTags, networkText, portText, tunnelText, uplinkText } from './texts.ts';

type Above = NetworkModel | PortModel | OverlayModel;

/** The width of a short word in a frame. */
export const tagWidth = (text: string): number => widthOf(text, fontOf('tag-text')) + 8;

/** The width of a VLAN's chip. */
export const chipWidth = (vlan: number): number => widthOf(String(vlan), fontOf('vlan-text')) + 9;

/** What is written behind the name of a network that doesn't do what it should. */
export const complaintOf = ({ info, serves }: NetworkModel): string[] => (serves ? [] : [info.service ?? '']);

function networkPiece(model: NetworkModel, { compact, plate }: Metrics): Piece<Above> {
  const { info, name } = model;
  const tags = [...networkTags(info), ...complaintOf(model)];
  const first =
    Math.min(160, widthOf(name, fontOf('plate-title'))) +
    (info.vlan === undefined ? 0 : chipWidth(info.vlan) + 6) +
    tags.reduce((sum, tag) => sum + tagWidth(tag) + 4, 4) +
    (model.drift.length > 0 ? 34 : 0);
  const second = widthOf(networkText(info, compact), fontOf('plate-text'));
  return {
    item: model,
    width: (compact ? first + second + 10 : Math.max(first, second)) + 20,
    height: plate,
  };
}

function portPiece(model: PortModel | OverlayModel, { port }: Metrics): Piece<Above> {
  const text = model.kind === 'port' ? portText(model) : tunnelText(model);
  const width = widthOf(text, fontOf('port-text')) + 16 + (model.drift.length > 0 ? 30 : 0);
  return { item: model, width, height: port };
}

/** The bar of a bridge, with its networks and small ports above it, and its uplinks outside its host. */
export function bridgeTop(
  model: BridgeModel,
  edge: number,
  left: number,
  top: number,
  width: number,
  metrics: Metrics,
  lonely: readonly OverlayModel[],
) {
  const tunnels = lonely.filter(({ ends }) =>
    ends.some(({ host, bridge }) => host === model.host && bridge === model.name),
  );
  const pieces = [
    ...model.networks.map((network) => networkPiece(network, metrics)),
    ...[...model.ports, ...tunnels].map((port) => portPiece(port, metrics)),
  ];
  const gap = metrics.compact ? 6 : 10;
  const indent = metrics.indent;
  const above = flow(pieces, left + indent, top, width - indent, gap);
  const y = pieces.length > 0 ? above.bottom + (metrics.compact ? 5 : 8) : top;
  const bar: Box = { x: left, y, width, height: metrics.bar };
  const networks: PlacedNetwork[] = [];
  const ports: PlacedPort[] = [];
  for (const { item, box, last } of above.placed) {
    if (item.kind === 'network') {
      const x = box.x + (metrics.compact ? 10 : 16);
      const stem: readonly [Point, Point] = [
        [x, box.y + box.height],
        [x, y],
      ];
      networks.push({ model: item, box, ...(last ? { stem } : {}) });
    } else {
      const text = item.kind === 'port' ? portText(item) : tunnelText(item);
      const room = box.width - 14 - (item.drift.length > 0 ? 30 : 0);
      ports.push({ model: item, box, text: fitted(text, room, fontOf('port-text')) });
    }
  }
  const uplinks = model.uplinks.map((port, index): PlacedUplink => {
    const text = fitted(uplinkText(port), metrics.uplink - 16, fontOf('nic-text'));
    const needed = widthOf(text, fontOf('nic-text')) + 16;
    const centre = y + bar.height / 2 + index * 22;
    const box = { x: edge - needed - 6, y: centre - 9, width: needed, height: 18 };
    const wire: Point[] =
      index === 0
        ? [
            [box.x + needed, centre],
            [left, centre],
          ]
        : [
            [box.x + needed, centre],
            [edge + 6, centre],
            [edge + 6, y + bar.height / 2],
          ];
    return { model: port, box, text, wire };
  });
  const last = uplinks.at(-1);
  return {
    bar,
    networks,
    ports,
    uplinks,
    bottom: Math.max(y + bar.height, last ? last.box.y + last.box.height : 0),
  };
}
