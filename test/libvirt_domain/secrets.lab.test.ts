import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { runModule } from '../support/module.ts';

const NAME = 'secrets-test';
const QEMU = 'http://libvirt.org/schemas/domain/qemu/1.0';
let hypervisor: Hypervisor;

const task = (args: object, mode = {}) => runModule(hypervisor, 'libvirt_domain', { ...args }, mode);

const options = (secret: string, more = '') => ({
  name: NAME,
  memory: '64 MiB',
  virt_type: 'qemu',
  extra_xml: `<domain xmlns:q='${QEMU}'><q:commandline>
    <q:arg value='-object'/><q:arg value='secret,id=sec0,data=${secret}${more}'/>
    <q:env name='API_TOKEN' value='${secret}-env'/>
  </q:commandline></domain>`,
});

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
});
afterAll(async () => {
  await hypervisor.exec(['virsh', 'destroy', NAME], { check: false });
  await hypervisor.exec(['virsh', 'undefine', NAME], { check: false });
});

describe("secrets on QEMU's command line", () => {
  it('are in no diff, of a domain that is new, changed or removed, and a change of them is seen', async () => {
    const made = await task({ ...options('Tr0ub4dor'), state: 'present' });
    expect(made).toMatchObject({ changed: true });
    expect(await task({ ...options('Tr0ub4dor'), state: 'present' })).toMatchObject({ changed: false });
    const changed = await task({ ...options('Tr0ub4dora'), state: 'present' });
    expect(changed).toMatchObject({ changed: true });
    expect(JSON.stringify(changed.diff)).toContain('(changed)');
    const removed = await task({ name: NAME, state: 'absent' }, { check: true });
    for (const result of [made, changed, removed]) {
      expect(JSON.stringify(result.diff)).toContain(`<name>${NAME}`);
      expect(JSON.stringify(result)).not.toContain('Tr0ub4dor');
    }
    const { stdout } = await hypervisor.exec(['virsh', 'dumpxml', '--inactive', NAME]);
    expect(stdout).toContain('data=Tr0ub4dora');
  });

  it("are in no error, although QEMU's error quotes the argument", async () => {
    const failed = await task({ ...options('Tr0ub4dor', ',nonsense=1'), state: 'running' });
    expect(failed).toMatchObject({ failed: true, msg: expect.stringContaining('nonsense') });
    expect(JSON.stringify(failed)).not.toContain('Tr0ub4dor');
  });
});
