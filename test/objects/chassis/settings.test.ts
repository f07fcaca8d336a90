import { describe, expect, it } from 'vitest';
import type { ChassisOptions } from '../../../modules/objects/chassis/options.ts';
import { differences, settingsOf } from '../../../modules/objects/chassis/settings.ts';

const OPTIONS: ChassisOptions = {
  ...{ chassis: 'hv1', state: 'present', address: '10.0.0.1', members: ['10.0.0.1', 'fd00::2'] },
  ...{ encapsulation: 'geneve', datapath_type: 'netdev', bridge_mappings: { wan: 'br-ex', dmz: 'br-dmz' } },
  timeout: 1,
};

const SETTINGS = {
  'system-id': 'hv1',
  'ovn-remote': 'ssl:10.0.0.1:6642,ssl:[fd00::2]:6642',
  'ovn-encap-type': 'geneve',
  'ovn-encap-ip': '10.0.0.1',
  'ovn-bridge-datapath-type': 'netdev',
  'ovn-bridge-mappings': 'wan:br-ex,dmz:br-dmz',
};

describe('the settings of a chassis', () => {
  it('are those of its options', () => {
    expect(settingsOf(OPTIONS)).toEqual(SETTINGS);
    expect(Object.keys(settingsOf({ ...OPTIONS, datapath_type: '', bridge_mappings: {} }))).toEqual([
      'system-id',
      'ovn-remote',
      'ovn-encap-type',
      'ovn-encap-ip',
    ]);
  });

  it('are no more than what changes, and keys of others are no part of them', () => {
    const current = { ...SETTINGS, 'ovn-encap-ip': '10.0.0.9', hostname: 'hv1' };
    expect(differences(current, SETTINGS)).toEqual({
      before: { 'ovn-encap-ip': '10.0.0.9' },
      after: { 'ovn-encap-ip': '10.0.0.1' },
    });
    expect(differences({ ...SETTINGS, hostname: 'hv1' }, SETTINGS)).toBeUndefined();
  });

  it('are removed without the name, which stays', () => {
    const { 'system-id': _, ...removed } = SETTINGS;
    expect(differences(SETTINGS, {})).toEqual({ before: removed, after: {} });
    expect(differences({ 'system-id': 'hv1' }, {})).toBeUndefined();
  });
});
