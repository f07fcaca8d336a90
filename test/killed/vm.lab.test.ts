import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { runModule } from '../support/module.ts';
import { domains, expectSame, killedEverywhere, removeDomains, TREE } from './everywhere.ts';

const HOME = '/var/lib/libvirt/killed-vm';
const NAME = 'killed-vm';
let hypervisor: Hypervisor;
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout;

const guest = {
  name: NAME,
  directory: HOME,
  image_directory: `${HOME}-images`,
  hypervisor: 'hv1',
  memory: '32 MiB',
  archive_name: 'tiny.qcow2',
  kernel: 'template',
  disks: [{ size: '1M' }],
  virt_type: 'qemu',
  shutdown_timeout: 1,
  force_off: true,
};
// Its address, name and lease in a network; the server knows them.
const NETWORK = {
  ...{ name: 'kv0', bridge: 'br-kv', subnet: ['10.95.0.0/24'], uplink: 'lo' },
  dhcp: { range: ['10.95.0.100', '10.95.0.199'] },
  dns: { domain: 'kv.test', forwarders: [] },
  forwards: [{ port: '9999', to: NAME }],
};
const MAC = '52:54:00:00:00:95';
const inNetwork = { ...guest, networks: [{ name: 'kv0', address: ['10.95.0.5'], mac: MAC }] };
const FILES = '/etc/piecewise-cloud/networks/kv0';
const LEASES = '/var/lib/private/piecewise-cloud-networks/kv0/leases';
const changed = {
  ...guest,
  ...{
    memory: '48 MiB',
    disk_size: '16M',
    disks: [{ size: '2M' }, { name: 'log', size: '1M', format: 'raw' }],
  },
  user_data: { timezone: 'UTC' },
};

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  await sh(`${removeDomains(NAME)}; rm -rf ${HOME}*; mkdir -p ${HOME}-images;
    qemu-img create -q -f qcow2 ${HOME}-images/tiny.qcow2 8M; for i in kernel initrd; do echo $i >${HOME}-images/tiny.$i; done`);
  // As a VM is before it is changed: a copy is quicker than to make it each time.
  await runModule(hypervisor, 'vm', { ...guest, state: 'stopped' });
  await sh(`mv ${HOME} ${HOME}-made; virsh dumpxml --inactive ${NAME} >${HOME}-made.xml`);
});
afterAll(async () => {
  await sh(`${removeDomains(NAME)}; rm -rf ${HOME}*`);
  await runModule(hypervisor, 'network', { name: 'kv0', state: 'absent' });
  await sh('ovs-vsctl --if-exists del-br br-kv');
});

const nothing = `${removeDomains(NAME)}; rm -rf ${HOME}`;
const made = `${nothing}; cp -a ${HOME}-made ${HOME}; virsh -q define ${HOME}-made.xml`;

describe('vm that is killed before each of its effects', () => {
  it.each([
    ['makes a guest', { ...guest, steps: 'define' }, nothing],
    ['changes one', { ...changed, state: 'stopped' }, made],
    ['removes one', { ...guest, state: 'absent', remove_storage: true }, made],
  ])('%s all the same by the next run', async (_, args, prepare) => {
    const show = `${domains(NAME)}; ${TREE} ${HOME}`;
    expectSame(await killedEverywhere(hypervisor, { module: 'vm', args, prepare, show }));
  });

  it('leaves a network all the same by the next run', async () => {
    await sh('ovs-vsctl add-br br-kv -- set bridge br-kv datapath_type=netdev');
    await runModule(hypervisor, 'network', NETWORK);
    await sh(removeDomains(NAME));
    await runModule(hypervisor, 'vm', { ...inNetwork, state: 'stopped' });
    const unit = 'piecewise-cloud-dnsmasq@kv0';
    // Only what it has in the network changes from run to run: its disk and its domain are removed before.
    const kept = `${HOME}-network`;
    await sh(`mkdir -p ${kept} && cp -a ${FILES}/names ${FILES}/reservations /etc/piecewise-cloud/nftables.conf ${kept};
      ${removeDomains(NAME)}; rm -rf ${HOME}`);
    const prepare = `systemctl stop ${unit}; rm -f ${FILES}/reservations/.${NAME}
      cp -a ${kept}/names ${kept}/reservations ${FILES}; cp -a ${kept}/nftables.conf /etc/piecewise-cloud
      nft -f ${kept}/nftables.conf; nft -s list table inet piecewise_cloud >/run/piecewise-cloud-nftables.list
      echo "$(($(date +%s) + 9000)) ${MAC} 10.95.0.5 ${NAME} *" >${LEASES}; chown --reference=$(dirname ${LEASES}) ${LEASES}
      systemctl reset-failed ${unit}; systemctl start ${unit}`;
    const show = `${TREE} /etc/piecewise-cloud; nft -s list table inet piecewise_cloud; systemctl is-active ${unit}
      cut -d' ' -f2- ${LEASES}; sleep 0.3; dig +short +time=2 +tries=2 @10.95.0.1 ${NAME}.kv.test; true`;
    const args = { ...guest, state: 'absent' };
    expectSame(await killedEverywhere(hypervisor, { module: 'vm', args, prepare, show }));
  }, 580_000);
});
