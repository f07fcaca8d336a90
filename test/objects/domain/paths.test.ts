import { describe, expect, it } from 'vitest';
import { withoutPaths } from '../../../modules/lib/libvirt/outline.ts';
import { DOMAIN_RULES } from '../../../modules/lib/libvirt/rules.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';
import { serialiseXml } from '../../../modules/lib/xml/serialise.ts';
import {
  DEFINING,
  type DefiningOption,
  KEPT_WHEN_OMITTED,
  OPTION_PATHS,
} from '../../../modules/objects/domain/options/paths.ts';
import { definedBy, desiredBy } from './given.ts';

const CONTAINER = { uri: 'lxc:///system' };

/** A value for each option, with the options that it requires. */
const VALUES: Record<DefiningOption, Record<string, unknown>> = {
  title: { title: 't' },
  description: { description: 'd' },
  member_of: { member_of: { group: 'g' } },
  memory: { memory: 1024 },
  current_memory: { current_memory: 1024 },
  vcpus: { vcpus: 2 },
  vcpus_max: { vcpus: 2, vcpus_max: 4 },
  virt_type: { virt_type: 'qemu' },
  machine: { machine: 'q35' },
  cpu_mode: { cpu_mode: 'maximum' },
  cpu_model: { cpu_mode: 'custom', cpu_model: 'EPYC' },
  cpu_features: { cpu_mode: 'maximum', cpu_features: [{ name: 'aes' }] },
  features: { features: ['acpi', 'apic', 'pae'] },
  firmware: { firmware: 'efi' },
  secure_boot: { firmware: 'efi', secure_boot: true },
  boot: { boot: ['network'] },
  kernel: { kernel: '/k' },
  initrd: { kernel: '/k', initrd: '/i' },
  cmdline: { kernel: '/k', cmdline: 'c' },
  disks: { disks: [{ source: '/x', bus: 'scsi' }] },
  interfaces: { interfaces: [{ source: 'b' }] },
  graphics: { graphics: [{}] },
  video: { video: 'vga' },
  console: { console: true },
  console_log: { console: true, console_log: true },
  guest_agent: { guest_agent: true },
  rng: { rng: true },
  rng_source: { rng_source: '/dev/hwrng' },
  tpm: { tpm: {} },
  init: { ...CONTAINER, init: '/init' },
  init_arguments: { ...CONTAINER, init_arguments: ['a'] },
  init_environment: { ...CONTAINER, init_environment: { A: 'b' } },
  init_directory: { ...CONTAINER, init_directory: '/srv' },
  filesystems: { ...CONTAINER, filesystems: [{ source: '/c', target: '/' }] },
  idmap: { ...CONTAINER, idmap: { target: 100000, count: 65536 } },
  extra_xml: { vcpus: 2, extra_xml: '<domain/>' },
};

const pathsOf = (names: readonly string[]): ReadonlySet<string> =>
  new Set(names.flatMap((name) => OPTION_PATHS[name as DefiningOption]));

/** The elements of a document that are not under some paths, without containers. */
function outside(xml: string, paths: ReadonlySet<string>): string {
  const rest = serialiseXml(withoutPaths(parseXml(xml), new Set([...paths, 'domain/name'])));
  return [...rest.matchAll(/<(\w+)([^>]*)>/g)]
    .filter(
      ([, name = '', attributes]) =>
        !/^(domain|metadata|os|features|devices)$/.test(name) || attributes?.includes('='),
    )
    .join('');
}

describe('the paths of an option', () => {
  it.each(DEFINING)('%s: cover all of its XML', (name) => {
    expect(
      outside(
        desiredBy(VALUES[name]),
        pathsOf(Object.keys(VALUES[name]).filter((key) => key !== 'extra_xml' && key !== 'uri')),
      ),
    ).toBe('');
  });

  it('cover the defaults of a new domain: by options that are kept when omitted, or sticky paths', () => {
    const alone = new Set([...pathsOf(KEPT_WHEN_OMITTED), ...DOMAIN_RULES.sticky]);
    expect(outside(definedBy({ memory: 1024 }, true), alone)).toBe('');
  });
});
