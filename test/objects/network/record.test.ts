import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../../modules/lib/ansible/coerce.ts';
import type { Host } from '../../../modules/lib/host/host.ts';
import { filesOf } from '../../../modules/objects/network/names.ts';
import { type NetworkOptions, networkOptions } from '../../../modules/objects/network/options.ts';
import { readNetworks, recordText } from '../../../modules/objects/network/record.ts';
import { withItem } from '../../../modules/objects/network/shared.ts';

const optionsOf = (given: object): NetworkOptions =>
  withDefaults(networkOptions, { name: 'lan', bridge: 'br0', subnet: ['10.20.0.0/24'], ...given });

const forwards = (to: string) => ({ forwards: [{ protocol: 'tcp', port: '80', to }] });

/** A host with one network, in which web1 and db1 have names. */
function hostWith(options: NetworkOptions): Host {
  const { record, names } = filesOf('lan');
  const files = new Map<string, string>([
    [record, recordText(options, ['eth0'])],
    [`${names}/web1`, '10.20.0.5 web1\n'],
    [`${names}/db1`, '10.20.0.6 db1\n'],
  ]);
  return {
    read: async (path: string) => (files.has(path) ? Buffer.from(files.get(path) ?? '') : undefined),
    list: async (path: string) => (path === names ? ['db1', 'web1'] : ['lan']),
  } as unknown as Host;
}

const guestsOf = async (options: NetworkOptions, ...more: [NetworkOptions[]?, ('all' | 'named')?]) =>
  (await readNetworks(hostWith(options), ...more)).get('lan')?.guests.map(({ name }) => name);

describe('the networks of a host', () => {
  it('have the guests that forwards name, of the record and of the task, or all', async () => {
    expect(await guestsOf(optionsOf({}))).toEqual([]);
    expect(await guestsOf(optionsOf(forwards('web1')))).toEqual(['web1']);
    expect(await guestsOf(optionsOf(forwards('10.20.0.5')))).toEqual([]);
    expect(await guestsOf(optionsOf({}), [optionsOf(forwards('db1'))])).toEqual(['db1']);
    expect(await guestsOf(optionsOf({}), [], 'all')).toEqual(['db1', 'web1']);
  });

  it('are the same ones after an item that changes nothing', async () => {
    const lan = optionsOf({ nat: true, ...forwards('web1') });
    const known = await readNetworks(hostWith(lan));
    expect(withItem(known, lan, ['eth0'])).toBe(known);
    expect(withItem(known, optionsOf({ name: 'dmz', state: 'absent' }), ['eth0'])).toBe(known);
    for (const [item, uplink] of [
      [lan, ['eth1']],
      [{ ...lan, mtu: 1400 }, ['eth0']],
      [optionsOf({ name: 'dmz' }), ['eth0']],
      [{ ...lan, state: 'absent' as const }, ['eth0']],
    ] as const) {
      const after = withItem(known, item, uplink);
      expect(after).not.toBe(known);
      expect(after.get(item.name)?.network.options).toEqual(item.state === 'absent' ? undefined : item);
    }
  });
});
