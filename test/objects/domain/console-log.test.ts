import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consoleLogPath, isOfLog } from '../../../modules/lib/libvirt/console-log.ts';
import { planLive } from '../../../modules/lib/libvirt/live/plan/plan.ts';
import { valueAt } from '../../../modules/lib/xml/element.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';
import { serialiseXml } from '../../../modules/lib/xml/serialise.ts';
import { draftOf } from '../../../modules/objects/domain/draft/draft.ts';
import { planDomain } from '../../../modules/objects/domain/plan.ts';
import { definedBy, optionsOf } from './given.ts';

const FILE = '/var/log/libvirt/qemu/a.console';
const LOG = `<log file='${FILE}' append='off'/>`;
const console = (log = '', type = 'pty') =>
  `<serial type='${type}'>${log}<target type='isa-serial' port='0'><model name='isa-serial'/></target></serial>
   <console type='${type}'>${log}<target type='serial' port='0'/></console>`;
const domainWith = (devices: string) =>
  parseXml(`<domain type='qemu'><name>a</name><uuid>u</uuid><devices>${devices}</devices></domain>`);

/** The definition of a domain that had some devices, and its metadata. */
function mergedFrom(devices: string, given: Record<string, unknown>): string {
  const definition = domainWith(devices);
  const found = { name: 'a', uuid: 'u', state: 'running', autostart: false, saved: false, persistent: true };
  const domain = { ...found, definition, live: undefined };
  const draft = draftOf(optionsOf({ title: 't', ...given }), { kvm: false, machineId: 'm', domain });
  return draft ? serialiseXml(draft.definition) : '';
}

describe('the log of a console', () => {
  it('is a default of a new domain of the system', () => {
    const memory = 1024;
    expect(definedBy({ memory })).toContain(FILE);
    expect(definedBy({ memory, console_log: false })).not.toContain('<log');
    // It has no right to write there.
    expect(definedBy({ memory, uri: 'qemu:///session' })).not.toContain('<log');
    expect(definedBy({ memory, console: false })).not.toContain('<log');
    expect(() => optionsOf({ memory, console: false, console_log: true })).toThrow("option 'console_log'");
  });

  it('is added to a defined domain only where the task says so', () => {
    expect(mergedFrom(console(), {})).not.toContain('<log');
    const added = mergedFrom(console(), { console_log: true });
    expect(added.split(FILE)).toHaveLength(3);
    expect(added).toContain('isa-serial');
    expect(mergedFrom(console(LOG), {})).toContain('<log');
    expect(mergedFrom(console(LOG), { console_log: false })).not.toContain('<log');
    expect(mergedFrom(console(LOG), { console_log: false })).toContain('<serial');
  });

  it("leaves the user's ports and logs as they are", () => {
    const chosen = console("<log file='/srv/a.log' append='on'/>");
    for (const console_log of [true, false]) {
      expect(mergedFrom(console('', 'tcp'), { console_log })).toContain('type="tcp"');
      expect(mergedFrom(console('', 'tcp'), { console_log })).not.toContain(FILE);
      expect(mergedFrom(chosen, { console_log })).toContain('/srv/a.log');
      expect(mergedFrom(chosen, { console_log })).not.toContain(FILE);
      expect(mergedFrom('', { console_log })).not.toContain('<serial');
    }
  });

  it("leaves the user's log as it is with `console: true` too", () => {
    const chosen = console("<log file='/srv/a.log' append='on'/>");
    for (const console_log of [true, false, undefined])
      expect(mergedFrom(chosen, { console: true, console_log })).toBe(mergedFrom(chosen, { console: true }));
    expect(mergedFrom(chosen, { console: true, console_log: true }).split('/srv/a.log')).toHaveLength(3);
    expect(mergedFrom(console(), { console: true, console_log: true })).toContain(FILE);
    expect(mergedFrom(console(LOG), { console: true, console_log: false })).not.toContain('<log');
    // A port that becomes a terminal has it at once.
    const added = mergedFrom(console('', 'tcp'), { console: true, console_log: true });
    expect(added).not.toContain('type="tcp"');
    expect(added.split(FILE)).toHaveLength(3);
  });

  it('needs no restart of a running guest', () => {
    const pending = (live: string, next: string) => planLive(domainWith(live), domainWith(next)).pending;
    expect(pending(console(), console(LOG))).toEqual([]);
    expect(pending(console(LOG), console())).toEqual([]);
    expect(pending(console(), console("<log file='/srv/a.log'/>"))).not.toEqual([]);
    expect(pending(console(LOG), console("<log file='/srv/a.log'/>"))).not.toEqual([]);
  });

  it('is the file of no other domain, whatever its name', () => {
    const name = fc.stringMatching(/^[\w.-]{1,8}$/);
    const suffix = fc.constantFrom('', '.console', '.console.0', '.console.log', '.log', '.0');
    const older = fc.constantFrom('', '.0', '.1');
    fc.assert(
      fc.property(name, suffix, suffix, older, older, (stem, first, second, a, b) => {
        const [one, other] = [`${stem}${first}`, `${stem}${second}`];
        const file = `${consoleLogPath(one)}${a}`;
        // libvirt's own logs, and ours.
        expect(isOfLog(consoleLogPath(one), `/var/log/libvirt/qemu/${other}.log${b}`)).toBe(false);
        expect(isOfLog(consoleLogPath(other), file)).toBe(one === other);
      }),
    );
  });

  it('is removed with the domain', () => {
    const undefined_ = (devices: string, uri = 'qemu:///system') => {
      const domain = {
        ...{ name: 'a', uuid: 'u', state: 'shut off', autostart: false, saved: false, persistent: true },
        ...{ definition: domainWith(devices), live: undefined },
      };
      const state = {
        ...{ domain, draft: undefined, unchanged: false, rehearsed: undefined, kvm: false, machineId: 'm' },
        ...{ keptFiles: new Map(), otherThanFiles: new Map() },
      };
      const step = planDomain(optionsOf({ state: 'absent', uri }), state).changes.at(-1)?.step;
      return step?.act === 'undefine' ? step.log : 'none';
    };
    expect(undefined_(console(LOG))).toBe(FILE);
    expect(undefined_(console())).toBeUndefined();
    expect(undefined_(console("<log file='/srv/a.log'/>"))).toBeUndefined();
    expect(undefined_(console(LOG), 'qemu+ssh://other/system')).toBeUndefined();
    expect(valueAt(domainWith(console(LOG)), 'devices/serial/log/@file')).toBe(FILE);
  });
});
