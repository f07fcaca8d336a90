import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Host } from '../../../modules/lib/host/host.ts';
import {
  evacuatedAfter,
  evacuatedElement,
  evacuatedIn,
  noteEvacuated,
} from '../../../modules/lib/libvirt/evacuated.ts';
import { element } from '../../../modules/lib/xml/element.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';
import { serialiseXml } from '../../../modules/lib/xml/serialise.ts';

const noted = (from?: string) =>
  element('domain', {}, [element('metadata', {}, from === undefined ? [] : [evacuatedElement(from)])]);

describe('the note of an evacuation', () => {
  it('is read as it was written, whatever the host is called', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~]+$/), (from) => {
        expect(evacuatedIn(parseXml(serialiseXml(noted(from))))).toBe(from);
      }),
    );
    expect(evacuatedIn(noted())).toBeUndefined();
    expect(evacuatedIn(noted(''))).toBeUndefined();
    expect(evacuatedIn(element('domain'))).toBeUndefined();
  });

  it('names the first host until the guest is back', () => {
    expect(evacuatedAfter(noted(), 'hv1')).toBe('hv1');
    expect(evacuatedAfter(noted('hv1'), 'hv2')).toBe('hv1');
    expect(evacuatedAfter(noted('hv1'), undefined)).toBeUndefined();
    expect(evacuatedAfter(noted(), undefined)).toBeUndefined();
  });
});

describe('a domain', () => {
  /** The commands that are run for a domain with these notes. */
  async function commandsFor(
    definition: string | undefined,
    live: string | false | undefined,
    from?: string,
  ) {
    const commands: (readonly string[])[] = [];
    const run = async (program: string, args: readonly string[]) => {
      commands.push([program, ...args]);
      return { code: 0, stdout: '', stderr: '' };
    };
    const domain = {
      ...{ name: 'web1', definition: noted(definition) },
      live: live === false ? undefined : noted(live),
    };
    const changed = await noteEvacuated({ run } as unknown as Host, 'qemu:///system', domain, from);
    expect(changed).toBe(commands.length > 0);
    return commands.map((command) => command.slice(4).join(' '));
  }
  const begin = 'metadata --domain web1 --config';
  const uri = '--uri https://piecewise.cloud/evacuated/1';

  it('is noted, and the note removed, for the running guest too', async () => {
    expect(await commandsFor(undefined, false, 'a&b')).toEqual([
      expect.stringMatching(
        new RegExp(`^${begin} ${uri} --key piecewise-evacuated --set <from host=["']a&amp;b["']/>\\s*$`),
      ),
    ]);
    expect(await commandsFor('hv1', 'hv1', undefined)).toEqual([`${begin} --live ${uri} --remove`]);
    expect(await commandsFor('hv1', undefined, 'hv1')).toHaveLength(1);
  });

  it('that has its note, or has none, is left as it is', async () => {
    expect(await commandsFor('hv1', 'hv1', 'hv1')).toEqual([]);
    expect(await commandsFor(undefined, false, undefined)).toEqual([]);
  });
});
