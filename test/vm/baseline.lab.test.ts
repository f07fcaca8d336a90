import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { runModule, runThrice } from '../support/module.ts';

// `cpu_mode: baseline`, with the host's own libvirt and what other hosts would say of their processors. The guests have no system.

const HOME = '/var/lib/libvirt/baseline-test';
const NAME = 'baseline1';
const VM = {
  ...{ name: NAME, memory: '32 MiB', virt_type: 'qemu', archive_name: 'tiny', cpu_mode: 'baseline' },
  ...{ directory: HOME, image_directory: `${HOME}-images`, hypervisor: 'hv1' },
  ...{ shutdown_timeout: 1, force_off: true },
};

let hypervisor: Hypervisor;
let own: string;
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout.trim();
const vm = (args: object, mode = {}) => runModule(hypervisor, 'vm', { ...VM, ...args }, mode);
const thrice = (args: object) => runThrice(hypervisor, 'vm', { ...VM, ...args });

/** The processor of the domain: as it is defined, or as its guest has it. */
const cpu = async (flag: '--inactive' | '' = '--inactive') =>
  // That of the metadata is deeper.
  /^ {2}<cpu [\s\S]*?^ {2}<\/cpu>/m.exec(await sh(`virsh dumpxml ${flag} ${NAME}`))?.[0].trim() ?? '';
const remove = () =>
  sh(`virsh destroy ${NAME} 2>/dev/null; virsh undefine ${NAME} 2>/dev/null; rm -rf ${HOME}`);

/** What other hosts say: this one's words with some changes. */
const hosts = (...changes: readonly ((text: string) => string)[]) => ({
  host_cpus: changes.map((change, i) => ({ host: `hv${i + 2}`, cpu: change(own) })),
});
const without =
  (...names: readonly string[]) =>
  (text: string) =>
    text.replace(/ *<feature [^>]*name="([^"]*)"\/>\n/g, (line, name) => (names.includes(name) ? '' : line));
const modelOf = (model: string) => (text: string) =>
  text.replace(/<model[\s\S]*?<known>/g, `<model>${model}</model><known>`);
/** A feature that only a newer libvirt knows. */
const newer = (text: string) =>
  text.replaceAll('</known>', '</known><feature policy="require" name="of-tomorrow"/>');

beforeAll(async () => {
  hypervisor = await sharedHypervisor(12);
  await sh(`mkdir -p ${HOME}-images; qemu-img create -q -f qcow2 ${HOME}-images/tiny 8M`);
  const said = await runModule(hypervisor, 'vm_info', { names: [], cpu: true });
  own = (said as unknown as { cpu: string }).cpu;
}, 600_000);
afterEach(remove);
afterAll(() => hypervisor && sh(`rm -rf ${HOME}-images`));

describe('`cpu_mode: baseline`', () => {
  it('is told by a host of guests with and without KVM, in few words', async () => {
    expect(own).toMatch(/^<cpus>\n {2}<cpu type="(kvm|qemu)" arch="x86_64">\n {4}<model fallback="forbid">/);
    expect(own).toContain('<cpu type="qemu"');
    expect(own.length).toBeLessThan(16384);
    expect(await runModule(hypervisor, 'vm_info', { names: [] })).not.toHaveProperty('cpu');
  });

  it('gives a new guest what all hosts have, and nothing else later', async () => {
    const others = hosts(without('la57', 'vaes'), (text) => newer(without('umip')(text)));
    expect(await vm(others, { check: true })).toMatchObject({ changed: true });
    const made = await thrice(others);
    expect(made).toMatchObject({ state: 'running', restart_required: false });
    const before = await cpu();
    expect(before).toMatch(/^<cpu mode='custom' match='exact' [^>]*>\s*<model [^>]*>EPYC<\/model>/);
    expect(before).toContain("<feature policy='require' name='clwb'/>");
    expect(before).not.toMatch(/la57|vaes|umip|of-tomorrow/);
    expect(await cpu('')).toContain('EPYC');

    // Whatever the hosts are now. The guest runs on.
    const pid = await sh(`cat /run/libvirt/qemu/${NAME}.pid`);
    for (const given of [hosts(), hosts(modelOf('qemu64')), { host_cpus: [{ host: 'hv2', cpu: 'x' }] }])
      expect(await vm(given)).toMatchObject({ changed: false, restart_required: false });
    expect(await vm({ ...others, memory: '24 MiB', memory_max: '32 MiB' })).toMatchObject({ changed: true });
    expect([await cpu(), await sh(`cat /run/libvirt/qemu/${NAME}.pid`)]).toEqual([before, pid]);

    // Without the option its record is kept, and another mode replaces all of it.
    expect(await vm({ ...others, cpu_mode: null })).toMatchObject({ changed: true });
    expect(await cpu()).toBe(before);
    await vm({ ...others, cpu_mode: 'maximum', state: 'present' });
    expect(await sh(`virsh dumpxml --inactive ${NAME} | grep -A 1 '^  <cpu '`)).toMatch(
      /^<cpu mode='maximum'[^>]*\/>\n/,
    );
  });

  it('has a model of another kind where the others are of that', async () => {
    expect(await thrice(hosts(modelOf('qemu64'), without('la57')))).toMatchObject({ state: 'running' });
    expect(await cpu()).toMatch(/<model [^>]*>qemu64<\/model>\s*<\/cpu>/);
  });

  it('is an error where libvirt finds none, before anything is changed', async () => {
    const intel = (text: string) =>
      text.replace(/<model[\s\S]*?<known>/g, '<model>Nehalem</model><vendor>Intel</vendor><known>');
    const failed = await vm(hosts(without('la57'), intel));
    expect(failed).toMatchObject({ failed: true, changed: false });
    expect(failed.msg).toMatch(
      /^option 'cpu_mode': there is no common model of this host, hv2, hv3 \(.*CPU vendors do not match\): give 'cpu_mode: custom'/,
    );
    expect((await vm(hosts(modelOf('EPYC-Tomorrow')))).msg).toContain('Unknown CPU model EPYC-Tomorrow');
    expect(await sh(`virsh list --all --name | grep baseline; ls -d ${HOME} 2>/dev/null || true`)).toBe('');
  });
});
