import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { runModule, runThrice } from '../support/module.ts';

const NAME = 'rehearsal-test';
const UUID = '6a8e0e4e-6a0e-8a52-9c3c-0d9f6a1f6f4b';
const CACHE = '/var/cache/piecewise-cloud';
const NVRAM = `/var/lib/libvirt/qemu/nvram/${NAME}_VARS.fd`;
const TPM = `/var/lib/libvirt/swtpm/${UUID}`;
let hypervisor: Hypervisor;

const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout;
const task = (args: object, mode = {}) => runModule(hypervisor, 'libvirt_domain', { ...args }, mode);

const xml = (edit: { memory?: number; devices?: string; vcpus?: number } = {}) => `<domain type='qemu'>
  <name>${NAME}</name>
  <uuid>${UUID}</uuid>
  <memory unit='MiB'>${edit.memory ?? 64}</memory>
  <vcpu>${edit.vcpus ?? 1}</vcpu>
  <os>
    <type arch='x86_64' machine='q35'>hvm</type>
    <loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.fd</loader>
    <nvram>${NVRAM}</nvram>
  </os>
  <features><acpi/></features>
  <devices>
    <graphics type='vnc' passwd='geheim'/>
    <tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>
    ${edit.devices ?? ''}
  </devices>
</domain>`;

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
});

afterAll(async () => {
  await hypervisor.exec(['virsh', 'undefine', NAME, '--nvram'], { check: false });
  await sh(`rm -rf ${NVRAM} ${TPM} ${CACHE}.kept`);
});

describe('the dry run', () => {
  it("touches no guest's NVRAM or TPM, and keeps no definition", async () => {
    await runThrice(hypervisor, 'libvirt_domain', { xml: xml() });
    await sh(`mkdir -p ${TPM}/tpm2; echo state >${TPM}/tpm2/tpm2-00.permall; echo boot entries >${NVRAM}`);
    await runThrice(hypervisor, 'libvirt_domain', { xml: xml({ memory: 80 }) });
    expect(await sh(`cat ${TPM}/tpm2/tpm2-00.permall ${NVRAM}`)).toBe('state\nboot entries');
    expect(await sh(`ls ${CACHE}/libvirt/etc/qemu; grep -rl geheim ${CACHE} /run/piecewise-* || true`)).toBe(
      '',
    );
    expect(await sh(`stat -c %a ${CACHE}/libvirt`)).toBe('700');
  });

  const REFUSED: [string, string, string][] = [
    ['2000 processors', xml({ vcpus: 2000 }), 'Maximum CPUs greater than'],
    [
      'a device on a bus that the machine does not have',
      xml({
        devices:
          "<disk type='file'><source file='/x'/><target dev='hda' bus='ide'/><address type='drive' controller='0' bus='0' target='0' unit='0'/></disk>",
      }),
      'IDE controllers are unsupported',
    ],
  ];
  it.each(REFUSED)('raises in check mode what libvirt would refuse: %s', async (_, wrong, message) => {
    const before = await sh(`virsh dumpxml --inactive ${NAME}`);
    for (const check of [true, false]) {
      const refused = await task({ xml: wrong }, { check });
      expect(refused).toMatchObject({ failed: true, changed: false });
      expect(refused.msg).toContain(`libvirt refuses domain ${NAME}: `);
      expect(refused.msg).toContain(message);
    }
    expect(await sh(`virsh dumpxml --inactive ${NAME}`)).toBe(before);
  });

  it('refuses what libvirt would leave out, unless the task accepts the loss', async () => {
    const wrong = xml({ devices: '<nonsense/>' });
    const before = await sh(`virsh dumpxml --inactive ${NAME}`);
    for (const check of [true, false]) {
      const { failed, changed, msg } = await task({ xml: wrong }, { check });
      expect([failed, changed]).toEqual([true, false]);
      expect(msg).toMatch(/leaves out .* of domain rehearsal-test: .*schema.*'validate: false'/);
    }
    expect(await sh(`virsh dumpxml --inactive ${NAME}`)).toBe(before);
    const taken = { xml: xml({ memory: 72, devices: '<nonsense/>' }), validate: false };
    const { warnings } = await runThrice(hypervisor, 'libvirt_domain', taken);
    expect(warnings).toEqual([expect.stringMatching(/leaves out .* of domain rehearsal-test: .*schema/)]);
  });

  it('shows what libvirt will fill in, down to the address', async () => {
    const nic = "<interface type='bridge'><source bridge='br0'/><model type='virtio'/></interface>";
    const planned = await task({ xml: xml({ memory: 80, devices: nic }) }, { check: true });
    const after = (planned.diff as { after: string }[])[0]?.after ?? '';
    const nicIn = (text: string) => /\n {4}<interface [\s\S]*?\n {4}<\/interface>/.exec(text)?.[0];
    const shown = nicIn(after);
    expect(shown).toMatch(/<address type="pci" domain="0x0000" bus="0x0\d"/);
    await task({ xml: xml({ memory: 80, devices: nic }) });
    expect(shown?.replaceAll('"', "'")).toBe(nicIn(await sh(`virsh dumpxml --inactive ${NAME}`)));
  });

  it('is optional: without it, values are compared by their meaning', async () => {
    const task80 = { xml: xml({ memory: 80 }) };
    await task(task80);
    await sh(`mv ${CACHE} ${CACHE}.kept; : >${CACHE}`);
    try {
      expect(await task(task80)).toMatchObject({ changed: false });
      const done = await runThrice(hypervisor, 'libvirt_domain', { xml: xml({ memory: 96 }) });
      expect(done.actions).toEqual([`redefine domain ${NAME}`]);
      const [{ before, after } = { before: '', after: '' }] = done.diff as {
        before: string;
        after: string;
      }[];
      const added = after.split('\n').filter((line) => !before.split('\n').includes(line));
      expect(added.map((line) => line.trim())).toEqual(['<memory unit="KiB">98304</memory>']);
      // libvirt leaves the timeout out, as the first run learns and the next ones know.
      const menu = xml({ memory: 96 }).replace('</os>', "<bootmenu enable='no' timeout='3000'/></os>");
      await runThrice(hypervisor, 'libvirt_domain', { xml: menu });
      expect(await sh(`virsh dumpxml --inactive ${NAME}`)).toContain("<bootmenu enable='no'/>");
    } finally {
      await sh(`rm ${CACHE}; mv ${CACHE}.kept ${CACHE}`);
    }
  });
});
