import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readApplied, withoutApplied, writeApplied } from '../../../modules/lib/libvirt/applied.ts';
import { DOMAIN_IDENTITY } from '../../../modules/lib/libvirt/identity.ts';
import { redefine } from '../../../modules/lib/libvirt/redefine.ts';
import { DOMAIN_RULES, USER_ADDED } from '../../../modules/lib/libvirt/rules.ts';
import { canonical } from '../../../modules/lib/xml/canonical.ts';
import { childOf, type Element, element, valueAt } from '../../../modules/lib/xml/element.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';
import { serialiseXml } from '../../../modules/lib/xml/serialise.ts';

const UUID = '0d9f6a1f-6f4b-8a52-9c3c-6a8e0e4e6a0e';
const domain = (inner: string) => `<domain type='kvm'><name>d</name><uuid>${UUID}</uuid>${inner}</domain>`;
const devices = (inner: string) => domain(`<devices>${inner}</devices>`);

const redefined = (
  current: Element | undefined,
  desired: Element,
  lastApplied?: Element,
  removeUnlisted = false,
) => redefine({ current, desired, lastApplied, removeUnlisted, covers: () => true, machineId: 'm' });

/** The result of a task: the definition, and the outline of what it applied. */
const define = (xml: string, current?: string, lastApplied?: Element) => {
  const { definition, outline } = redefined(
    current ? parseXml(current) : undefined,
    parseXml(xml),
    lastApplied,
  );
  return { xml: serialiseXml(definition), outline };
};

const same = (a: Element, b: Element) => canonical(a, DOMAIN_IDENTITY) === canonical(b, DOMAIN_IDENTITY);

/** Adds to a definition what an administrator would by hand. */
const edited = (xml: string, from: string, to: string) => {
  expect(xml).toContain(from);
  return xml.replace(from, to);
};

describe('what a task no longer states', () => {
  const NIC = (mac: string) =>
    `<interface type='bridge'><mac address='52:54:00:00:00:0${mac}'/><source bridge='b'/></interface>`;
  const DISK = (dev: string, inner = '') =>
    `<disk type='file'><source file='/${dev}'/><target dev='${dev}' bus='virtio'/>${inner}</disk>`;
  // Stated first, stated then, and what is gone.
  const ROWS: [string, string, string, string][] = [
    ['a NIC', devices(NIC('1') + NIC('2')), devices(NIC('1')), '52:54:00:00:00:02'],
    ['a disk', devices(DISK('vda') + DISK('vdb')), devices(DISK('vda')), 'vdb'],
    ['the last disk', devices(DISK('vda')), devices(''), 'vda'],
    ['a class of devices and their parent', devices(DISK('vda')), domain(''), 'vda'],
    ['a title', domain('<title>t</title>'), domain(''), 'title'],
    [
      'iotune',
      devices(DISK('vda', '<iotune><read_iops_sec>1</read_iops_sec></iotune>')),
      devices(DISK('vda')),
      'iotune',
    ],
    [
      'one value of iotune',
      devices(
        DISK('vda', '<iotune><read_iops_sec>1</read_iops_sec><write_iops_sec>2</write_iops_sec></iotune>'),
      ),
      devices(DISK('vda', '<iotune><read_iops_sec>1</read_iops_sec></iotune>')),
      'write_iops_sec',
    ],
    [
      'a password',
      devices("<graphics type='vnc' passwd='geheim'/>"),
      devices("<graphics type='vnc'/>"),
      'passwd',
    ],
    [
      'a feature',
      domain('<features><acpi/><pae/></features>'),
      domain('<features><acpi/></features>'),
      'pae',
    ],
    [
      'a kernel',
      domain("<os><type machine='q35'>hvm</type><kernel>/k</kernel></os>"),
      domain("<os><type machine='q35'>hvm</type></os>"),
      '/k',
    ],
    [
      'an argument for QEMU',
      domain("<qemu:commandline xmlns:qemu='urn:q'><qemu:arg value='-x'/></qemu:commandline>"),
      domain(''),
      '-x',
    ],
    [
      'a serial port, with the console that libvirt made of it',
      devices("<serial type='pty'/>"),
      devices(''),
      'serial',
    ],
    ...USER_ADDED.filter((name) => !['disk', 'interface'].includes(name)).map(
      (name): [string, string, string, string] => [
        `${name}`,
        devices(`<${name} type='x' model='y' name='z'><target dir='q'/></${name}>`),
        devices(''),
        `<${name}`,
      ],
    ),
  ];
  it.each(ROWS)('is removed: %s', (_, first, then, gone) => {
    const one = define(first);
    expect(one.xml).toContain(gone);
    const two = define(then, one.xml, one.outline);
    expect(two.xml).not.toContain(gone);
  });

  it('takes its console with it', () => {
    const one = define(devices("<serial type='pty'/>"));
    const console = "<console type='pty'><target type='serial' port='0'/></console></devices>";
    const two = define(devices(''), edited(one.xml, '</devices>', console), one.outline);
    expect(two.xml).not.toContain('console');
  });

  it.each(ROWS)('and what others added beside it stays: %s', (_, first, then) => {
    const one = define(first);
    const theirs =
      "<description>by hand</description><metadata><o:x xmlns:o='urn:o'/></metadata><devices><disk type='file'><source file='/theirs'/><target dev='vdz' bus='virtio'/></disk>";
    const now = one.xml.includes('<devices>')
      ? edited(one.xml, '<devices>', theirs)
      : one.xml.includes('<devices/>')
        ? edited(one.xml, '<devices/>', `${theirs}</devices>`)
        : edited(one.xml, '</domain>', `${theirs}</devices></domain>`);
    const two = define(then, now, one.outline);
    for (const text of ['by hand', 'urn:o', 'vdz']) expect(two.xml).toContain(text);
  });

  // Without it libvirt takes no document, or makes another guest of it.
  const STICKY: [string, string][] = [
    ['domain/@type', "<domain type='kvm'><name>d</name></domain>"],
    ['domain/name', '<domain><name>d</name></domain>'],
    ['domain/uuid', domain('')],
    ['domain/genid', domain('<genid>g</genid>')],
    ['domain/memory', domain('<memory unit="KiB">5</memory>')],
    ['domain/os/type', domain("<os><type machine='pc'>hvm</type></os>")],
    ['domain/devices/emulator', devices('<emulator>/q</emulator>')],
    ['domain/devices/controller', devices("<controller type='scsi' index='0'/>")],
    ['domain/devices/memballoon', devices("<memballoon model='none'/>")],
    ['domain/devices/interface/mac', devices(NIC('1'))],
    [
      'domain/devices/interface/virtualport/parameters/@interfaceid',
      devices("<interface type='bridge'><source bridge='b'/><virtualport type='openvswitch'/></interface>"),
    ],
  ];
  it('has a row here for each that stays', () => {
    expect(STICKY.map(([path]) => path)).toEqual([...DOMAIN_RULES.sticky]);
  });
  it.each(STICKY)('stays: %s', (path, xml) => {
    const bare = path.startsWith('domain/devices/interface')
      ? devices("<interface type='bridge'><source bridge='b'/><virtualport type='openvswitch'/></interface>")
      : '<domain><name>d</name></domain>';
    const one = define(xml);
    const two = define(bare, one.xml, one.outline);
    const at = path.slice('domain/'.length);
    const kept = (text: string) =>
      at.includes('@')
        ? valueAt(parseXml(text), at)
        : at.split('/').reduce<Element | undefined>(childOf, parseXml(text));
    expect(kept(one.xml)).toBeDefined();
    expect(kept(two.xml)).toEqual(kept(one.xml));
  });

  it.each([...DOMAIN_RULES.containers])('leaves what others added in %s', (path) => {
    const names = path.split('/').slice(1);
    const inside = (inner: string) =>
      domain(names.reduceRight((text, name) => `<${name}>${text}</${name}>`, inner));
    const one = define(inside('<ours/>'));
    const two = define(domain(''), edited(one.xml, '<ours/>', '<ours/><theirs/>'), one.outline);
    if (names[0] === 'devices' && names.length > 1) expect(two.xml).not.toContain('ours');
    else {
      expect(two.xml).toContain('<theirs/>');
      expect(two.xml).not.toContain('<ours/>');
    }
  });
});

describe('what was applied', () => {
  const one = define(
    domain(
      "<title>secret title</title><devices><graphics type='vnc' passwd='geheim'/><qemu:x xmlns:qemu='urn:q'/></devices>",
    ),
  );
  const applied = { form: 'xml' as const, outline: one.outline, removed: element('gone') };
  const kept = writeApplied(parseXml(one.xml), applied);

  it('is kept in the metadata, and read back, names with a prefix too', () => {
    const back = readApplied(parseXml(serialiseXml(kept)));
    expect(back && same(back.outline, one.outline)).toBe(true);
    expect(back?.form).toBe('xml');
  });

  it('holds no value but those that identify', () => {
    const text = serialiseXml(kept).slice(serialiseXml(kept).indexOf('<piecewise:applied'));
    expect(text.slice(0, text.indexOf('</piecewise:applied>'))).not.toMatch(/geheim|secret title/);
    expect(text).toContain('passwd=""');
  });

  it("is another domain's in a clone", () => {
    const clone = serialiseXml(kept).replace(`<uuid>${UUID}`, '<uuid>1d9f6a1f-6f4b-8a52-9c3c-6a8e0e4e6a0e');
    expect(readApplied(parseXml(clone))).toBeUndefined();
  });

  it('is removed without a trace, and keeps the metadata of others', () => {
    expect(same(withoutApplied(kept), parseXml(one.xml))).toBe(true);
    const others = parseXml(domain("<metadata><o:x xmlns:o='urn:o'><o:y/></o:x></metadata>"));
    expect(same(withoutApplied(writeApplied(others, applied)), others)).toBe(true);
    expect(serialiseXml(writeApplied(others, applied))).toContain('<o:y/>');
  });
});

const letter = fc.constantFrom('a', 'b', 'c', 'd');
const nic = fc.record({ mac: fc.option(letter), target: fc.option(letter), bridge: letter });
const disk = fc.record({ dev: letter, bus: fc.constantFrom('virtio', 'scsi'), iotune: fc.boolean() });
const document = fc
  .record({
    title: fc.option(letter),
    memory: fc.integer({ min: 1, max: 9 }),
    acpi: fc.boolean(),
    boot: fc.option(fc.uniqueArray(fc.constantFrom('hd', 'cdrom'), { minLength: 1 })),
    disks: fc.uniqueArray(disk, { selector: ({ dev }) => dev }),
    nics: fc.uniqueArray(nic, {
      maxLength: 4,
      selector: ({ mac, target, bridge }) => mac ?? `${target}${bridge}`,
    }),
    password: fc.option(letter),
  })
  .map(({ title, memory, acpi, boot, disks, nics, password }) =>
    [
      "<domain type='kvm'><name>d</name>",
      title ? `<title>${title}</title>` : '',
      `<memory unit='KiB'>${memory}</memory>`,
      `<os><type machine='q35'>hvm</type>${(boot ?? []).map((dev) => `<boot dev='${dev}'/>`).join('')}</os>`,
      acpi ? '<features><acpi/></features>' : '',
      '<devices>',
      ...disks.map(
        ({ dev, bus, iotune }) =>
          `<disk type='file'><source file='/${dev}'/><target dev='vd${dev}' bus='${bus}'/>${iotune ? '<iotune><read_iops_sec>1</read_iops_sec></iotune>' : ''}</disk>`,
      ),
      ...nics.map(
        ({ mac, target, bridge }) =>
          `<interface type='bridge'>${mac ? `<mac address='52:54:00:00:00:0${mac}'/>` : ''}<source bridge='${bridge}'/><virtualport type='openvswitch'/>${target ? `<target dev='t${target}'/>` : ''}</interface>`,
      ),
      password ? `<graphics type='vnc' passwd='${password}'/>` : '',
      '</devices></domain>',
    ].join(''),
  );

describe('redefine', () => {
  it('is unchanged where nothing new is desired: merge(x, x, x) = x', () => {
    fc.assert(
      fc.property(document, (xml) => {
        const { definition, outline } = redefined(undefined, parseXml(xml));
        expect(same(redefined(definition, definition, outline).definition, definition)).toBe(true);
        expect(same(redefined(definition, parseXml(xml), outline).definition, definition)).toBe(true);
      }),
    );
  });

  it('has nothing to do the second time, after any change of mind', () => {
    fc.assert(
      fc.property(document, document, (before, after) => {
        const one = redefined(undefined, parseXml(before));
        const two = redefined(one.definition, parseXml(after), one.outline);
        const three = redefined(two.definition, parseXml(after), two.outline);
        expect(same(three.definition, two.definition)).toBe(true);
        expect(same(three.outline, two.outline)).toBe(true);
      }),
    );
  });

  it('equals a new domain, where others added nothing', () => {
    fc.assert(
      fc.property(document, document, (before, after) => {
        const one = redefined(undefined, parseXml(before));
        const two = redefined(one.definition, parseXml(after), one.outline).definition;
        const fresh = redefined(undefined, parseXml(after)).definition;
        const shape = (text: Element) =>
          serialiseXml(text)
            .replace(/(mac address|interfaceid)="[^"]*"/g, '')
            .split('\n')
            .sort()
            .join('\n');
        expect(shape(two)).toBe(shape(fresh));
      }),
    );
  });

  it('keeps what no document sets', () => {
    const theirs =
      "<interface type='bridge'><mac address='52:54:00:ff:ff:ff'/><source bridge='theirs'/></interface>";
    fc.assert(
      fc.property(document, document, (before, after) => {
        const one = define(before);
        const now = one.xml.includes('</devices>')
          ? one.xml.replace('</devices>', `${theirs}<sound model='x'/></devices>`)
          : one.xml.replace('<devices/>', `<devices>${theirs}<sound model='x'/></devices>`);
        const { definition, unlisted } = redefined(parseXml(now), parseXml(after), one.outline);
        const text = serialiseXml(definition);
        expect(text).toContain('<source bridge="theirs"/>');
        expect(text).toContain('<sound model="x"/>');
        expect(unlisted.map(({ name }) => name).sort()).toEqual(['interface', 'sound']);
        expect(
          serialiseXml(redefined(parseXml(now), parseXml(after), one.outline, true).definition),
        ).not.toContain('theirs');
      }),
    );
  });

  it('invents a MAC once: a NIC keeps it whatever else changes', () => {
    const first = define(devices("<interface type='bridge'><source bridge='b'/></interface>"));
    const mac = valueAt(parseXml(first.xml), 'devices/interface/mac/@address');
    const second = define(
      devices(
        "<interface type='bridge'><source bridge='a'/></interface><interface type='bridge'><source bridge='b'/></interface>",
      ),
      first.xml,
      first.outline,
    );
    const nics = parseXml(second.xml).children.flatMap(({ children }) => children);
    expect(nics.map((one) => [valueAt(one, 'mac/@address') === mac, valueAt(one, 'source/@bridge')])).toEqual(
      [
        [true, 'b'],
        [false, 'a'],
      ],
    );
  });

  // What libvirt makes of a console (formatdomain, "Console").
  const whole = `<serial type="pty"><target type="isa-serial" port="0"/></serial><console type="pty"><target type="serial" port="0"/></console>`;
  it.each([
    ['nothing', undefined],
    ['no console', devices('')],
    ['both', devices(whole)],
    ['the console alone', devices("<console type='pty'/>")],
  ])('takes a console for the one that is the first serial port, where %s was stated', (_, stated) => {
    const lastApplied = stated === undefined ? undefined : define(stated).outline;
    const { definition } = redefined(
      parseXml(devices(whole)),
      parseXml(devices("<console type='pty'/>")),
      lastApplied,
    );
    expect(same(definition, parseXml(devices(whole)))).toBe(true);
  });
});
