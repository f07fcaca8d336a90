import { describe, expect, it } from 'vitest';
import { parseXml } from '../../modules/lib/xml/parse.ts';
import { serialiseXml } from '../../modules/lib/xml/serialise.ts';
import { differences, withOptionsNamed, withoutOwn } from './differences.ts';

const of = (before: string, after: string) =>
  differences(parseXml(`<domain>${before}</domain>`), parseXml(`<domain>${after}</domain>`)).map(
    withOptionsNamed,
  );

const disk = (dev: string, bus: string) => `<disk><target dev='${dev}' bus='${bus}'/></disk>`;
const nic = (mac: string, slot: string) =>
  `<interface><mac address='${mac}'/><address slot='${slot}'/></interface>`;

describe('the differences of two definitions', () => {
  it('are none where only attributes and kinds of children are in another order', () => {
    expect(of("<a x='1' y='2'/><b/>", "<b/><a y='2' x='1'/>")).toEqual([]);
  });

  it('name values, elements and attributes', () => {
    expect(of('<title>a</title><on/>', "<title>b</title><off x='1'/>")).toEqual([
      'title changed from "a" to "b"',
      'on removed',
      'off added',
    ]);
    expect(of("<a x='1'/>", "<a y='2'/>")).toEqual(['a/@x removed ("1")', 'a/@y added ("2")']);
  });

  it('name a device by what it is known by', () => {
    expect(
      of(disk('vda', 'virtio') + disk('vdb', 'virtio'), disk('vda', 'virtio') + disk('vdb', 'sata')),
    ).toEqual(['disk[vdb]/target/@bus changed from "virtio" to "sata"']);
    expect(of(nic('52:01', '1') + nic('52:02', '2'), nic('52:02', '3'))).toEqual([
      'interface[52:01] removed',
      'interface[52:02]/address/@slot changed from "2" to "3"',
    ]);
  });

  it('name what stands in the same place by its number', () => {
    expect(of("<video m='a'/><video m='b'/>", "<video m='a'/><video m='c'/>")).toEqual([
      'video[1]/@m changed from "b" to "c"',
    ]);
  });

  it('name a list in another order', () => {
    expect(of(nic('52:01', '1') + nic('52:02', '2'), nic('52:02', '2') + nic('52:01', '1'))).toEqual([
      'interface reordered',
    ]);
  });
});

describe('metadata', () => {
  const without = (text: string) => serialiseXml(withoutOwn(parseXml(text), 'urn:own'));

  it("is left out where it is ours, and stays where it is others'", () => {
    expect(without("<domain><metadata><o:a xmlns:o='urn:own'/></metadata></domain>")).toBe('<domain/>\n');
    const others = "<domain><metadata><x:a xmlns:x='urn:x'/><o:a xmlns:o='urn:own'/></metadata></domain>";
    expect(without(others)).toContain('<x:a');
    expect(without(others)).not.toContain('<o:a');
  });

  it('stays when it is empty by itself', () => {
    expect(without('<domain><metadata/></domain>')).toContain('<metadata/>');
  });
});
