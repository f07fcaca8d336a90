import { expect, it } from 'vitest';
import { withDefaults } from '../../../modules/lib/ansible/coerce.ts';
import { networkOf } from '../../../modules/objects/network/network-of.ts';
import { networkOptions } from '../../../modules/objects/network/options.ts';
import { type Taken, takenProblem } from '../../../modules/objects/network/taken.ts';

const lan = (given: object) =>
  networkOf(
    withDefaults(networkOptions, {
      name: 'lan',
      bridge: 'br0',
      subnet: ['10.20.0.0/24'],
      dns: { records: [], host: true },
      dhcp: { lease_time: '12h', options: {}, known_only: false },
      ...given,
    }),
  );
const at = (port: number, address: string, given: Partial<Taken> = {}): Taken => ({
  port,
  address,
  device: undefined,
  program: 'other',
  pid: '7',
  ...given,
});
const problem = (taken: Taken, runs = false, given = {}) => takenProblem(lan(given), [taken], runs)?.message;
const both = { subnet: ['10.20.0.0/24', 'fd00:20::/64'] };

it.each<[string, Taken, object?]>([
  ["option 'dns': needs port 53, which other (process 7) has at all addresses", at(53, '0.0.0.0')],
  ["option 'dns': needs port 53, which other (process 7) has at all addresses", at(53, '*')],
  ["option 'dns': needs port 53, which other (process 7) has at 10.20.0.1", at(53, '10.20.0.1')],
  ["option 'dns': needs port 53, which other (process 7) has at [fd00:20::1]", at(53, '[fd00:20::1]'), both],
  ["option 'dhcp': needs port 67, which other (process 7) has at all", at(67, '0.0.0.0', { device: 'lan' })],
  ["option 'dhcp': needs port 547, which other (process 7) has at all", at(547, '[::]'), both],
])('%s', (message, taken, given) => {
  expect(problem(taken, false, given)).toContain(message);
});

it.each<[string, Taken, object?]>([
  ['the resolver of the host', at(53, '127.0.0.53', { device: 'lo', program: 'systemd-resolve' })],
  ['a server of another address', at(53, '192.0.2.1')],
  ['a server of another interface', at(67, '0.0.0.0', { device: 'eth0' })],
  ['another dnsmasq with DHCP', at(67, '0.0.0.0', { program: 'dnsmasq' })],
  ['a port of the other family', at(547, '[::]')],
  ['a port of what the network lacks', at(53, '0.0.0.0'), { dns: undefined }],
  ['another port', at(80, '0.0.0.0')],
])('%s keeps no network from its ports', (_, taken, given) => {
  expect(problem(taken, false, given)).toBeUndefined();
});

it('its own server has not taken its ports, and another dnsmasq has', () => {
  const taken = at(53, '10.20.0.1', { program: 'dnsmasq' });
  expect(problem(taken, true)).toBeUndefined();
  expect(problem(taken, false)).toContain('dnsmasq (process 7)');
  expect(problem(at(53, '0.0.0.0', { program: 'dnsmasq' }), true)).toContain('dnsmasq (process 7)');
});
