import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Result } from '../../modules/lib/ansible/result.ts';
import { withoutApplied } from '../../modules/lib/libvirt/applied.ts';
import { DOMAIN_IDENTITY } from '../../modules/lib/libvirt/identity.ts';
import { canonical } from '../../modules/lib/xml/canonical.ts';
import { parseXml } from '../../modules/lib/xml/parse.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { runModule } from '../support/module.ts';

// Tasks that change their mind, many domains to a task, before the real libvirt.
const PREFIX = 'generated-';
const DOMAINS = 12;

let hypervisor: Hypervisor;

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
});

const undefineAll = () =>
  hypervisor.exec([
    'sh',
    '-c',
    `for i in $(virsh list --all --name | grep '^${PREFIX}'); do virsh undefine --nvram $i; done`,
  ]);

afterAll(undefineAll);

const letter = fc.constantFrom('a', 'b', 'c', 'd');
const iotune = fc.record({ read_iops_sec: fc.integer({ min: 0, max: 5000 }) }, { requiredKeys: [] });
const disk = fc
  .record({ letter, bus: fc.constantFrom('virtio', 'scsi', 'sata', undefined), iotune: fc.option(iotune) })
  .map((one) => ({
    source: `/var/lib/libvirt/images/${one.letter}.qcow2`,
    ...(one.bus ? { bus: one.bus } : {}),
    ...(one.iotune ? { iotune: one.iotune } : {}),
  }));
const nic = fc
  .record({
    letter,
    vlans: fc.uniqueArray(fc.integer({ min: 1, max: 4094 }), { maxLength: 3 }),
    link: fc.constantFrom('up', 'down'),
  })
  .map(({ letter: name, ...others }) => ({ source: `br-${name}`, target: `gen-${name}`, ...others }));

const vcpus = fc.integer({ min: 1, max: 4 });
const feature = fc.constantFrom('apic', 'pae');

// What belongs together: a maximum needs a number, and EFI, which a later task may leave as it is, needs ACPI.
const features = fc.uniqueArray(feature).map((others) => ['acpi', ...others]);
const together = fc.oneof(
  fc.constant({}),
  vcpus.map((count) => ({ vcpus: count })),
  vcpus.map((count) => ({ vcpus: count, vcpus_max: count + 2 })),
  features.map((all) => ({ features: all })),
  features.map((all) => ({ firmware: 'efi', features: all })),
);

const alone = fc.record(
  {
    memory: fc.integer({ min: 32, max: 512 }).map((mebibytes) => `${mebibytes} MiB`),
    title: fc.constantFrom('One', 'Two & <three>'),
    description: fc.constantFrom('A line', 'Two\nlines'),
    machine: fc.constantFrom('q35', 'pc'),
    boot: fc.uniqueArray(fc.constantFrom('hd', 'cdrom', 'network'), { minLength: 1 }),
    disks: fc.uniqueArray(disk, { selector: ({ source }) => source, maxLength: 3 }),
    interfaces: fc.uniqueArray(nic, { selector: ({ target }) => target, maxLength: 3 }),
    graphics: fc.constantFrom([{}], [{ type: 'vnc', listen: '127.0.0.1' }], []),
    console: fc.boolean(),
    guest_agent: fc.boolean(),
    rng: fc.boolean(),
    autostart: fc.boolean(),
    hotplug_slots: fc.integer({ min: 0, max: 12 }),
  },
  { requiredKeys: ['memory'] },
);

const options = fc.tuple(alone, together).map((parts) => Object.assign({}, ...parts) as object);

const tasks = fc.array(fc.tuple(options, options), { minLength: DOMAINS, maxLength: DOMAINS });

const task = async (all: readonly object[], check = false): Promise<readonly Result[]> => {
  const domains = all.map((one, i) => ({ name: `${PREFIX}${i}`, virt_type: 'qemu', ...one }));
  const { results } = await runModule(hypervisor, 'libvirt_domain', { domains }, { check });
  return results as Result[];
};

const meaning = (xml: string) => canonical(withoutApplied(parseXml(xml)), DOMAIN_IDENTITY);

/** What the run said of the definition is what libvirt has. */
async function compare(one: Result): Promise<void> {
  const { diff, item } = one as unknown as { diff: { after: string }[]; item: string };
  const shown = diff.find(({ after }) => after.startsWith('<domain'));
  if (!shown) return;
  const { stdout } = await hypervisor.exec(['virsh', 'dumpxml', '--inactive', item]);
  expect(meaning(stdout)).toBe(meaning(shown.after));
}

describe('generated tasks', () => {
  it('check mode says what the run does, libvirt has it then, and the next run has nothing to do', async () => {
    const property = fc.asyncProperty(tasks, async (pairs) => {
      for (const step of [0, 1]) {
        const all = pairs.map((pair) => pair[step] ?? {});
        const predicted = await task(all, true);
        const done = await task(all);
        expect(predicted).toEqual(done);
        expect(done.flatMap(({ msg }) => msg ?? [])).toEqual([]);
        for (const one of done) await compare(one);
        const again = await task(all);
        expect(again.map(({ changed }) => changed)).toEqual(all.map(() => false));
      }
    });
    await fc.assert(property, { numRuns: 1, endOnFailure: true });
  });
});
