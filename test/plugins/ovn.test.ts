import { afterAll, describe, expect, it } from 'vitest';
import { Python } from './python.ts';

const python = new Python(`
from ansible_collections.piecewise.cloud.plugins.plugin_utils._ovn import PlanError, check_distinct, check_releases, hosts_of
def answer(case):
    try:
        check_distinct("ovn_address", case.get("values", {}))
        check_releases(case.get("releases", {}), case.get("members", []))
    except PlanError as error:
        return {"error": str(error)}
    return {"hosts": hosts_of(case.get("answers", {}))}
`);
afterAll(() => python.end());

const problemOf = async (releases: Record<string, string>, ...members: string[]) =>
  ((await python.ask({ releases, members })) as { error?: string }).error;

describe('releases of OVN', () => {
  it('that work with each other', async () => {
    expect(
      await problemOf({ hv1: '23.03', hv2: '23.03', hv3: '23.03' }, 'hv1', 'hv2', 'hv3'),
    ).toBeUndefined();
    expect(await problemOf({ hv1: '23.03', hv2: '25.03' }, 'hv1')).toBeUndefined();
    expect(await problemOf({}, 'hv1')).toBeUndefined();
  });

  it('of members must be the same', async () => {
    expect(await problemOf({ hv1: '23.03', hv2: '25.03', hv3: '23.03' }, 'hv1', 'hv2', 'hv3')).toMatch(
      /must have one release of OVN: hv1 has 23.03, hv2 has 25.03, hv3 has 23.03/,
    );
  });

  it('of members must not be newer than those of chassis, by number and not by text', async () => {
    expect(await problemOf({ hv1: '25.03', hv2: '23.03' }, 'hv1')).toMatch(
      /must not be newer than any other host: hv1 has 25.03, and hv2 has 23.03/,
    );
    expect(await problemOf({ hv1: '100.03', hv2: '23.03' }, 'hv1')).toMatch(/must not be newer/);
  });

  it('that a host invents count as unknown', async () => {
    expect(await problemOf({ hv1: '23.03', hv2: '{{ 1 }}' }, 'hv1', 'hv2')).toBeUndefined();
  });
});

describe('what each host has of its own', () => {
  const problem = async (values: Record<string, unknown>) =>
    ((await python.ask({ values })) as { error?: string }).error;

  it('is the same for no two of them', async () => {
    expect(await problem({ hv1: '10.0.0.1', hv2: '10.0.0.2' })).toBeUndefined();
    expect(await problem({ hv1: '10.0.0.1', hv2: '10.0.0.2', hv3: '10.0.0.1' })).toBe(
      "ovn_address is '10.0.0.1' for both hv1 and hv3: give each host its own",
    );
    expect(await problem({ hv1: null, hv2: null })).toBeUndefined();
  });
});
