import { describe, expect, it } from 'vitest';
import type { Host } from '../../../modules/lib/host/host.ts';
import { type HostCpu, writeCpus } from '../../../modules/lib/libvirt/cpu/host-cpus.ts';
import { childOf, element, valueAt, withChild } from '../../../modules/lib/xml/element.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';
import { serialiseXml } from '../../../modules/lib/xml/serialise.ts';
import { observeDomains, withCpu } from '../../../modules/objects/vm/baseline.ts';
import { domainOf } from '../../../modules/objects/vm/parts.ts';
import { vm } from '../../../modules/objects/vm/vm.ts';
import { vmOf } from './given.ts';
import { plan, stateOf, xmlOf } from './state.ts';

// The host is one whose virsh answers as a script of the test says. test/vm/baseline.lab.test.ts asks a real one.

const cpu = (more: Partial<HostCpu> = {}): HostCpu => ({
  ...{ type: 'qemu', arch: 'x86_64', model: 'EPYC', vendor: 'AMD', known: ['EPYC', 'qemu64'] },
  features: [{ name: 'aes', policy: 'require' }],
  ...more,
});
const CAPABILITIES = `<domainCapabilities><domain>qemu</domain><arch>x86_64</arch><cpu>
  <mode name='host-model' supported='yes'><model>EPYC</model><vendor>AMD</vendor></mode>
</cpu></domainCapabilities>`;
const COMMON = `<cpu mode='custom' match='exact'><model fallback='forbid'>qemu64</model>
  <feature policy='require' name='aes'/><feature policy='disable' name='svm'/></cpu>`;

interface Answers {
  /** The definition of a domain that there is. */
  readonly defined?: string;
  readonly capabilities?: string;
  readonly baseline?: string;
  readonly problem?: string;
  readonly kvm?: boolean;
}

/** A host, and what its virsh was asked. */
function hostOf({
  defined,
  capabilities = CAPABILITIES,
  baseline = COMMON,
  problem,
  kvm = false,
}: Answers = {}) {
  const asked: string[] = [];
  const files = new Map<string, string>();
  const inputs: string[] = [];
  const answerTo = (command: string): string => {
    if (command.startsWith('list')) return defined === undefined ? '' : 'web1\n';
    if (command.startsWith('dominfo')) return 'UUID: u\nState: shut off\nPersistent: yes\n';
    if (command.startsWith('dumpxml --inactive')) return defined ?? '';
    return command.startsWith('domcapabilities') ? capabilities : '';
  };
  const host = {
    read: async (path: string) =>
      path === '/proc/cpuinfo'
        ? new TextEncoder().encode(kvm ? 'flags : svm\n' : 'flags : fpu\n')
        : undefined,
    stat: async (path: string) => (kvm && path === '/dev/kvm' ? { kind: 'other' } : undefined),
    withNewDirectory: async (_: string, use: (path: string) => unknown) => use('/run/x'),
    write: async (path: string, text: string) => void files.set(path, text),
    run: async (program: string, args: readonly string[]) => {
      if (program !== 'virsh') return { code: 1, stdout: '', stderr: `no ${program}` };
      const words = args.slice(3);
      if (words[0] === 'hypervisor-cpu-baseline') {
        asked.push(words.slice(0, -1).join(' '));
        inputs.push(files.get(words.at(-1) ?? '') ?? '');
        if (problem !== undefined) return { code: 1, stdout: '', stderr: `error: ${problem}\n` };
        const full = `<cpu><model>EPYC</model><feature policy='require' name='aes'/><feature policy='disable' name='vme'/></cpu>`;
        return { code: 0, stdout: words.includes('--features') ? full : baseline, stderr: '' };
      }
      const stdout = (words[0] ?? '').split('; ').map((command) => {
        const mark = /^echo (--err )?(@.*@)$/.exec(command);
        if (mark) return mark[1] ? '' : `${mark[2]}\n`;
        if (!command.startsWith('capabilities')) asked.push(command.replace(/ --domain.*/, ''));
        return answerTo(command);
      });
      return { code: 0, stdout: stdout.join(''), stderr: '' };
    },
  };
  return { host: host as unknown as Host, asked, inputs };
}

const BASE = { cpu_mode: 'baseline' };
const observed = async (given: object, answers: Answers = {}) => {
  const { host, asked, inputs } = hostOf(answers);
  const one = vmOf({ ...BASE, ...given });
  const [found] = await observeDomains(host, [one]);
  return { one, found, cpus: asked.filter((command) => /cpu|domcap/.test(command)), inputs, asked };
};
const problemOf = async (given: object, answers: Answers = {}) => {
  const { found } = await observed(given, answers);
  return found?.cpu instanceof Error ? found.cpu.message : `no problem: ${JSON.stringify(found?.cpu)}`;
};
const others = (...cpus: readonly HostCpu[]) => ({
  host_cpus: cpus.map((one, i) => ({ host: `hv${i + 2}`, cpu: writeCpus([one]) })),
});

describe('a new VM with `cpu_mode: baseline`', () => {
  it('has the model that libvirt computes for all hosts', async () => {
    const theirs = cpu({
      model: 'qemu64',
      vendor: undefined,
      features: [
        { name: 'aes', policy: 'require' },
        { name: 'fzrm', policy: 'require' },
        { name: 'vme', policy: 'disable' },
      ],
    });
    const { one, found, cpus, inputs } = await observed(others(theirs));
    expect(cpus).toEqual([
      'domcapabilities --virttype qemu',
      'hypervisor-cpu-baseline --virttype qemu --arch x86_64 --migratable --features',
      'hypervisor-cpu-baseline --virttype qemu --arch x86_64 --migratable',
    ]);
    // Of the other host's features, only those that this one has.
    expect(inputs[1]?.match(/EPYC|qemu64|AMD|aes|fzrm|vme/g)).toEqual(['EPYC', 'AMD', 'qemu64', 'aes']);
    const { changes } = vm.plan(one, { ...stateOf(one), ...found });
    const step = changes.map((change) => change.step).find(({ part }) => part === 'domain');
    const xml = step?.part === 'domain' && step.step.act === 'define' ? parseXml(step.step.xml) : undefined;
    const made = xml?.children.find(({ name }) => name === 'cpu');
    expect([made?.attributes.mode, valueAt(made, 'model')]).toEqual(['custom', 'qemu64']);
    expect(made?.children.slice(1).map(({ attributes }) => attributes)).toEqual([
      { policy: 'require', name: 'aes' },
      { policy: 'disable', name: 'svm' },
    ]);
  });

  it('has that of this host where there is no other', async () => {
    const { found, cpus } = await observed({});
    expect(found?.cpu).toMatchObject({ model: 'qemu64' });
    expect(cpus).toHaveLength(2);
  });

  it('is computed once for all VMs of a task that are alike', async () => {
    const { host, asked } = hostOf();
    const vms = ['a', 'b', 'c'].map((name) => vmOf({ ...BASE, name, ...others(cpu()) }));
    const found = await observeDomains(host, [...vms, vmOf({ name: 'd' })]);
    expect(found.map((one) => one.cpu !== undefined)).toEqual([true, true, true, false]);
    expect(asked.filter((command) => /cpu|domcap/.test(command))).toHaveLength(3);
  });

  it('is for the type of its guest', async () => {
    const kvm = CAPABILITIES.replace('<domain>qemu', '<domain>kvm');
    const { cpus } = await observed({}, { kvm: true, capabilities: kvm });
    expect(cpus[0]).toBe('domcapabilities --virttype kvm');
    expect((await observed({ virt_type: 'qemu' }, { kvm: true })).cpus[0]).toBe(
      'domcapabilities --virttype qemu',
    );
    expect(
      await problemOf(others(cpu(), cpu({ type: 'kvm' }), cpu()), { kvm: true, capabilities: kvm }),
    ).toBe(
      "option 'virt_type': is kvm on this host, and hv2, hv4 can't run guests by KVM: give 'virt_type: qemu', or another 'cpu_mode'",
    );
  });

  it.each([
    [
      'of another architecture',
      others(cpu({ arch: 'aarch64' })),
      {},
      'this host is x86_64 and hv2 is aarch64',
    ],
    [
      'without a description',
      { host_cpus: [{ host: 'hv2', cpu: '<cpus/>' }] },
      {},
      'libvirt has no host-model of hv2 for qemu',
    ],
    [
      'that does not know the model',
      others(cpu(), cpu({ known: ['EPYC'] })),
      {},
      "option 'cpu_mode': the common model is qemu64, which libvirt of hv3 does not know: give 'cpu_mode: custom'",
    ],
    [
      'of another vendor',
      others(cpu({ vendor: 'Intel' })),
      { problem: 'operation failed: CPU vendors do not match' },
      "option 'cpu_mode': there is no common model of this host, hv2 (libvirt refuses to hypervisor-cpu-baseline: operation failed: CPU vendors do not match): give 'cpu_mode: custom'",
    ],
    [
      'that says something else',
      { host_cpus: [{ host: 'hv2', cpu: '<x' }] },
      {},
      "option 'host_cpus': the answer of hv2 is not valid: line 1",
    ],
  ])('is an error with a host %s', async (_, given, answers, problem) => {
    expect(await problemOf(given, answers)).toContain(problem);
  });

  it('is an error on a host that libvirt does not describe', async () => {
    expect(await problemOf({}, { capabilities: '' })).toContain('no host-model of this host for qemu');
    const { one, found } = await observed({}, { problem: 'x' });
    expect(() => vm.plan(one, { ...stateOf(one), ...found })).toThrow('no common model of this host');
  });

  it('leaves nothing to say for the domain', () => {
    const features = [{ name: 'aes' }];
    expect(() => vmOf({ ...BASE, domain: { cpu_model: 'EPYC' } })).toThrow(
      "option 'domain.cpu_model': is computed",
    );
    expect(() => vmOf({ ...BASE, domain: { cpu_features: features } })).toThrow(
      "option 'domain.cpu_features': is computed",
    );
    expect(vmOf({ cpu_mode: 'host-model', domain: { cpu_features: features } }).cpu_mode).toBe('host-model');
  });
});

describe('a VM that is defined, with `cpu_mode: baseline`', () => {
  const common = {
    model: 'qemu64',
    vendor: undefined,
    features: [{ name: 'aes', policy: 'require' as const }],
  };
  const made = (() => {
    const one = vmOf(BASE);
    return xmlOf({ one, ...vm.plan(one, { ...stateOf(withCpu(one, common)), cpu: common }) });
  })();

  const cpuOf = (xml: string) => serialiseXml(childOf(parseXml(xml), 'cpu') ?? element('none'));

  it('keeps its processor, and asks nobody', async () => {
    expect(made).toContain('<model>qemu64</model>');
    const hosts = others(cpu({ model: 'Penryn', known: [] }));
    const passed = serialiseXml(withChild(parseXml(made), parseXml('<cpu mode="host-passthrough"/>')));
    for (const xml of [made, passed]) {
      const { found, cpus, asked } = await observed(hosts, { defined: xml });
      expect([found?.cpu, cpus]).toEqual([undefined, []]);
      // The same as for a VM without.
      expect(asked).toEqual((await observed({ ...hosts, cpu_mode: undefined }, { defined: xml })).asked);
      const redefined = plan({ ...BASE, ...hosts }, xml);
      expect(redefined.ask).toBeUndefined();
      expect(cpuOf(xmlOf(redefined) || xml)).toBe(cpuOf(xml));
    }
    expect(domainOf(vmOf(BASE)).cpu_mode).toBeUndefined();
  });

  it.each([{ state: 'absent' }, { steps: 'stop' }])('asks nobody with %j', async (more) => {
    expect((await observed(more)).cpus).toEqual([]);
  });
});
