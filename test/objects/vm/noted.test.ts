import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Host } from '../../../modules/lib/host/host.ts';
import type { Element } from '../../../modules/lib/xml/element.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';
import { type Noted, noteIn, noteXml, observeNoted } from '../../../modules/objects/vm/noted.ts';

const LOG = '/var/log/console.log';

/** A live XML with a note, as libvirt writes it. */
const guest = (note: string, log = LOG): Element =>
  parseXml(
    `<domain><metadata>${note.replace('<applied', '<p:applied xmlns:p="https://piecewise.cloud/vm/applied/1"').replace('</applied', '</p:applied')}</metadata>
     <devices><serial type="pty"><log file="${log}"/></serial></devices></domain>`,
  );

/** A host whose only file is a console's log. */
const logged = (text: string, older = 0) =>
  ({
    stat: async (path: string) => {
      if (path === LOG) return { size: text.length };
      return path === `${LOG}.0` && older > 0 ? { size: older } : undefined;
    },
    readEnd: async (_: string, length: number) => ({
      bytes: Buffer.from(text.slice(text.length - length)),
      age: 0,
    }),
  }) as unknown as Host;

const NOTED: Noted = {
  applied: new Map([['52:54:00:00:00:01', 'abc']]),
  events: new Set(['boot', 'hotplug']),
  isFormer: false,
};

describe('what is noted of a running guest', () => {
  it('is read as it was written', () => {
    const word = fc.stringMatching(/^[a-z0-9:]{1,20}$/);
    fc.assert(
      fc.property(
        fc.dictionary(word, word),
        fc.uniqueArray(word),
        fc.boolean(),
        fc.option(fc.record({ size: fc.nat(), older: fc.nat() }), { nil: undefined }),
        (applied, events, isFormer, length) => {
          const noted = { applied: new Map(Object.entries(applied)), events: new Set(events), isFormer };
          const found = noteIn(guest(noteXml(noted, length)));
          expect(found).toEqual({ noted, logged: length });
        },
      ),
    );
    expect(noteIn(parseXml('<domain><metadata><other/></metadata></domain>'))).toBeUndefined();
  });

  it.each([
    ['[    0.000000] Linux version 6.1.0-35-cloud-amd64 (debian-kernel)'],
    ["cloud-init[305]: Cloud-init v. 22.4.2 running 'init-local' at Sun, 29 Nov 2026"],
  ])('is void once the guest has booted: %s', async (line) => {
    const before = `${line}\nDebian GNU/Linux 12 web1 ttyS0\n`;
    const xml = (size: number | undefined, noted = NOTED) =>
      guest(noteXml(noted, size === undefined ? undefined : { size, older: 0 }));
    const seen = (live: Element, text: string, older = 0) =>
      observeNoted(logged(text, older), live, { uri: 'qemu:///system' });
    expect(await seen(xml(before.length), before)).toEqual(NOTED);
    expect(await seen(xml(before.length), `${before}web1 login:\n`)).toEqual(NOTED);
    expect(await seen(xml(before.length), `${before}${line}\n`)).toBeUndefined();
    // The log has been rotated: a boot may be in the older file, or in one that is no more.
    expect(await seen(xml(10_000), 'web1 login:\n', 10_500)).toBeUndefined();
    expect(await seen(xml(10_000), 'web1 login:\n')).toBeUndefined();
    expect(await seen(xml(before.length), `${before}web1 login:\n`, 2_000_000)).toBeUndefined();
    // It has booted with the former seed in its drive.
    const former = { ...NOTED, isFormer: true };
    expect(await seen(xml(before.length, former), `${before}${line}\n`)).toEqual(former);
    // Its console is not logged.
    expect(await seen(xml(undefined), `${before}${line}\n`)).toEqual(NOTED);
  });
});
