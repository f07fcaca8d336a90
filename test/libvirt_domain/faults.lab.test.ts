import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { runModule } from '../support/module.ts';

const NAME = 'fault-test';
const VIRSH = '/usr/local/bin/virsh';
let hypervisor: Hypervisor;

const sh = async (script: string, input?: string) =>
  (await hypervisor.exec(['sh', '-c', script], input === undefined ? {} : { input })).stdout;
const task = (args: object, mode = {}) =>
  runModule(hypervisor, 'libvirt_domain', { name: NAME, memory: '64 MiB', interfaces: [], ...args }, mode);
const uuid = () => sh(`virsh domuuid ${NAME}`);

/** A virsh that does something first, once, when it is called to define. */
async function beforeDefine(script: string): Promise<void> {
  const text = `#!/bin/sh
case "$*" in *" define "*) if [ "$3" = qemu:///system ] && mkdir /run/fault 2>/dev/null; then ${script}; fi;; esac
exec /usr/bin/virsh "$@"
`;
  await sh(`rm -rf /run/fault; cat >${VIRSH}; chmod 755 ${VIRSH}`, text);
}

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
});

afterEach(() =>
  sh(
    `rm -rf ${VIRSH} /run/fault; virsh destroy ${NAME} >/dev/null 2>&1; virsh undefine ${NAME} >/dev/null 2>&1; true`,
  ),
);
afterAll(() => sh('ovs-vsctl --if-exists del-br br-fault'));

describe('in the middle of a run', () => {
  it('another administrator undefines the domain: it is defined again, with the same UUID', async () => {
    await task({});
    const before = await uuid();
    await beforeDefine(`/usr/bin/virsh undefine ${NAME} >/dev/null`);
    expect(await task({ memory: '80 MiB' })).toMatchObject({ changed: true });
    expect(await uuid()).toBe(before);
    expect(await task({ memory: '80 MiB' })).toMatchObject({ changed: false });
  });

  it('another administrator defines one of this name: a clear error, and theirs stays', async () => {
    const theirs = `<domain type="qemu"><name>${NAME}</name><memory>65536</memory><os><type>hvm</type></os></domain>`;
    await sh('cat >/run/theirs.xml', theirs);
    await beforeDefine('/usr/bin/virsh define /run/theirs.xml >/dev/null');
    const refused = await task({});
    expect(refused).toMatchObject({ failed: true, changed: false });
    expect(refused.msg).toContain(`domain '${NAME}' already exists with uuid`);
    expect(await sh(`virsh list --all --name | grep -c ${NAME}`)).toBe('1');
  });

  it('libvirtd is restarted: the task continues, or fails with the reason and the next one continues', async () => {
    await task({});
    const before = await uuid();
    await beforeDefine('systemctl restart libvirtd');
    const during = await task({ memory: '80 MiB' });
    if (during.failed) expect(during.msg).toContain('libvirt');
    const after = await task({ memory: '80 MiB' });
    expect(after.failed).toBeUndefined();
    expect(await uuid()).toBe(before);
    expect(await sh(`virsh dumpxml --inactive ${NAME}`)).toContain("<memory unit='KiB'>81920</memory>");
  });
});

describe('several runs at once on one domain', () => {
  it('come to one domain with one UUID', async () => {
    const runs = await Promise.all([1, 2, 3, 4].map(() => task({})));
    for (const run of runs) if (run.failed) expect(run.msg).toContain('libvirt');
    expect(runs.some(({ failed }) => !failed)).toBe(true);
    expect(await sh(`virsh list --all --name | grep -c ${NAME}`)).toBe('1');
    expect(await task({})).toMatchObject({ changed: false });
  });
});

describe('the running guest', () => {
  it("can't be changed as desired: the definition is right, the rest is reported, and the next run continues", async () => {
    await sh('ovs-vsctl --may-exist add-br br-fault -- set bridge br-fault datapath_type=netdev');
    await task({ state: 'running' });
    const nic = (source: string, target: string) => ({ source, target });
    const interfaces = [nic('br-fault', 'fault0'), nic('br-nowhere', 'fault1'), nic('br-fault', 'fault2')];
    const failed = await task({ interfaces, state: 'running' });
    expect(failed).toMatchObject({ failed: true, changed: true, done: [`redefine domain ${NAME}`] });
    expect(failed.msg).toMatch(
      /attach interface .*br-nowhere.*; done before: attach interface .*; not tried: attach/s,
    );
    expect(await sh(`virsh domiflist --inactive ${NAME}`)).toMatch(/fault0[\s\S]*fault1[\s\S]*fault2/);
    await sh('ovs-vsctl --may-exist add-br br-nowhere -- set bridge br-nowhere datapath_type=netdev');
    const mended = await task({ interfaces, state: 'running' });
    expect(mended).toMatchObject({ changed: true, restart_required: false });
    expect(mended.actions).toHaveLength(2);
    expect(await sh(`virsh domiflist ${NAME}`)).toMatch(/fault0[\s\S]*fault1[\s\S]*fault2/);
    expect(await task({ interfaces, state: 'running' })).toMatchObject({ changed: false });
    await sh('ovs-vsctl --if-exists del-br br-nowhere');
  });

  it('has no system that releases a device: only what was done is reported, and each run says what is pending', async () => {
    await sh('ovs-vsctl --may-exist add-br br-fault -- set bridge br-fault datapath_type=netdev');
    await task({ interfaces: [{ source: 'br-fault', target: 'fault0' }], state: 'running' });
    const without = { interfaces: [], state: 'running', detach_timeout: 1 };
    const waits = {
      restart_required: true,
      restart_reasons: [
        expect.stringMatching(/^interface .* is not removed yet: the guest did not release it/),
      ],
    };
    const first = await task(without);
    expect(first).toMatchObject({ changed: true, actions: [`redefine domain ${NAME}`], ...waits });
    expect(await task(without)).toMatchObject({ changed: false, actions: [], diff: [], ...waits });
  });
});
