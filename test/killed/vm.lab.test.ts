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
  virt_type: 'qemu',
  shutdown_timeout: 1,
  force_off: true,
};
const changed = { ...guest, memory: '48 MiB', disk_size: '16M', user_data: { timezone: 'UTC' } };

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  await sh(`${removeDomains(NAME)}; rm -rf ${HOME}*; mkdir -p ${HOME}-images;
    qemu-img create -q -f qcow2 ${HOME}-images/tiny.qcow2 8M`);
  // As a VM is before it is changed: a copy is quicker than to make it each time.
  await runModule(hypervisor, 'vm', { ...guest, state: 'stopped' });
  await sh(`mv ${HOME} ${HOME}-made; virsh dumpxml --inactive ${NAME} >${HOME}-made.xml`);
});
afterAll(() => sh(`${removeDomains(NAME)}; rm -rf ${HOME}*`));

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
});
