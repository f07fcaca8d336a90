import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { descriptionText } from '../../modules/objects/move/description.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { GUEST } from '../objects/move/sample.ts';
import { runModule } from '../support/module.ts';

const NAME = 'mvabandon';
const STATE = `/var/lib/piecewise-cloud/moves/${GUEST.uuid.replaceAll('-', '').slice(0, 16)}`;
const directory = `/var/lib/libvirt/images/${NAME}`;
const moved = <T extends { readonly path: string }>(list: readonly T[]) =>
  list.map((one) => ({ ...one, path: one.path.replace(/.*\//, `${directory}/`) }));
const description = descriptionText({
  ...{ ...GUEST, name: NAME, attachments: {} },
  ...{ disks: moved(GUEST.disks), files: moved(GUEST.files) },
});

let hypervisor: Hypervisor;
const sh = async (script: string) => (await hypervisor.exec(['sh', '-ec', script])).stdout.trim();
const abandon = () =>
  runModule(hypervisor, 'vm_move', { step: 'abandon', name: NAME, from: 'hv1', description });
const look = () => sh(`virsh -q domstate ${NAME}; virsh dominfo ${NAME} | grep Autostart:`);

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  await sh(`echo '<domain type="qemu"><name>${NAME}</name><uuid>${GUEST.uuid}</uuid><memory unit="MiB">16</memory>
    <os><type machine="q35">hvm</type></os></domain>' >/root/${NAME}.xml; virsh define /root/${NAME}.xml; mkdir -p ${directory}`);
});
afterAll(() =>
  sh(`virsh destroy ${NAME}; virsh undefine ${NAME}; rm -rf ${directory} ${STATE} /root/${NAME}.xml; true`),
);

describe('a move that is undone', () => {
  it('neither starts nor changes a domain that was not sent, and removes its key', async () => {
    const before = await look();
    await sh(`mkdir -p ${STATE}; touch ${STATE}/key`);
    expect(await abandon()).toMatchObject({ changed: true });
    expect(await look()).toBe(before);
    expect(await sh(`ls -d ${STATE} 2>/dev/null || true`)).toBe('');
    expect(await abandon()).toMatchObject({ changed: false });
  });

  it('gives back what was taken from one that was being sent', async () => {
    await sh(`mkdir -p ${STATE}; touch ${directory}/.leaving`);
    await hypervisor.exec(['sh', '-c', `cat >${STATE}/leaving.json`], { input: description });
    expect(await abandon()).toMatchObject({ changed: true });
    expect(await look()).toMatch(/^running\nAutostart:\s+enable/);
    expect(await sh(`ls -A ${directory}; ls -d ${STATE} 2>/dev/null || true`)).toBe('');
  });
});
