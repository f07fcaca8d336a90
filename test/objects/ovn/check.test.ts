import { describe, expect, it } from 'vitest';
import { checkCloud } from '../../../modules/objects/ovn/check.ts';
import { options } from './given.ts';

const check = (more: Record<string, unknown>) => () =>
  checkCloud(
    options({
      uplinks: [{ name: 'wan', subnet: ['198.51.100.0/24'] }],
      networks: [{ name: 'lan', subnet: ['10.20.0.0/24'], ...more }],
      hypervisors: [{ name: 'hv1' }],
    }),
  );

describe('a network of OVN', () => {
  it.each([
    ['bridge', { bridge: 'ovs-lan' }],
    ['vlan', { vlan: 5 }],
    ['port', { port: 'lan0' }],
    ['host_ports', { host_ports: ['tcp/22'] }],
    ['libvirt', { libvirt: true }],
    ['dns.host', { dns: { forwarders: [], host: true } }],
    ['dns.host', { dns: { forwarders: [], host: false } }],
    [
      'forwards[0].sources',
      { forwards: [{ port: '80', to: '10.20.0.5', sources: ['192.0.2.1'] }], uplink: 'wan' },
    ],
  ])("has no key of networks of one host: '%s'", (key, more) => {
    expect(check(more)).toThrow(`option 'networks[0].${key}': is of 'engine: local'`);
  });

  it('may have those that say what is so with OVN', () => {
    expect(check({ host_ports: [], libvirt: false })).not.toThrow();
  });

  it('says which name servers guests ask', () => {
    expect(check({ dns: {} })).toThrow("option 'networks[0].dns.forwarders': is required");
  });

  it('has options of DHCP that OVN has', () => {
    expect(check({ dhcp: { options: { 'ntp-server': '10.20.0.9' } } })).not.toThrow();
    expect(check({ dhcp: { options: { 252: 'http://wpad/' } } })).toThrow(
      "option 'networks[0].dhcp.options.252': is not known with 'engine: ovn': known are router (3)",
    );
  });
});
