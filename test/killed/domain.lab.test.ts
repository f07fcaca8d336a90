import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { domains, expectSame, killedEverywhere, removeDomains, TREE } from './everywhere.ts';

const HOME = '/var/lib/libvirt/killed-domain';
const NAME = 'killed-domain';
let hypervisor: Hypervisor;
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout;

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  await sh(`mkdir -p ${HOME}`);
});
afterAll(() => sh(`${removeDomains(NAME)}; rm -rf ${HOME}`));

const machine = { name: NAME, memory: '32 MiB', virt_type: 'qemu' };
const nothing = `${removeDomains(NAME)}; rm -rf ${HOME}/*`;
const defined = `${nothing}; qemu-img create -q -f qcow2 ${HOME}/disk 1M; cat >${HOME}/xml <<'EOF'
<domain type='qemu'><name>${NAME}</name><title>before</title><memory unit='MiB'>32</memory>
<os><type machine='q35'>hvm</type></os><features><acpi/></features><devices>
<disk type='file'><driver name='qemu' type='qcow2'/><source file='${HOME}/disk'/><target dev='vda' bus='virtio'/></disk>
</devices></domain>
EOF
virsh -q define ${HOME}/xml; rm ${HOME}/xml`;

describe('libvirt_domain that is killed before each of its effects', () => {
  it.each([
    ['makes a guest that runs', { ...machine, state: 'running', autostart: true }, nothing],
    ['changes one', { ...machine, memory: '48 MiB', title: 'after', autostart: true, adopt: true }, defined],
    [
      'removes one with its disk',
      { name: NAME, state: 'absent', remove_storage: true, force_off: true, shutdown_timeout: 1 },
      `${defined}; virsh -q start ${NAME}`,
    ],
  ])('%s all the same by the next run', async (_, args, prepare) => {
    const show = `${domains(NAME)}; ${TREE} ${HOME}`;
    expectSame(await killedEverywhere(hypervisor, { module: 'libvirt_domain', args, prepare, show }));
  });
});
