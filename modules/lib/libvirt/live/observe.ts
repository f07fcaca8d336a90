import type { Host } from '../../host/host.ts';
import { childOf, type Element, valueAt, withChild } from '../../xml/element.ts';
import { devicesOf, withDevices } from '../devices.ts';
import { driverIn } from '../driver.ts';
import { DEVICES, updateMethodOf } from './plan/classes.ts';
import { movedIn } from './plan/moved.ts';
import { pairDevices } from './plan/pairing.ts';
import { bridgeOf } from './ports.ts';

/**
 * The live XML with the bridges that Open vSwitch reports: libvirt 9 keeps reporting the bridge that an interface was
 * started on. Open vSwitch is only queried where a bridge differs from the definition, or a note says that libvirt
 * reports a wrong one.
 */
export async function withActualBridges(host: Host, live: Element, persistent: Element): Promise<Element> {
  const [current, next] = [devicesOf(live, 'interface'), devicesOf(persistent, 'interface')];
  const classes = DEVICES[driverIn(live).name];
  const noted = movedIn(live);
  const moved = new Map<Element, Element>();
  for (const [one, other] of pairDevices(classes, 'interface', current, next).pairs) {
    const source = childOf(one, 'source');
    const isKnown =
      source?.attributes.bridge === valueAt(other, 'source/@bridge') &&
      !noted.includes(valueAt(one, 'mac/@address') ?? '');
    if (!source || isKnown || updateMethodOf(classes, one, other, 'source/@bridge') !== 'move') continue;
    const bridge = await bridgeOf(host, valueAt(one, 'target/@dev') ?? '');
    if (bridge) moved.set(one, withChild(one, { ...source, attributes: { ...source.attributes, bridge } }));
  }
  if (moved.size === 0) return live;
  return withDevices(live, (devices) => devices.map((device) => moved.get(device) ?? device));
}
