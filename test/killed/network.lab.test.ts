import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { moduleText } from '../support/module.ts';
import { expectSame, killedEverywhere, TREE } from './everywhere.ts';

const [BEFORE, REMOVE] = ['/run/killed-network.js', '/run/killed-network-absent.js'];
let hypervisor: Hypervisor;
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout;

const LAN = {
  name: 'kn0',
  bridge: 'br-kn',
  vlan: 7,
  subnet: ['10.94.0.0/24'],
  dhcp: { range: ['10.94.0.100', '10.94.0.199'] },
  dns: { domain: 'kn.test', forwarders: [] },
  nat: true,
  uplink: 'lo',
};
const absent = { name: 'kn0', state: 'absent' };

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  await sh('ovs-vsctl add-br br-kn -- set bridge br-kn datapath_type=netdev');
  for (const [path, args] of [
    [BEFORE, LAN],
    [REMOVE, absent],
  ] as const) {
    const input = await moduleText('network', args);
    await hypervisor.exec(['sh', '-c', `cat >${path}`], { input });
  }
});
afterAll(() => sh(`node ${REMOVE}; ovs-vsctl del-br br-kn; rm -f ${BEFORE} ${REMOVE}`));

const show = `${TREE} /etc/piecewise-cloud /etc/systemd/system /etc/sysctl.d /etc/network/interfaces.d
for unit in piecewise-cloud-dnsmasq@kn0 piecewise-cloud-nftables; do systemctl show -p ActiveState -p UnitFileState -p NeedDaemonReload $unit; done
nft -s list table inet piecewise_cloud 2>&1
cat /proc/sys/net/ipv4/ip_forward
ip -4 -br address show kn0 2>&1
ovs-vsctl --columns=name,tag list port kn0 2>&1 || true`;

describe('network that is killed before each of its effects', () => {
  // That it is made is left out: it has twice as many effects, and takes minutes.
  it.each([
    ['is changed', { ...LAN, vlan: 8, dhcp: {}, nat: false }, `node ${BEFORE}`],
    ['is removed', absent, `node ${BEFORE}`],
  ])(
    '%s all the same by the next run',
    async (_, args, prepare) => {
      expectSame(await killedEverywhere(hypervisor, { module: 'network', args, prepare, show }));
    },
    580_000,
  );
});
