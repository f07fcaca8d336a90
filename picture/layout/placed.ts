import type { Box } from '../draw/shape.ts';
import type {
  BridgeModel,
  GuestModel,
  HostModel,
  LinkModel,
  NetworkModel,
  OverlayModel,
  PortModel,
} from '../model/model.ts';

// What a layout is: objects with their boxes, and lines with their points. All in one system of coordinates.

export type Point = readonly [x: number, y: number];

export interface PlacedGuest {
  readonly model: GuestModel;
  readonly box: Box;
  /** From each NIC up to what it is connected to. */
  readonly drops: readonly {
    readonly from: Point;
    readonly to: Point;
    readonly vlan?: number;
    readonly dot: boolean;
  }[];
}

export interface PlacedNetwork {
  readonly model: NetworkModel;
  readonly box: Box;
  /** Down to the bridge; only where nothing is between. */
  readonly stem?: readonly [Point, Point];
}

export interface PlacedPort {
  readonly model: PortModel | OverlayModel;
  readonly box: Box;
  readonly text: string;
}

export interface PlacedUplink {
  readonly model: PortModel;
  readonly box: Box;
  readonly text: string;
  readonly wire: readonly Point[];
}

export interface PlacedBridge {
  readonly model: BridgeModel;
  readonly bar: Box;
  readonly uplinks: readonly PlacedUplink[];
  readonly networks: readonly PlacedNetwork[];
  readonly ports: readonly PlacedPort[];
  readonly guests: readonly PlacedGuest[];
  /** Continuations of bridges along the rows of guests. */
  readonly rails: readonly (readonly Point[])[];
  /** Lines from guests below this bridge to other bridges. */
  readonly others: readonly (readonly Point[])[];
}

export interface PlacedGroup {
  readonly title: string;
  readonly at: Point;
  readonly guests: readonly PlacedGuest[];
}

export interface PlacedLink {
  readonly model: LinkModel;
  readonly points: readonly Point[];
}

export interface PlacedHost {
  readonly model: HostModel;
  readonly box: Box;
  /** Title, release and meters. */
  readonly header: Box;
  readonly problems: readonly { readonly box: Box; readonly lines: readonly string[] }[];
  readonly bridges: readonly PlacedBridge[];
  readonly groups: readonly PlacedGroup[];
  readonly links: readonly PlacedLink[];
}

export interface PlacedOverlay {
  readonly model: OverlayModel;
  readonly colour: number;
  /** One for each row of hosts, with its label; and those that join them. */
  readonly rails: readonly {
    readonly points: readonly Point[];
    readonly label: Box;
    readonly text: string;
  }[];
  readonly trunk: readonly Point[];
  /** From the bridges to the rails. */
  readonly taps: readonly {
    readonly host: string;
    readonly bridge: string;
    readonly points: readonly Point[];
  }[];
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly compact: boolean;
  readonly hosts: readonly PlacedHost[];
  readonly overlays: readonly PlacedOverlay[];
}
