import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { runModule } from '../support/module.ts';

// What a task that finds nothing to do costs: programs are counted by their process ids, by what stands before them in
// PATH. (A program that becomes another, as `flock --no-fork` does, is one process.)
const NAME = 'processes-test';
const LOG = '/run/processes-test.log';
const PROGRAMS = ['virsh', 'flock', 'ovs-vsctl', 'qemu-img'];

let hypervisor: Hypervisor;

const sh = async (script: string, input?: string) =>
  (await hypervisor.exec(['/bin/dash', '-c', script], input === undefined ? {} : { input })).stdout;

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  for (const program of PROGRAMS) {
    const text = `#!/bin/dash\necho $$ >>${LOG}\nexec $(PATH=/usr/bin:/bin command -v ${program}) "$@"\n`;
    await sh(`cat >/usr/local/bin/${program}; chmod 755 /usr/local/bin/${program}`, text);
  }
});

afterAll(() =>
  sh(
    `cd /usr/local/bin; rm -f ${PROGRAMS.join(' ')} ${LOG}; virsh undefine ${NAME} >/dev/null 2>&1; virsh undefine ${NAME}-2 >/dev/null 2>&1; true`,
  ),
);

/** A task that has to find nothing to do. @returns its processes beside its own */
async function processesOf(xml: string): Promise<number> {
  await sh(`: >${LOG}`);
  expect(await runModule(hypervisor, 'libvirt_domain', { xml })).toMatchObject({ changed: false });
  return new Set((await sh(`cat ${LOG}`)).split('\n').filter(Boolean)).size;
}

const domain = (name: string) =>
  `<domain type='qemu'><name>${name}</name><memory unit='MiB'>64</memory><os><type machine='pc'>hvm</type></os><devices><disk type='file'><source file='/x'/><target dev='vda'/></disk><graphics type='vnc'/></devices></domain>`;

describe('a domain that is up to date', () => {
  it('costs one process if a task defined it', async () => {
    await runModule(hypervisor, 'libvirt_domain', { xml: domain(NAME) });
    expect(await processesOf(domain(NAME))).toBe(1);
  });

  it('costs at most two otherwise, since libvirt is asked', async () => {
    await sh(`cat >/run/${NAME}.xml; virsh define /run/${NAME}.xml`, domain(`${NAME}-2`));
    const count = await processesOf(domain(`${NAME}-2`));
    expect(count).toBeGreaterThanOrEqual(1);
    expect(count).toBeLessThanOrEqual(2);
  });
});
