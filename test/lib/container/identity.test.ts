import { expect, it } from 'vitest';
import { commonFiles, identityFiles } from '../../../modules/lib/container/identity.ts';

const NIC = {
  name: 'eth0',
  addresses: ['10.1.0.2/24', '10.1.0.3/24', 'fd00::2/64'],
  gateways: ['10.1.0.1', 'fd00::1'],
  dns: ['10.1.0.1'],
  dhcp: false,
};
const texts = (network: 'ifupdown' | 'networkd' | undefined, nics = [NIC]) => {
  const { files, says } = identityFiles(
    { hostname: 'web', nics, keys: ['ssh-ed25519 AAAA ada'] },
    { network },
  );
  return { says, files: Object.fromEntries(files.map(({ path, content }) => [path, String(content)])) };
};

it('configures ifupdown where the root has it', () => {
  const { files, says } = texts('ifupdown');
  expect(says).toEqual(['hostname', 'addresses', 'name servers', 'authorized_keys']);
  expect(files['etc/network/interfaces']).toBe(`auto lo
iface lo inet loopback

auto eth0
iface eth0 inet static
    address 10.1.0.2/24
    gateway 10.1.0.1
iface eth0 inet static
    address 10.1.0.3/24
iface eth0 inet6 static
    address fd00::2/64
    gateway fd00::1
`);
  expect(files['etc/resolv.conf']).toBe('nameserver 10.1.0.1\n');
  expect(files['etc/hosts']).toContain('127.0.1.1 web\n');
  expect(files['root/.ssh/authorized_keys']).toBe('ssh-ed25519 AAAA ada\n');
});

it('configures systemd-networkd where the root has that only, and has it started', () => {
  const { files } = texts('networkd');
  expect(files['etc/systemd/network/10-eth0.network']).toContain(
    '[Match]\nName=eth0\n\n[Network]\nAddress=10.1.0.2/24\n',
  );
  expect(files['etc/systemd/system/multi-user.target.d/network.conf']).toContain(
    'Wants=systemd-networkd.service',
  );
});

it('says that it configures no addresses where nothing in the root could', () => {
  const { files, says } = texts(undefined);
  expect(says).toEqual(['hostname', 'name servers', 'authorized_keys']);
  expect(Object.keys(files).sort()).toEqual(['etc/hosts', 'etc/resolv.conf', 'root/.ssh/authorized_keys']);
});

it('asks for the families of addresses that it is told to, and no others', () => {
  const nics = [{ ...NIC, addresses: [], gateways: [], dhcp6: true }];
  const interfaces = texts('ifupdown', nics).files['etc/network/interfaces'];
  expect(interfaces).toContain('iface eth0 inet6 dhcp\n');
  expect(interfaces).not.toContain('iface eth0 inet dhcp');
  expect(texts('networkd', nics).files['etc/systemd/network/10-eth0.network']).toContain('DHCP=ipv6\n');
});

it('sets an MTU', () => {
  const nics = [{ ...NIC, mtu: 1442 }];
  expect(texts('ifupdown', nics).files['etc/network/interfaces']).toMatch(
    /gateway 10.1.0.1\n {4}mtu 1442\niface/,
  );
  expect(texts('networkd', nics).files['etc/systemd/network/10-eth0.network']).toContain(
    '[Match]\nName=eth0\n\n[Link]\nMTUBytes=1442\n\n[Network]\nAddress=',
  );
});

it('leaves the addresses alone that libvirt sets', () => {
  const nics = [{ ...NIC, addresses: [], gateways: [] }];
  expect(texts('ifupdown', nics).files['etc/network/interfaces']).toContain('iface eth0 inet manual\n');
  const { files, says } = texts('networkd', nics);
  expect(files['etc/systemd/network/10-eth0.network']).toContain('KeepConfiguration=static\n');
  expect(says).toEqual(['hostname', 'name servers', 'authorized_keys']);
});

it('names every root, and masks what fails in a user namespace', () => {
  const paths = (systemd: boolean) => commonFiles('web', { systemd }).map(({ path }) => path);
  expect(paths(false)).toEqual(['etc/hostname']);
  expect(paths(true)).toEqual([
    'etc/hostname',
    'etc/machine-id',
    'etc/systemd/system/sys-kernel-debug.mount',
    'etc/systemd/system/sys-kernel-tracing.mount',
  ]);
});
