import { describe, expect, it } from 'vitest';
import { type FilteredNetwork, forwards, MASQUERADE } from '../../../modules/lib/nftables/rules.ts';
import { rulesetOf } from '../../../modules/lib/nftables/ruleset.ts';

const LAN: FilteredNetwork = {
  name: 'lan',
  interface: 'lan0',
  subnets: [{ family: 4, network: '10.20.0.0/24', gateway: '10.20.0.1', source: undefined }],
  uplinks: [],
  routedTo: [],
  forwards: [],
  services: [],
  beside: undefined,
};
const FORWARD = {
  family: 4,
  protocol: 'tcp',
  ports: '80',
  listen: [],
  sources: [],
  to: '10.20.0.5',
  toPort: undefined,
} as const;

const chains = (network: FilteredNetwork) =>
  [...rulesetOf([network]).matchAll(/^ {2}chain (\w+)/gm)].map(([, name]) => name);

// What the rules do is tried in test/network; here is what they are made of.
describe('the rules of networks', () => {
  it('have only chains that are needed', () => {
    expect(chains(LAN)).toEqual(['input', 'forward']);
    expect(
      chains({ ...LAN, uplinks: ['eth0'], subnets: [{ ...LAN.subnets[0], source: MASQUERADE } as never] }),
    ).toEqual(['postrouting', 'input', 'forward']);
    expect(chains({ ...LAN, uplinks: ['eth0'], forwards: [FORWARD] })).toEqual([
      'listening',
      'destinations',
      'prerouting',
      'output',
      'postrouting',
      'input',
      'forward',
    ]);
  });

  it('drop what no rule accepts', () => {
    const lines = rulesetOf([LAN])
      .split('\n')
      .map((line) => line.trim());
    const forward = lines.slice(lines.indexOf('chain forward {') + 1);
    expect(forward.slice(0, forward.indexOf('}')).at(-1)).toBe('drop');
  });

  it('replace the table, and no other', () => {
    const tables = [...rulesetOf([LAN]).matchAll(/table (\S+ \S+)/g)].map(([, name]) => name);
    expect(new Set(tables)).toEqual(new Set(['inet piecewise_cloud']));
    expect(rulesetOf([LAN])).not.toContain('flush');
  });

  it('need a host that forwards the families of what is allowed', () => {
    expect([forwards(LAN, 4), forwards(LAN, 6)]).toEqual([false, false]);
    expect(forwards({ ...LAN, routedTo: ['dmz'] }, 4)).toBe(true);
    expect(forwards({ ...LAN, routedTo: ['dmz'] }, 6)).toBe(false);
    expect(forwards({ ...LAN, forwards: [FORWARD] }, 4)).toBe(true);
  });
});
