import fc from 'fast-check';
import { expect, test } from 'vitest';
import { partOf } from '../../../modules/lib/net/stanzas.ts';

const TEXT = `# The host's own.
source interfaces.d/*
auto lo eth0 eth1
iface lo inet loopback

allow-hotplug eth0
# The uplink
iface eth0 inet static
  # by the provider
  address 192.0.2.5/24
  up echo \\
    more
  gateway 192.0.2.1

iface eth0 inet6 auto
iface eth01 inet manual
`;

test('the stanzas of an interface, and the text without it', () => {
  const { rest, stanzas } = partOf(TEXT, 'eth0');
  expect(rest).toBe(`# The host's own.
source interfaces.d/*
auto lo eth1
iface lo inet loopback

# The uplink
  # by the provider

iface eth01 inet manual
`);
  expect(stanzas).toEqual([
    'iface eth0 inet static',
    '  address 192.0.2.5/24',
    '  up echo \\\n    more',
    '  gateway 192.0.2.1',
    'iface eth0 inet6 auto',
  ]);
});

test('a text that says nothing of it stays as it is, to the byte', () => {
  const line = fc.constantFrom(
    'auto lo',
    'iface lo inet loopback',
    '  up x \\',
    '# eth0',
    '',
    'allow-hotplug eth1  eth2',
    '\tmtu 9000',
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      expect(partOf(lines.join('\n'), 'eth0')).toEqual({ rest: lines.join('\n'), stanzas: [] });
    }),
  );
});
