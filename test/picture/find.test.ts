import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { choicesOf, type Filter, filtered } from '../../picture/filter.ts';
import { modelOf } from '../../picture/model/make.ts';
import { guestsOf, itemsOf } from '../../picture/model/model.ts';
import { search } from '../../picture/search.ts';
import { readState, writeState } from '../../picture/view/state.ts';
import { anyCloud } from './arbitrary.ts';
import { madeUp, unreachable } from './made-up.ts';

const three = madeUp(3, 12);
const cloud = { ...three, hosts: [...three.hosts, unreachable('hv9')] };

const names = (filter: Filter) =>
  modelOf(filtered(cloud, filter)).hosts.flatMap((host) => guestsOf(host).map(({ name }) => name));

describe('a filter', () => {
  it('shows all when it is empty', () => expect(filtered(cloud, {})).toBe(cloud));

  it.each([
    [{ host: 'hv2' }, 12, 'db2-1'],
    [{ group: 'db' }, 7, 'db91'],
    [{ network: 'dmz' }, 9, 'cache1-1'],
    [{ vlan: 100 }, 6, 'cache3-1'],
    [{ drift: true }, 2, 'new1'],
    [{ vlan: 20, host: 'hv1' }, 3, 'db1-1'],
    [{ group: 'db', drift: true }, 1, 'db1-1'],
  ] as const)('%j shows what matches', (filter, count, one) => {
    expect(names(filter)).toHaveLength(count);
    expect(names(filter)).toContain(one);
  });

  it('shows guests that are stopped, and none that runs', () => {
    expect(names({ stopped: true })).toContain('build1-1');
    expect(names({ stopped: true })).not.toContain('web1-1');
  });

  it('leaves out hosts and bridges without anything that matches', () => {
    expect(filtered(cloud, { group: 'no such group' }).hosts).toEqual([]);
    const { hosts } = filtered(cloud, { network: 'dmz', host: 'hv2' });
    expect(hosts[0]?.info?.bridges.map(({ name }) => name)).toContain('br0');
  });

  it('of any cloud gives a part of it', () => {
    const filter = fc.record(
      {
        group: fc.constant('web'),
        network: fc.constant('lan'),
        vlan: fc.integer({ min: 1, max: 4094 }),
        drift: fc.boolean(),
        stopped: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(anyCloud(3), filter, (any, one) => {
        const all = new Set(itemsOf(modelOf(any)).keys());
        const some = [...itemsOf(modelOf(filtered(any, one as Filter))).keys()].filter(
          (id) => !id.startsWith('overlay:'),
        );
        // A guest that is left out must not turn into one that isn't created.
        expect(some.filter((id) => !all.has(id))).toEqual([]);
      }),
      { numRuns: 40, endOnFailure: true },
    );
  });

  it('offers what there is', () => {
    expect(choicesOf(cloud)).toEqual({
      groups: ['build', 'cache', 'db', 'mail', 'queue', 'web'],
      networks: ['dmz', 'lan'],
      hosts: ['hv1', 'hv2', 'hv3', 'hv9'],
    });
  });
});

describe('a search', () => {
  const items = () => itemsOf(modelOf(cloud)).values();
  it.each([
    ['db1-1', ['guest:hv1/db1-1']],
    ['10.20.1.11', ['guest:hv1/db1-1']],
    ['52:54:00:01:01:00', ['guest:hv1/db1-1']],
    ['HV2', ['host:hv2']],
    ['52:54:00:AA:bb:cc 10.30.2', ['network:hv2/dmz']],
    ['', []],
    ['no such thing', []],
  ])('for %j', (query, found) => expect(search(items(), query)).toEqual(found));

  it('has exact names first, then those that begin with the query', () => {
    expect(search(items(), 'web1')[0]).toBe('guest:hv1/web1-1');
    expect(search(items(), 'bond0')).toHaveLength(3);
  });
});

describe("the address's fragment", () => {
  it('keeps the state', () => {
    const state = {
      filter: { group: 'a&b', vlan: 20, drift: true },
      query: 'x #1',
      table: true,
      selected: 'guest:hv1/<b>',
      theme: 'dark',
    } as const;
    expect(readState(`#${writeState(state)}`)).toEqual(state);
    expect(writeState(readState(''))).toBe('');
  });

  it('is ignored where it is nothing that can be', () => {
    expect(readState('#vlan=x&theme=pink')).toEqual({ filter: {}, query: '', table: false });
  });
});
