import { expect, test } from 'vitest';
import type { DesiredLink } from '../../../../modules/lib/link/desired.ts';
import { BOOT_ORDER, fileOf, type Keeper } from '../../../../modules/lib/link/files.ts';
import type { Kept } from '../../../../modules/lib/link/observe.ts';
import { planLinks } from '../../../../modules/lib/link/plan/plan.ts';
import { UNADDRESSED } from '../../../../modules/lib/net/port.ts';

const PORT: DesiredLink = {
  ...{ port: 'p0', bridge: 'br0', at: '', internal: true },
  device: 'kept',
  addressing: { ...UNADDRESSED, mode: 'manual' },
};

const keptBy = (keeper: Keeper, files: ReadonlyMap<string, string> = new Map()): Kept => ({
  ...{ keeper, files, networkd: keeper === 'networkd', dhcpClient: false, raised: new Set() },
  ...{ problem: undefined, namesProblem: undefined, interfaces: undefined },
});

const order = (kept: Kept, link = PORT) =>
  planLinks([link], new Map(), kept).step?.files.get(BOOT_ORDER.path);

test('systemd-networkd starts after Open vSwitch on a host where it configures a port', () => {
  expect(order(keptBy('networkd'))).toBe(BOOT_ORDER.text);
  expect(order(keptBy('networkd', new Map([[BOOT_ORDER.path, 'other']])))).toBe(BOOT_ORDER.text);
});

test('the drop-in is written once, and only where a port needs it', () => {
  expect(order(keptBy('networkd', new Map([[BOOT_ORDER.path, BOOT_ORDER.text]])))).toBeUndefined();
  expect(order(keptBy('ifupdown'))).toBeUndefined();
  expect(order(keptBy('networkd'), { ...PORT, device: 'removed' })).toBeUndefined();
  expect(order(keptBy('networkd'), { ...PORT, addressing: undefined })).toBeUndefined();
});

test("a NIC that ifupdown brought up by the host's own file stays up when its port is removed", () => {
  const removed: DesiredLink = { ...PORT, port: 'eth0', internal: false, device: 'removed' };
  const raised = (files?: ReadonlyMap<string, string>) => ({
    ...keptBy('ifupdown', files),
    raised: new Set(['eth0']),
  });
  expect(planLinks([removed], new Map(), raised())).toMatchObject({ changes: [], step: undefined });
  const ours = raised(new Map([[fileOf('ifupdown', 'eth0'), 'iface eth0 inet manual']]));
  expect(planLinks([removed], new Map(), ours).step?.forget).toEqual(['eth0']);
});
