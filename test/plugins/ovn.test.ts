import { afterAll, describe, expect, it } from 'vitest';
import { Python } from './python.ts';

const python = new Python(`
from ansible_collections.piecewise.cloud.plugins.plugin_utils._ovn import PlanError, check_distinct, check_releases, check_stays, hosts_of, underlay_family, without
def answer(case):
    if "addresses" in case:
        return underlay_family(case["addresses"])
    if "args" in case:
        return without(case["args"], case["leaving"], case["dead"])
    try:
        check_distinct("ovn_address", case.get("values", {}))
        check_releases(case.get("releases", {}), case.get("members", []))
        check_stays(case.get("staying", ["hv1"]), case.get("group", []), case.get("gone", []))
    except PlanError as error:
        return {"error": str(error)}
    return {"hosts": hosts_of(case.get("answers", {}), case.get("of", {}))}
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

describe('what hosts have said of their databases', () => {
  const file = { kind: 'cluster', empty: false, cluster: 'a', server: 'b', address: 'tcp:203.0.113.9:6643' };

  it('counts, but for where they are: that is by the inventory', async () => {
    const answers = { hv1: { northbound: file, southbound: { kind: 'none' } }, hv2: { northbound: file } };
    const { address: _, ...said } = file;
    expect(await python.ask({ answers, of: { hv1: '10.0.0.1' } })).toEqual({
      hosts: [{ name: 'hv1', address: '10.0.0.1', northbound: said, southbound: { kind: 'none' } }],
    });
    expect(await python.ask({ answers })).toMatchObject({ hosts: [{ name: 'hv1', address: '' }] });
  });
});

describe('the databases', () => {
  const problem = async (staying: string[], gone: string[]) =>
    ((await python.ask({ staying, group: ['hv1', 'hv2', 'hv3'], gone })) as { error?: string }).error;

  it('stay as long as hosts use them', async () => {
    expect(await problem(['hv2'], ['hv1'])).toBeUndefined();
    expect(await problem([], ['hv1', 'hv2', 'hv3'])).toBeUndefined();
    expect(await problem([], ['hv1'])).toMatch(/^no host of ovn_central stays, and hv2, hv3 do: /);
    expect(await problem([], ['hv1', 'hv2'])).toMatch(/and hv3 does: /);
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

describe('hypervisors that are gone', () => {
  const args = {
    hypervisors: [{ name: 'hv1' }, { name: 'hv2' }],
    networks: [{ name: 'lan' }],
    uplinks: [{ name: 'wan' }],
    purge: false,
  };
  const without = (leaving: string[], dead: string[]) => python.ask({ args, leaving, dead });
  const absent = (name: string) => ({ name, state: 'absent' });

  it('take with them what they have: when they leave, or are dead', async () => {
    expect(await without([], [])).toEqual(args);
    for (const gone of [await without(['hv2'], []), await without([], ['hv2'])])
      expect(gone).toEqual({ ...args, hypervisors: [{ name: 'hv1' }, absent('hv2')] });
  });

  it('take all with them when the last ones leave', async () => {
    const hypervisors = ['hv1', 'hv2'].map(absent);
    const all = { ...args, hypervisors, networks: [absent('lan')], uplinks: [absent('wan')] };
    expect(await without(['hv1', 'hv2'], [])).toEqual(all);
    expect(await without(['hv1'], ['hv2'])).toEqual(all);
    // Dead hosts leave nothing: the networks are declared.
    expect(await without([], ['hv1', 'hv2'])).toEqual({ ...args, hypervisors });
  });
});

describe('the network between hypervisors', () => {
  it('is IPv6 if one of them has such an address', async () => {
    const family = (...addresses: (string | null)[]) => python.ask({ addresses });
    expect(await family('10.0.0.1', null)).toBe('ipv4');
    expect(await family('10.0.0.1', 'fd00::2')).toBe('ipv6');
    expect(await family(null)).toBe('ipv4');
  });
});
