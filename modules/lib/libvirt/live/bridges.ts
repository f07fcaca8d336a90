import type { Host } from '../../host/host.ts';
import { plainName, runOrFail } from '../../host/process.ts';
import { childOf, childrenOf, type Element, valueAt, withChild, withChildren } from '../../xml/element.ts';
import { wayOf } from './classes.ts';
import { movedIn } from './moved.ts';
import { pairDevices } from './pairing.ts';

/** Seconds that Open vSwitch has to answer. */
const OVS = ['--timeout=10'];

async function bridgeOf(host: Host, port: string): Promise<string | undefined> {
  const { code, stdout } = await host.run('ovs-vsctl', [...OVS, 'port-to-br', plainName('ovs-vsctl', port)]);
  return code === 0 ? stdout.trim() : undefined;
}

/**
 * Moves an interface's port to the Open vSwitch bridge of its definition, in one transaction, with its VLANs and all
 * that libvirt noted of it. libvirt 9 refuses to do it ("unable to change config on 'bridge' network type"), and so
 * does 11 as long as the port is in another bridge.
 * @throws Failure when there is no such bridge
 */
export async function movePort(host: Host, live: Element, persistent: Element): Promise<void> {
  const port = valueAt(live, 'target/@dev') ?? '';
  const [from, to] = [await bridgeOf(host, port), valueAt(persistent, 'source/@bridge') ?? ''];
  if (from === to) return;
  const change = (act: string, bridge: string) => [
    '--',
    act,
    'bridge',
    plainName('ovs-vsctl', bridge),
    'ports',
    '@port',
  ];
  const remove = from ? change('remove', from) : [];
  const add = change('add', to);
  await runOrFail(host, 'ovs-vsctl', [...OVS, '--', '--id=@port', 'get', 'port', port, ...remove, ...add]);
}

/**
 * Live XML that names the bridges as Open vSwitch knows them: libvirt 9 goes on naming the one that an interface was
 * started on. Asks only where a bridge differs from the definition's, or was noted to be another.
 */
export async function withActualBridges(host: Host, live: Element, persistent: Element): Promise<Element> {
  const [now, next] = [live, persistent].map((domain) => childrenOf(childOf(domain, 'devices'), 'interface'));
  const noted = movedIn(live);
  const moved = new Map<Element, Element>();
  for (const [one, other] of pairDevices('interface', now ?? [], next ?? []).pairs) {
    const source = childOf(one, 'source');
    const known =
      source?.attributes.bridge === valueAt(other, 'source/@bridge') &&
      !noted.includes(valueAt(one, 'mac/@address') ?? '');
    if (!source || known || wayOf(one, other, 'source/@bridge') !== 'move') continue;
    const bridge = await bridgeOf(host, valueAt(one, 'target/@dev') ?? '');
    if (bridge) moved.set(one, withChild(one, { ...source, attributes: { ...source.attributes, bridge } }));
  }
  const devices = childOf(live, 'devices');
  if (moved.size === 0 || !devices) return live;
  const children = devices.children.map((device) => moved.get(device) ?? device);
  return withChild(live, withChildren(devices, children));
}
