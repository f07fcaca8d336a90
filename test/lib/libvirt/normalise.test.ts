import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { macFrom, uuidFrom, withIds, withMacs } from '../../../modules/lib/libvirt/invent.ts';
import { normaliseDomain } from '../../../modules/lib/libvirt/normalise.ts';
import { maskSecrets } from '../../../modules/lib/libvirt/secrets.ts';
import { childOf, type Element, valueAt } from '../../../modules/lib/xml/element.ts';
import { parseXml, XmlError } from '../../../modules/lib/xml/parse.ts';
import { serialiseXml } from '../../../modules/lib/xml/serialise.ts';

describe('normaliseDomain', () => {
  it('writes values as libvirt does, so that equal ones are equal texts', () => {
    const desired = parseXml(
      "<domain><memory unit='GiB'>1</memory><os><type machine='q35'>hvm</type></os></domain>",
    );
    const current = parseXml(
      "<domain><memory unit='KiB'>1048576</memory><os><type machine='pc-q35-7.2'>hvm</type></os></domain>",
    );
    expect(normaliseDomain(desired, current)).toEqual(current);
  });

  // What is stated, and what libvirt keeps of it.
  const kept: [string, string][] = [
    ["<model type='ViRtIo'/>", "<model type='virtio'/>"],
    ["<model type='82540EM'/>", "<model type='82540EM'/>"],
  ];
  it.each(kept)('knows a NIC model in any case: %s', (given, expected) => {
    const [desired, expectedXml] = [given, expected].map((model) =>
      parseXml(`<domain><devices><interface>${model}</interface></devices></domain>`),
    ) as [Element, Element];
    expect(normaliseDomain(desired, undefined)).toEqual(expectedXml);
  });

  it('leaves out what libvirt leaves out: the number of a running guest, a bus without a port', () => {
    const channel = (address: string) =>
      `<devices><channel><address type='virtio-serial' ${address}/></channel></devices>`;
    const desired = parseXml(`<domain type='qemu' id='3'>${channel("controller='0' bus='2'")}</domain>`);
    expect(normaliseDomain(desired, undefined)).toEqual(
      parseXml(`<domain type='qemu'>${channel("controller='0'")}</domain>`),
    );
    const whole = parseXml(`<domain>${channel("controller='0' bus='0' port='2'")}</domain>`);
    expect(normaliseDomain(whole, undefined)).toEqual(whole);
  });

  it('has the memory of the NUMA cells and memory devices, whatever <memory> is', () => {
    const domain = (memory: string, current: string) =>
      parseXml(
        `<domain><memory unit='KiB'>${memory}</memory><currentMemory unit='KiB'>${current}</currentMemory><cpu><numa><cell id='0' memory='1' unit='MiB'/><cell id='1' memory='1024'/></numa></cpu><devices><memory model='dimm'><target><size unit='MiB'>2</size></target></memory></devices></domain>`,
      );
    expect(normaliseDomain(domain('9', '99999'), undefined)).toEqual(domain('4096', '4096'));
    expect(normaliseDomain(domain('9', '7'), undefined)).toEqual(domain('4096', '7'));
  });

  it('takes another machine for another machine', () => {
    const desired = parseXml("<domain><os><type machine='pc'>hvm</type></os></domain>");
    const current = parseXml("<domain><os><type machine='pc-q35-7.2'>hvm</type></os></domain>");
    expect(valueAt(normaliseDomain(desired, current), 'os/type/@machine')).toBe('pc');
  });
});

describe('what libvirt would invent', () => {
  const domain = parseXml(
    "<domain><name>d</name><devices><interface type='bridge'><source bridge='b'/><virtualport type='openvswitch'/></interface><interface type='bridge'><source bridge='b'/></interface></devices></domain>",
  );
  const invented = (...[desired, current, places, origin]: Parameters<typeof withMacs>) =>
    withIds(withMacs(desired, current, places, origin), current, origin);
  const alone = (desired: Element, machineId: string, macs?: ReadonlyMap<string, string>) =>
    invented(desired, undefined, new Map(), { machineId, ...(macs ? { macs } : {}) });

  it('is the same each time, and another on another host', () => {
    const [one, again, other] = ['m1', 'm1', 'm2'].map((id) => serialiseXml(alone(domain, id)));
    expect(one).toBe(again);
    expect(one).not.toBe(other);
  });

  it('fills in a generation id that is left to it, once', () => {
    const desired = parseXml('<domain><name>d</name><genid/></domain>');
    const genid = valueAt(withIds(desired, undefined, { machineId: 'm1' }), 'genid');
    expect(genid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(genid).not.toBe(valueAt(withIds(desired, undefined, { machineId: 'm2' }), 'genid'));
    const current = parseXml('<domain><name>d</name><genid>its own</genid></domain>');
    expect(valueAt(withIds(desired, current, { machineId: 'm1' }), 'genid')).toBe('its own');
  });

  it('stays when it is there', () => {
    const once = alone(domain, 'm1');
    expect(alone(once, 'm2')).toEqual(once);
  });

  it('is taken from the NIC whose place another takes', () => {
    const nic = (inner: string) =>
      parseXml(`<domain><name>d</name><devices><interface>${inner}</interface></devices></domain>`);
    const current = nic("<mac address='52:54:00:00:00:01'/>");
    const desired = nic("<source bridge='b'/>");
    const only = (from: Element) => childOf(from, 'devices')?.children[0] as Element;
    const filled = invented(desired, current, new Map([[only(current), only(desired)]]), {
      machineId: 'm',
    });
    expect(valueAt(filled, 'devices/interface/mac/@address')).toBe('52:54:00:00:00:01');
  });

  it('gives each NIC a unique MAC, or the preferred one of its name', () => {
    const macs = serialiseXml(alone(domain, 'm1')).match(/mac address="(.*?)"/g);
    expect(new Set(macs).size).toBe(2);
    const named = parseXml(
      "<domain><name>d</name><devices><interface><target dev='t'/></interface></devices></domain>",
    );
    const preferred = alone(named, 'm1', new Map([['t', '52:54:00:00:00:07']]));
    expect(valueAt(preferred, 'devices/interface/mac/@address')).toBe('52:54:00:00:00:07');
  });

  it('is well-formed', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (parts) => {
        expect(macFrom(...parts)).toMatch(/^52:54:00(:[0-9a-f]{2}){3}$/);
        expect(uuidFrom(...parts)).toMatch(
          /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        );
      }),
    );
  });
});

describe('XML', () => {
  const text = fc.string({ unit: 'grapheme' }).filter((s) => !/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD]/.test(s));

  it('is read back as it was written', () => {
    fc.assert(
      fc.property(text, text, (attribute, content) => {
        const value = attribute.replace(/[\t\n\r]/g, ' ');
        const trimmed = content.replace(/\r/g, '').trim();
        const element = { name: 'a', attributes: { b: value }, children: [], text: trimmed };
        const back = parseXml(serialiseXml(element));
        expect(back.attributes.b).toBe(value);
        expect(back.text.trim()).toBe(trimmed);
      }),
    );
  });

  const broken: [string, number][] = [
    ['<a>\n  <b></c>\n</a>', 2],
    ['<a', 1],
    ['', 1],
    ["<a b='1' b='2'/>", 1],
    ['<a>&nope;</a>', 1],
    ['<!DOCTYPE a><a/>', 1],
    ['<a/><b/>', 1],
    ['<x:a/>', 1],
  ];
  it.each(broken)('that is not well-formed is an error with its place: %j', (xml, line) => {
    expect(() => parseXml(xml)).toThrow(XmlError);
    expect(() => parseXml(xml)).toThrow(new RegExp(`^line ${line}, column \\d+: `));
  });
});

describe('maskSecrets', () => {
  it('masks the password of graphics, and nothing else', () => {
    const domain = parseXml("<domain><graphics type='vnc' passwd='geheim' port='1'/></domain>");
    expect(serialiseXml(maskSecrets(domain))).toContain('passwd="********" port="1"');
  });
});
