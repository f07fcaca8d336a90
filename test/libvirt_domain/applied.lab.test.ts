import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { runModule, runThrice } from '../support/module.ts';
import { expectUnchanged } from '../support/unchanged.ts';

const NAME = 'applied-test';
let hypervisor: Hypervisor;

const sh = async (script: string, input?: string) =>
  (await hypervisor.exec(['sh', '-c', script], input === undefined ? {} : { input })).stdout;
const dump = (name = NAME) => sh(`virsh dumpxml --inactive --security-info ${name}`);
const task = (args: object) => runModule(hypervisor, 'libvirt_domain', { ...args });
const thrice = (args: object) => runThrice(hypervisor, 'libvirt_domain', { ...args });
const define = (xml: string) =>
  sh('cat >/run/applied.xml; virsh -q define /run/applied.xml; rm /run/applied.xml', xml);

const NIC = (mac: string) =>
  `<interface type='bridge'><mac address='52:54:00:00:01:0${mac}'/><source bridge='br0'/></interface>`;
const XML = (inner = '', devices = '') =>
  `<domain type='qemu'><name>${NAME}</name>${inner}<memory unit='MiB'>64</memory><os><type machine='q35'>hvm</type></os><devices>${devices}</devices></domain>`;

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
});

afterEach(() =>
  sh(`virsh undefine ${NAME} >/dev/null 2>&1; virsh undefine ${NAME}-clone >/dev/null 2>&1; true`),
);

describe('what a task no longer lists', () => {
  it('is removed by the next run, and what others added is kept', async () => {
    await thrice({
      xml: XML('<title>t</title>', `${NIC('1')}${NIC('2')}<graphics type='vnc' passwd='geheim'/>`),
    });
    // By hand, as with virsh edit.
    const theirs = "<metadata>\n    <o:x xmlns:o='urn:o'>note</o:x>";
    await define(
      (await dump())
        .replace('<metadata>', theirs)
        .replace('</devices>\n</domain>', `${NIC('9')}</devices></domain>`)
        .replace('<title>', '<description>by hand</description><title>'),
    );
    const done = await thrice({ xml: XML('', `${NIC('1')}<graphics type='vnc'/>`) });
    expect(done.actions).toEqual([`redefine domain ${NAME}`]);
    const after = await dump();
    for (const gone of ['<title>', '01:02', 'passwd']) expect(after).not.toContain(gone);
    for (const kept of ['urn:o', 'note', 'by hand', '01:01', '01:09']) expect(after).toContain(kept);
    expect(JSON.stringify(done.warnings)).toContain('interface 52:54:00:00:01:09');
  });

  it("does not concern a clone, whose metadata is its original's", async () => {
    await task({ xml: XML('', NIC('1') + NIC('2')) });
    const clone = (await dump()).replace(/<uuid>.*<\/uuid>/, '').replace(`>${NAME}<`, `>${NAME}-clone<`);
    await define(clone);
    const result = await task({ xml: XML('', NIC('1')).replace(NAME, `${NAME}-clone`) });
    expect(result.changed).toBe(false);
    expect(JSON.stringify(result.warnings)).toContain('interface 52:54:00:00:01:02');
  });
});

describe('a domain that was never managed', () => {
  it('is adopted without a change or a trace, with a warning of what is kept', async () => {
    await define(XML('', NIC('1') + NIC('2')));
    const before = await dump();
    const result = await thrice({ xml: XML('', NIC('1')) });
    expectUnchanged(result);
    expect(JSON.stringify(result.warnings)).toContain(
      "interface 52:54:00:00:01:02 ('unlisted_devices: remove'",
    );
    expect(await dump()).toBe(before);
  });

  it("is marked as managed with 'adopt: true', once", async () => {
    await define(XML('', NIC('1') + NIC('2')));
    const done = await thrice({ xml: XML('', NIC('1') + NIC('2')), adopt: true });
    expect(done.actions).toEqual([`adopt domain ${NAME}`]);
    await thrice({ xml: XML('', NIC('1')) });
    expect(await dump()).not.toContain('01:02');
  });

  it("loses what is not listed with 'unlisted_devices: remove'", async () => {
    await define(XML('', NIC('1') + NIC('2')));
    await thrice({ xml: XML('', NIC('1')), unlisted_devices: 'remove' });
    expect(await dump()).not.toContain('01:02');
  });
});

describe('XML and options', () => {
  const interfaces = [
    { type: 'bridge', source: 'br0', mac: '52:54:00:00:01:01' },
    { type: 'bridge', source: 'br0', mac: '52:54:00:00:01:02' },
  ];
  const options = { name: NAME, memory: '64 MiB', vcpus: 1, machine: 'q35', virt_type: 'qemu', interfaces };
  const nic = (mac: string) =>
    `<interface type='bridge'><mac address='${mac}'/><source bridge='br0'/><model type='virtio'/></interface>`;
  const xml = XML('<vcpu>1</vcpu>', interfaces.map(({ mac }) => nic(mac)).join(''));

  it('define the same machine: a task in the other form changes nothing', async () => {
    await task({ xml });
    expect(await thrice(options)).toMatchObject({ changed: false });
    expect(await thrice({ xml })).toMatchObject({ changed: false });
  });

  it('remove what a task in the other form applied', async () => {
    await task({ xml });
    const [first] = interfaces;
    await thrice({ ...options, interfaces: [first] });
    expect(await dump()).not.toContain('01:02');
  });
});
