import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planLive } from '../../../../../modules/lib/libvirt/live/plan/plan.ts';
import { parseXml } from '../../../../../modules/lib/xml/parse.ts';
import type { Hypervisor } from '../../../../lab/hypervisor.ts';
import { sharedHypervisor } from '../../../../lab/shared.ts';
import { DEFINITIONS, domainXml, PLACES } from './definitions.ts';

const NAME = 'live-started';
let hypervisor: Hypervisor;

const sh = async (script: string, input?: string) =>
  (await hypervisor.exec(['sh', '-c', script], input === undefined ? {} : { input })).stdout;

const network = `<network><name>${PLACES.network}</name><forward mode='bridge'/><bridge name='${PLACES.bridge}'/>
  <virtualport type='openvswitch'/>
  <portgroup name='slow'><bandwidth><inbound average='1000'/></bandwidth></portgroup></network>`;

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  const disks = [1, 2, 3, 4].map(PLACES.disk).map((path) => `qemu-img create -q -f qcow2 ${path} 16M`);
  await sh(`${disks.join('; ')}; truncate -s 1M ${PLACES.iso}; truncate -s 1440K ${PLACES.floppy}; mkdir -p ${PLACES.shared}
    ovs-vsctl --may-exist add-br ${PLACES.bridge} -- set bridge ${PLACES.bridge} datapath_type=netdev`);
  await sh('cat >/run/live-net.xml; virsh -q net-define /run/live-net.xml', network);
  await sh(`virsh -q net-start ${PLACES.network}; rm /run/live-net.xml`);
});

afterAll(async () => {
  await sh(`virsh destroy ${NAME}; virsh undefine --nvram ${NAME}; virsh net-destroy ${PLACES.network}
    virsh net-undefine ${PLACES.network}; ovs-vsctl --if-exists del-br ${PLACES.bridge}
    rm -rf ${[1, 2, 3, 4].map(PLACES.disk).join(' ')} ${PLACES.iso} ${PLACES.floppy} ${PLACES.shared}; true`);
});

async function bothXml() {
  const [live = '', persistent = ''] = (
    await sh(
      `virsh dumpxml --security-info ${NAME}; echo @@@; virsh dumpxml --inactive --security-info ${NAME}`,
    )
  ).split('@@@');
  return { live: parseXml(live), persistent: parseXml(persistent) };
}

describe('a guest that was just started lacks nothing, and has nothing too much', () => {
  it.each(Object.entries(DEFINITIONS))('%s', async (_, definition) => {
    await sh(
      `cat >/run/${NAME}.xml; virsh -q define /run/${NAME}.xml; rm /run/${NAME}.xml; virsh -q start --paused ${NAME}`,
      domainXml(NAME, definition),
    );
    const { live, persistent } = await bothXml();
    await sh(`virsh -q destroy ${NAME}; virsh -q undefine --nvram ${NAME}`);
    expect(live.attributes.id).toBeDefined();
    expect(planLive(live, persistent)).toEqual({ changes: [], pending: [] });
  });
});
