import { expect, it } from 'vitest';
import { forwardText, leasesIn } from '../../../modules/objects/cloud/networks.ts';

it('reads leases, of IPv6 without a MAC address', () => {
  const text =
    '2000000000 52:54:00:AA:00:01 10.0.0.5 web1 *\n0 52:54:00:aa:00:02 10.0.0.6 * *\nduid 00:01\n2000000000 77 fd00::5 web1 00:01\n';
  expect(leasesIn(text)).toEqual([
    { address: '10.0.0.5', mac: '52:54:00:aa:00:01', name: 'web1', expires: '2033-05-18T03:33:20.000Z' },
    { address: '10.0.0.6', mac: '52:54:00:aa:00:02' },
    { address: 'fd00::5', mac: '', name: 'web1', expires: '2033-05-18T03:33:20.000Z' },
  ]);
});

it.each([
  [{ port: '8080', to: 'web1', to_port: '80' }, 'tcp 8080 -> web1:80'],
  [{ port: '8000-8010', to: '10.0.0.5', protocol: 'udp' }, 'udp 8000-8010 -> 10.0.0.5:8000-8010'],
  [{ port: '80', to: 'fd00::5', listen: ['192.0.2.1'] }, 'tcp 192.0.2.1 80 -> [fd00::5]:80'],
] as const)('says where %o leads', (forward, text) => {
  expect(forwardText({ protocol: 'tcp', ...forward } as Parameters<typeof forwardText>[0])).toBe(text);
});
