import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { runModule } from '../support/module.ts';

const HOME = '/var/lib/libvirt/backing-test';
const dest = `${HOME}/out/disk`;
let hypervisor: Hypervisor;
const sh = async (script: string, input = '') =>
  (await hypervisor.exec(['sh', '-c', script], { input })).stdout;
const disk = (args: object, mode = {}) => runModule(hypervisor, 'disk_image', { dest, ...args }, mode);

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  // It is long enough for a sector.
  await sh(`mkdir -p ${HOME}/out; cd ${HOME}; yes 'root:secret' | head -c 1M >shadow; chmod 600 shadow
    qemu-img create -q -f qcow2 -F raw -b ${HOME}/shadow leak; qemu-img create -q -f qcow2 -F qcow2 -b ${HOME}/leak above
    qemu-img create -q -f qcow2 -o data_file=${HOME}/data,data_file_raw=on data-leak 1M; cp shadow data`);
});
afterEach(() => sh(`rm -rf ${HOME}/out; virsh -q undefine backing-test 2>/dev/null; mkdir ${HOME}/out`));
afterAll(() => sh(`rm -rf ${HOME}`));

describe('a source that has a backing file', () => {
  it.each([
    ['leak', `backing file ${HOME}/shadow`],
    ['above', `backing file ${HOME}/leak`],
    ['data-leak', `data file ${HOME}/data`],
  ])('is refused, in check mode too: %s', async (name, other) => {
    for (const args of [{}, { backing: 'overlay' }, { format: 'raw' }]) {
      for (const check of [true, false]) {
        const refused = await disk({ source: `${HOME}/${name}`, ...args }, { check });
        expect(refused).toMatchObject({ failed: true, changed: false });
        expect(refused.msg).toContain(`${HOME}/${name} has the ${other}`);
        expect(refused.msg).toContain("'backing_chain: true'");
      }
    }
    expect(await sh(`ls -A ${HOME}/out`)).toBe('');
  });

  it.each(['leak', 'above'])('is taken where the task says so: %s', async (name) => {
    expect(await disk({ source: `${HOME}/${name}`, backing_chain: true })).toMatchObject({ changed: true });
    expect(
      await sh(`cd ${HOME}; qemu-img convert -O raw out/disk check; cmp check shadow && echo same`),
    ).toBe('same');
  });

  it('is taken where it is the disk of a guest: its chain is that of the domain', async () => {
    const xml = `<domain type='qemu'><name>backing-test</name><memory unit='MiB'>32</memory><os><type>hvm</type></os><devices><disk type='file'><driver name='qemu' type='qcow2'/><source file='${HOME}/above'/><target dev='vda'/></disk></devices></domain>`;
    await sh(`cat >${HOME}/xml; virsh -q define ${HOME}/xml`, xml);
    expect(await disk({ source: `${HOME}/above` })).toMatchObject({ changed: true });
  });
});
