import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutApplied, writeApplied } from '../../../modules/lib/libvirt/applied.ts';
import { evacuatedElement, evacuatedIn } from '../../../modules/lib/libvirt/evacuated.ts';
import { planLive } from '../../../modules/lib/libvirt/live/plan/plan.ts';
import { memberElement, memberIn } from '../../../modules/lib/libvirt/member.ts';
import { childOf, element, withChild } from '../../../modules/lib/xml/element.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';
import { serialiseXml } from '../../../modules/lib/xml/serialise.ts';
import { draftOf } from '../../../modules/objects/domain/draft/draft.ts';
import { definedBy, optionsOf } from './given.ts';

const WEB = { group: 'shop', type: 'web', index: 1 };

/** A domain that a task has defined, and that has metadata of another program. */
function definedFor(given: Record<string, unknown>) {
  const options = optionsOf({ memory: '64 MiB', ...given });
  const first = draftOf(options, { kvm: false, machineId: 'm', domain: undefined });
  if (!first) throw new Error('no draft');
  const xml = serialiseXml(first.definition);
  const other = '<x:y xmlns:x="urn:x"/>';
  const full = xml.includes('<metadata>')
    ? xml.replace('</metadata>', `${other}</metadata>`)
    : xml.replace('<memory', `<metadata>${other}</metadata><memory`);
  return writeApplied(parseXml(full), { form: 'options', outline: first.outline, removed: element('gone') });
}

/** The definition after another task. */
function redefined(before: ReturnType<typeof definedFor>, given: Record<string, unknown>) {
  const domain = {
    ...{ name: 'a', uuid: 'u', state: 'shut off', autostart: false, saved: false, persistent: true },
    ...{ definition: before, live: undefined },
  };
  const options = optionsOf({ memory: '64 MiB', ...given });
  const draft = draftOf(options, { kvm: false, machineId: 'm', domain });
  if (!draft) throw new Error('no draft');
  return draft.definition;
}

describe('the note of an evacuation', () => {
  it.each([{ member_of: WEB }, {}])('survives a redefinition by a task with %j', (given) => {
    const before = definedFor(given);
    const metadata = childOf(before, 'metadata');
    if (!metadata) throw new Error('no metadata');
    const noted = withChild(before, withChild(metadata, evacuatedElement('hv1')));
    expect(evacuatedIn(redefined(noted, { ...given, memory: '96 MiB' }))).toBe('hv1');
    expect(evacuatedIn(redefined(noted, {}))).toBe('hv1');
    // It changes nothing by itself.
    expect(serialiseXml(redefined(noted, given))).toBe(serialiseXml(withoutApplied(noted)));
  });
});

describe("a domain's group", () => {
  it('is in its metadata, in a namespace', () => {
    const xml = definedBy({ memory: 1, member_of: WEB });
    expect(xml).toMatch(
      /<metadata>\s*<piecewise-group:member xmlns:piecewise-group="https:\/\/piecewise\.cloud\/group\/1" group="shop" type="web" index="1"\/>\s*<\/metadata>/,
    );
    expect(memberIn(parseXml(xml))).toEqual(WEB);
    expect(definedBy({ memory: 1 })).not.toContain('metadata');
  });

  it('is read as it was written', () => {
    const NAME = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/);
    const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined });
    const member = fc.record(
      { group: NAME, type: optional(NAME), index: optional(fc.nat(99999)) },
      { requiredKeys: ['group'] },
    );
    fc.assert(
      fc.property(member, (one) => {
        const text = serialiseXml(element('domain', {}, [element('metadata', {}, [memberElement(one)])]));
        expect(memberIn(parseXml(text))).toEqual(JSON.parse(JSON.stringify(one)));
      }),
    );
  });

  it('changes, and is removed, beside the metadata of others', () => {
    const before = definedFor({ member_of: WEB });
    const changed = redefined(before, { member_of: { ...WEB, type: 'app' } });
    expect(memberIn(changed)).toEqual({ ...WEB, type: 'app' });
    expect(serialiseXml(changed)).toContain('urn:x');
    const removed = redefined(before, {});
    expect(memberIn(removed)).toBeUndefined();
    expect(serialiseXml(removed)).toContain('urn:x');
    expect(memberIn(redefined(definedFor({}), { member_of: WEB }))).toEqual(WEB);
  });

  it('changes nothing of a domain that has it, or has none', () => {
    for (const given of [{ member_of: WEB }, {}]) {
      const before = definedFor(given);
      expect(serialiseXml(redefined(before, given))).toBe(serialiseXml(withoutApplied(before)));
    }
  });

  it('is no change of the running guest, for which it would be restarted', () => {
    const [before, next] = [definedFor({}), redefined(definedFor({}), { member_of: WEB })];
    expect(planLive(withoutApplied(before), next)).toMatchObject({ changes: [], pending: [] });
  });
});
