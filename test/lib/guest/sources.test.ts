import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLeases } from '../../../modules/lib/dnsmasq/leases.ts';
import { pairOf } from '../../../modules/lib/guest/addresses/found.ts';
import {
  pairsOfDomain,
  pairsOfLeases,
  pairsOfLinks,
  pairsOfNeighbours,
} from '../../../modules/lib/guest/addresses/sources.ts';

const MAC = '52:54:00:aa:bb:cc';
const at = (address: string, mac = MAC) => ({ mac, address });

/** Lines of words that a source may have, in any order. */
const lines = fc
  .array(
    fc
      .array(
        fc.oneof(
          fc.string(),
          fc.ipV4(),
          fc.ipV6(),
          fc.constantFrom(
            MAC,
            'ipv4',
            'ipv6',
            'dev',
            'lladdr',
            '10.0.0.1/24',
            'N/A',
            "{{ lookup('pipe', 'x') }}",
          ),
        ),
        { maxLength: 8 },
      )
      .map((words) => words.join(' ')),
    { maxLength: 8 },
  )
  .map((texts) => texts.join('\n'));

describe('addresses of guests', () => {
  it('are read of the leases of dnsmasq', () => {
    const text = `1700000000 ${MAC.toUpperCase()} 10.20.0.77 web1 ff:00:01\n0 52:54:00:00:00:01 10.20.0.78 * *\nduid 00:01:00:01\n1700000000 12345 fd00::7 web1 00:01\n`;
    expect(parseLeases(text)).toEqual([
      { ...at('10.20.0.77'), name: 'web1', expires: 1700000000 },
      { ...at('10.20.0.78', '52:54:00:00:00:01'), name: undefined, expires: undefined },
      { address: 'fd00::7', mac: undefined, name: 'web1', expires: 1700000000 },
    ]);
    expect(pairsOfLeases(text)).toEqual([at('10.20.0.77'), at('10.20.0.78', '52:54:00:00:00:01')]);
  });

  it('are read of what virsh prints', () => {
    const text = ` Name       MAC address          Protocol     Address
-------------------------------------------------------------------------------
 lo         00:00:00:00:00:00    ipv4         127.0.0.1/8
 eth0       ${MAC}    ipv4         192.168.122.10/24
 eth0       ${MAC}    ipv6         fe80::5054:ff:feaa:bbcc/64
 a name     ${MAC}    ipv6         FD00::0:A/64
 eth1       52:54:00:00:00:01    N/A          N/A
`;
    expect(pairsOfDomain(text)).toEqual([at('192.168.122.10'), at('fd00::a')]);
  });

  it('are read of neighbours, without those that failed', () => {
    const text = `10.20.0.5 dev lan lladdr ${MAC} STALE
fe80::1 dev lan lladdr ${MAC} router REACHABLE
fd00::5 dev lan lladdr ${MAC} router REACHABLE
10.20.0.6 dev lan lladdr ${MAC} FAILED
10.20.0.7 dev lan FAILED
10.20.0.8 dev lan INCOMPLETE
`;
    expect(pairsOfNeighbours(text)).toEqual([at('10.20.0.5'), at('fd00::5')]);
  });

  it.each(['127.0.0.1', '0.0.0.0', '169.254.1.1', '224.0.0.1', '255.255.255.255'])(
    '%s is of no use',
    (ip) => {
      expect(pairOf(MAC, ip)).toBeUndefined();
      expect(pairOf(MAC, `::ffff:${ip}`)).toBeUndefined();
    },
  );

  it.each([
    '::',
    '::1',
    'fe80::1',
    'febf::1',
    'ff02::1',
    'fd00::1%lan',
    '010.0.0.1',
    '10.0.0.1/24',
    '',
    '{{ x }}',
  ])('%s is of no use', (ip) => expect(pairOf(MAC, ip)).toBeUndefined());

  it('are addresses, whatever the sources have', () => {
    fc.assert(
      fc.property(lines, (text) => {
        for (const read of [pairsOfLeases, pairsOfDomain, pairsOfNeighbours])
          for (const pair of read(text)) expect(pairOf(pair.mac, pair.address)).toEqual(pair);
      }),
    );
  });

  it('are all found between any other lines', () => {
    const usable = fc.oneof(fc.ipV4(), fc.ipV6()).filter((ip) => pairOf(MAC, ip) !== undefined);
    const noise = fc.string().map((text) => text.replaceAll('\n', ''));
    fc.assert(
      fc.property(usable, noise, noise, (ip, before, after) => {
        const found = pairOf(MAC, ip);
        const between = (line: string) => `${before}\n${line}\n${after}`;
        expect(pairsOfLeases(between(`0 ${MAC} ${ip} * *`))).toContainEqual(found);
        expect(pairsOfDomain(between(` ${before} ${MAC} ipv4 ${ip}/24`))).toContainEqual(found);
        expect(pairsOfNeighbours(between(`${ip} dev lan lladdr ${MAC} REACHABLE`))).toContainEqual(found);
      }),
    );
  });
});

describe('the addresses of the links of a container', () => {
  const link = (address: unknown, ...local: unknown[]) => ({
    ...{
      ifname: 'eth0',
      address,
      addr_info: local.map((one) => ({ family: 'inet', local: one, prefixlen: 24 })),
    },
  });

  it('are read of what ip prints, without those that nobody can connect to', () => {
    const links = [
      link('00:00:00:00:00:00', '127.0.0.1', '::1'),
      link(MAC.toUpperCase(), '10.0.0.1', 'fe80::1', 'FD00::1'),
      {},
    ];
    expect(pairsOfLinks(JSON.stringify(links))).toEqual([at('10.0.0.1'), at('fd00::1')]);
  });

  it('are none in anything else', () => {
    const bad = ['', '[', '{}', 'null', '[null, 7, "x"]', '[{"address": 7}]', '[{"addr_info": [{}]}]'];
    for (const text of bad) expect(pairsOfLinks(text)).toEqual([]);
    const odd = [link(MAC, 7, null, 'x', '10.0.0.1/24', ['10.0.0.1']), { address: MAC, addr_info: 'x' }];
    expect(pairsOfLinks(JSON.stringify(odd))).toEqual([]);
    fc.assert(fc.property(fc.json(), (text) => void pairsOfLinks(text)));
  });
});
