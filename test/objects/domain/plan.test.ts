import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileValidator } from '../../../build/validator.ts';
import { readOptions } from '../../../modules/lib/ansible/arguments.ts';
import { withoutApplied } from '../../../modules/lib/libvirt/applied.ts';
import type { Element } from '../../../modules/lib/xml/element.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';
import { serialiseXml } from '../../../modules/lib/xml/serialise.ts';
import { spec } from '../../../modules/libvirt_domain/spec.ts';
import { checkOptions } from '../../../modules/objects/domain/check/check.ts';
import { targetsOf } from '../../../modules/objects/domain/desired/targets.ts';
import { isUnchanged } from '../../../modules/objects/domain/draft/digest.ts';
import { draftOf, type Known } from '../../../modules/objects/domain/draft/draft.ts';
import type { DomainOptions } from '../../../modules/objects/domain/options/options.ts';
import { planDomain } from '../../../modules/objects/domain/plan.ts';

const validate = compileValidator(spec);
const options = (given: Record<string, unknown>) => {
  const read = readOptions(spec, validate, { path: '', options: given }) as DomainOptions;
  checkOptions(read);
  return read;
};

const nothing: Known = { kvm: false, machineId: 'm', domain: undefined };

/** The plan of the module without a libvirt that could rehearse it. */
const plan = (given: DomainOptions, known: Known) => {
  const draft = draftOf(given, known);
  const unchanged = draft !== undefined && isUnchanged(draft);
  return planDomain(given, {
    ...known,
    draft,
    unchanged,
    rehearsed: undefined,
    keptFiles: new Map(),
    otherThanFiles: new Map(),
  });
};

/** The state after a plan is carried out by a libvirt that adds nothing. */
function carriedOut(state: Known, given: DomainOptions): Known {
  const { changes, result } = plan(given, state);
  const define = changes.find(({ step }) => step.act === 'define')?.step;
  const definition = define && 'xml' in define ? parseXml(define.xml) : state.domain?.definition;
  if (!definition) return state;
  const after = result?.domain as { state: string; autostart: boolean } | undefined;
  const { state: now = 'shut off', autostart = false } = after ?? {};
  const name = given.name ?? '';
  return {
    ...state,
    domain: {
      ...{ name, uuid: 'u', state: now, autostart, persistent: true, saved: false },
      ...{ definition, live: undefined },
    },
  };
}

const name = fc.stringMatching(/^[a-z]{1,8}$/);
const nic = fc.record({
  source: name,
  target: name,
  vlans: fc.uniqueArray(fc.integer({ min: 0, max: 4095 })),
});
const records = fc.record(
  {
    name,
    memory: fc.integer({ min: 1024, max: 1e9 }),
    vcpus: fc.integer({ min: 1, max: 64 }),
    state: fc.constantFrom('present', 'running', 'stopped'),
    autostart: fc.boolean(),
    cpu_mode: fc.constantFrom('host-passthrough', 'host-model', 'maximum'),
    cpu_features: fc.uniqueArray(
      fc.record({
        name: fc.constantFrom('aes', 'svm', 'sse4.1'),
        policy: fc.constantFrom('require', 'disable'),
      }),
      { selector: (feature) => feature.name },
    ),
    boot: fc.uniqueArray(fc.constantFrom('hd', 'cdrom', 'network'), { minLength: 1 }),
    disks: fc.uniqueArray(
      fc.record(
        {
          source: name.map((n) => `/${n}`),
          device: fc.constantFrom('disk', 'cdrom'),
          bus: fc.constantFrom('scsi', 'sata'),
          serial: fc.constantFrom('a', 'b'),
        },
        { requiredKeys: ['source', 'device'] },
      ),
      {
        selector: ({ source }) => source,
        maxLength: 4,
      },
    ),
    interfaces: fc.uniqueArray(nic, { selector: ({ target }) => target, maxLength: 4 }),
  },
  { requiredKeys: ['name', 'memory'] },
);
// Features are those of a mode.
const given = records.map(({ cpu_features: features, ...one }) =>
  one.cpu_mode && features ? { ...one, cpu_features: features } : one,
);

describe('planDomain', () => {
  it('has nothing left to do after it was carried out', () => {
    fc.assert(
      fc.property(given, (one) => {
        const read = options(one);
        expect(plan(read, carriedOut(nothing, read)).changes).toEqual([]);
      }),
    );
  });

  it('has nothing left to do after any two tasks', () => {
    fc.assert(
      fc.property(given, given, (one, two) => {
        const before = carriedOut(nothing, options(one));
        const read = options({ ...two, name: one.name });
        expect(plan(read, carriedOut(before, read)).changes).toEqual([]);
      }),
    );
  });

  it('chooses KVM only if the host has it', () => {
    const type = (kvm: boolean) => {
      const step = plan(options({ name: 'a', memory: 1 }), { ...nothing, kvm }).changes[0]?.step;
      return step && 'xml' in step ? parseXml(step.xml).attributes.type : undefined;
    };
    expect([type(true), type(false)]).toEqual(['kvm', 'qemu']);
  });

  it('refuses the UUID of another domain', () => {
    const domain = {
      name: 'a',
      uuid: 'u1',
      state: 'shut off',
      autostart: false,
      persistent: true,
      saved: false,
      live: undefined,
    };
    const definition = parseXml('<domain><name>a</name><uuid>u1</uuid></domain>');
    const xml = '<domain><name>a</name><uuid>u2</uuid></domain>';
    expect(() => plan(options({ xml }), { ...nothing, domain: { ...domain, definition } })).toThrow(
      "its UUID u2 isn't that of the domain, u1",
    );
  });

  const two = {
    name: 'a',
    memory: 1,
    interfaces: [
      { source: 'b', target: 't1' },
      { source: 'b', target: 't2' },
    ],
  };
  const less = { name: 'a', interfaces: [{ source: 'b', target: 't1' }] };

  it('removes what an earlier task listed and this one does not', () => {
    const { changes } = plan(options(less), carriedOut(nothing, options(two)));
    expect(changes.map(({ title }) => title)).toEqual(['redefine domain a']);
    expect(changes[0]?.after).toContain('t1');
    expect(changes[0]?.after).not.toContain('t2');
  });

  it('removes what options deny, whoever added it', () => {
    const full = carriedOut(nothing, options(two));
    const text = (more: object) =>
      plan(options({ ...two, ...more }), full)
        .changes.map(({ after }) => after)
        .join();
    expect(serialiseXml(full.domain?.definition as Element)).toMatch(/<rng[\s\S]*<acpi|<acpi[\s\S]*<rng/);
    expect(text({ rng: false })).not.toContain('<rng');
    expect(text({ console: false })).not.toMatch(/<serial|<console/);
    expect(text({ features: ['apic'] })).not.toContain('<acpi');
    expect(text({})).toBe('');
  });

  it('keeps what others added, with a warning', () => {
    const { domain, ...host } = carriedOut(nothing, options(two));
    const unmanaged = {
      ...host,
      domain: domain && { ...domain, definition: withoutApplied(domain.definition) },
    };
    const { changes, warnings } = plan(options(less), unmanaged);
    expect(changes).toEqual([]);
    expect(warnings?.join()).toMatch(/they are kept: interface 52:54:00:\S+ \('unlisted_devices: remove'/);
    const removing = plan(options({ ...less, unlisted_devices: 'remove' }), unmanaged);
    expect(removing.changes[0]?.after).not.toContain('t2');
  });
});

describe('a paused guest', () => {
  const disks = (...targets: string[]) =>
    options({ name: 'a', memory: 1024, disks: targets.map((target) => ({ source: `/${target}`, target })) });
  const { domain, ...host } = carriedOut(nothing, disks('vda', 'vdb'));
  const live = domain && withoutApplied(domain.definition);
  const paused: Known = { ...host, domain: domain && { ...domain, state: 'paused', live } };
  const titles = ({ changes }: ReturnType<typeof plan>) => changes.map(({ title }) => title);

  it('keeps its devices until it is resumed, and the plan says so', () => {
    const planned = plan(disks('vda'), paused);
    expect(titles(planned)).toEqual(['redefine domain a']);
    expect(planned.result).toMatchObject({
      restart_required: true,
      restart_reasons: ['disk vdb is not removed yet: the guest is paused'],
    });
  });

  it('is resumed before it is changed if it is to run', () => {
    const planned = plan({ ...disks('vda'), state: 'running' }, paused);
    expect(titles(planned)).toEqual([
      'redefine domain a',
      'resume domain a',
      'update the running guest of domain a',
    ]);
    expect(planned.result).toMatchObject({ restart_required: false, restart_reasons: [] });
  });
});

const drive = (source: string) => ({ source, device: 'cdrom' });

describe('targetsOf', () => {
  it('gives each disk a free device name of its bus', () => {
    const disks = options({
      name: 'a',
      disks: [
        { source: '/a' },
        { source: '/b', device: 'cdrom' },
        { source: '/c', target: 'vda' },
        { source: '/d', bus: 'sata' },
      ],
    }).disks;
    expect(targetsOf(disks ?? [])).toEqual(['vdb', 'sda', 'vda', 'sdb']);
  });

  const current = parseXml(`<domain><devices>
    <disk device='disk'><source file='/a'/><target dev='vda' bus='virtio'/></disk>
    <disk device='disk'><source file='/b'/><target dev='vdb' bus='virtio'/><serial>b</serial></disk>
    <disk device='disk'><source dev='/dev/c'/><target dev='vdc' bus='virtio'/></disk>
    <disk device='cdrom'><source file='/x'/><target dev='sda' bus='scsi'/></disk>
    <disk device='cdrom'><source file='/y'/><target dev='sdb' bus='scsi'/></disk></devices></domain>`);
  it.each<[string, object[], string[]]>([
    ['by its source', [{ source: '/dev/c' }, { source: '/a' }], ['vdc', 'vda']],
    ['by its serial number', [{ source: '/moved/b', serial: 'b' }], ['vdb']],
    ['but not on another bus', [{ source: '/a', bus: 'scsi' }], ['sda']],
    ['and gives no name twice', [{ source: '/a' }, { source: '/a', shareable: true }], ['vda', 'vdb']],
    [
      'unless another disk is given that',
      [{ source: '/a' }, { source: '/n', target: 'vda' }],
      ['vdb', 'vda'],
    ],
    ['or the place of one that is removed', [{ source: '/n' }, { source: '/dev/c' }], ['vda', 'vdc']],
    ['if it has no serial number', [{ source: '/n', serial: 'n' }], ['vdd']],
    ['and so do drives', [drive('/y'), drive('/x')], ['sdb', 'sda']],
    ['of which one gets another medium', [drive('/z'), drive('/y')], ['sda', 'sdb']],
  ])('gives a disk the name that it has: %s', (_, disks, targets) => {
    expect(targetsOf(options({ name: 'a', disks }).disks ?? [], current)).toEqual(targets);
  });
});
