import { afterAll, describe, expect, it } from 'vitest';
import { Python } from './python.ts';

const python = new Python(`
from ansible_collections.piecewise.cloud.plugins.plugin_utils._ovn import ReleaseError, check_releases, hosts_of
def answer(case):
    try:
        check_releases(case["releases"], case["members"])
    except ReleaseError as error:
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
