import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutOthers } from '../../../modules/lib/libvirt/cpu/baseline.ts';
import { type HostCpu, hostCpuIn, readCpus, writeCpus } from '../../../modules/lib/libvirt/cpu/host-cpus.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';

// What hosts tell each other of their processors.

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._+-]{0,20}$/);
const feature = fc.record({ name, policy: fc.constantFrom('require' as const, 'disable' as const) });
const cpuOf = (type: 'kvm' | 'qemu') =>
  fc.record({
    type: fc.constant(type),
    arch: name,
    model: name,
    vendor: fc.option(name, { nil: undefined }),
    features: fc.array(feature, { maxLength: 30 }),
    known: fc.array(name, { maxLength: 30 }),
  });
const cpus = fc.tuple(cpuOf('kvm'), cpuOf('qemu')).chain((both) => fc.subarray(both));

/** What libvirt says of a host. */
const capabilities = (cpu: HostCpu, supported = 'yes') => `<domainCapabilities>
  <domain>${cpu.type}</domain><machine>pc-i440fx-7.2</machine><arch>${cpu.arch}</arch>
  <cpu>
    <mode name='host-passthrough' supported='no'/>
    <mode name='host-model' supported='${supported}'>
      <model fallback='forbid'>${cpu.model}</model>
      ${cpu.vendor === undefined ? '' : `<vendor>${cpu.vendor}</vendor>`}
      <maxphysaddr mode='passthrough' limit='52'/>
      ${cpu.features.map((one) => `<feature policy='${one.policy}' name='${one.name}'/>`).join('')}
    </mode>
    <mode name='custom' supported='yes'>
      ${cpu.known.map((one) => `<model usable='yes' vendor='AMD'>${one}</model><blockers model='${one}'><feature name='x'/></blockers>`).join('\n')}
    </mode>
  </cpu>
</domainCapabilities>`;

describe('the processors of a host', () => {
  it('are read as another host has written them', () => {
    fc.assert(
      fc.property(cpus, (all) => {
        expect([...readCpus(writeCpus(all)).values()]).toEqual(all);
      }),
    );
  });

  it('are those that libvirt has as host-model', () => {
    fc.assert(
      fc.property(cpuOf('qemu'), (cpu) => {
        expect(hostCpuIn(parseXml(capabilities(cpu)))).toEqual(cpu);
        expect(hostCpuIn(parseXml(capabilities(cpu, 'no')))).toBeUndefined();
      }),
    );
  });

  it('have only names, whatever a host says', () => {
    const characters = fc.string({
      unit: fc.constantFrom('<', '>', '"', "'", '/', ' ', '\n', 'a', '-', '&lt;', '..'),
    });
    const anything = fc.tuple(cpus, fc.nat(), characters).map(([all, at, text]) => {
      const whole = writeCpus(all);
      const i = at % whole.length;
      return whole.slice(0, i) + text + whole.slice(i);
    });
    fc.assert(
      fc.property(anything, (text) => {
        let read: HostCpu[];
        try {
          read = [...readCpus(text).values()];
        } catch {
          return;
        }
        const names = read.flatMap((cpu) => [
          ...[cpu.arch, cpu.model, cpu.vendor ?? 'none', ...cpu.known],
          ...cpu.features.map((one) => one.name),
        ]);
        for (const one of names) expect(one).toMatch(/^[A-Za-z0-9][A-Za-z0-9._+-]*$/);
        for (const one of read.flatMap(({ features }) => features))
          expect(['require', 'disable']).toContain(one.policy);
      }),
    );
  });

  it.each([
    ['another document', '<domain/>', 'another document'],
    ['none', 'x', 'line 1'],
    ['a DOCTYPE', '<!DOCTYPE a [<!ENTITY b "c">]><cpus/>', 'a DOCTYPE is not allowed'],
    ['another type', '<cpus><cpu type="xen" arch="a"><model>m</model></cpu></cpus>', 'unknown type'],
    ['no architecture', '<cpus><cpu type="kvm"><model>m</model></cpu></cpus>', 'not valid'],
    [
      'an option for an architecture',
      '<cpus><cpu type="kvm" arch="--x"><model>m</model></cpu></cpus>',
      'not valid',
    ],
    ['no model', '<cpus><cpu type="kvm" arch="a"/></cpus>', 'not valid'],
    ['an empty vendor', '<cpus><cpu type="kvm" arch="a"><model>m</model><vendor/></cpu></cpus>', 'not valid'],
    [
      'a feature that may be',
      '<cpus><cpu type="kvm" arch="a"><model>m</model><feature name="aes" policy="optional"/></cpu></cpus>',
      'neither required nor disabled',
    ],
    [
      'a feature without a name',
      '<cpus><cpu type="kvm" arch="a"><model>m</model><feature policy="require"/></cpu></cpus>',
      'not valid',
    ],
  ])('are an error in a text that is %s', (_, text, problem) => {
    expect(() => readCpus(text)).toThrow(problem);
  });

  it('are compared by the features that this host has', () => {
    const features = ['aes', 'svm', 'fzrm'].map((one) => ({ name: one, policy: 'require' as const }));
    const cpu = { model: 'EPYC', vendor: 'AMD', features };
    expect(withoutOthers(cpu, new Set(['svm', 'aes']))).toEqual({ ...cpu, features: features.slice(0, 2) });
  });
});
