import { describe, expect, it } from 'vitest';
import { type Booted, whyOf } from '../../../modules/objects/seed/applied.ts';

const differs = (...paths: string[]) => paths.map((path) => ({ path, before: 'a', after: 'b', keys: [] }));
const SAME = { before: 'web1', after: 'web1' };
const booted = (...events: string[]): Booted => ({
  events: new Set(events),
  isOurs: (path) => path === 'vendor-data',
});

describe('whether a guest applies a changed seed', () => {
  it('is told by its instance-id', () => {
    const { applied, why } = whyOf(differs('user-data'), { before: 'web1', after: 'web2' }, booted('boot'));
    expect(applied).toBe(true);
    expect(why).toContain('new SSH host keys');
    expect(whyOf(differs('user-data'), { before: undefined, after: 'web1' }, booted()).applied).toBe(true);
  });

  it('is told by when it looks at its network configuration again', () => {
    expect(whyOf(differs('network-config'), SAME, booted('boot', 'hotplug'))).toMatchObject({
      applied: true,
    });
    expect(whyOf(differs('network-config'), SAME, booted('hotplug'))).toMatchObject({ applied: false });
    expect(whyOf(differs('network-config'), SAME, booted())).toMatchObject({ applied: false });
  });

  it('is not for its user-data, whatever else changes with that', () => {
    for (const paths of [['user-data'], ['user-data', 'network-config'], ['user-data', 'vendor-data']]) {
      const { applied, why } = whyOf(differs(...paths), SAME, booted('boot', 'hotplug'));
      expect(applied).toBe(false);
      expect(why).toContain("another 'instance_id'");
    }
  });

  it('is for files that cloud-init leaves alone, and for a document that says only when to look again', () => {
    expect(whyOf(differs('scripts/setup.sh'), SAME, booted()).applied).toBe(true);
    expect(whyOf(differs('vendor-data'), SAME, booted('boot')).applied).toBe(true);
    // Of a seed that an earlier release wrote, the guest does not look again yet.
    const { applied } = whyOf(differs('vendor-data', 'network-config'), SAME, booted());
    expect(applied).toBe(false);
  });
});
