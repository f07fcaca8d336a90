import { type Address, formatAddress, parseAddress } from './address.ts';
import { heading, headingBridge, type PortConfig, type StoredConfig } from './port.ts';

/** A port's .network file, see systemd.network(5). The port may come late, so nothing at boot waits for it. */
export function renderNetworkd(config: PortConfig): string {
  const { port, mode, addresses } = config;
  const network =
    mode === 'dhcp' ? ['DHCP=ipv4'] : addresses.map((address) => `Address=${formatAddress(address)}`);
  const lines = [
    heading(config),
    '[Match]',
    `Name=${port}`,
    '',
    '[Link]',
    'RequiredForOnline=no',
    '',
    '[Network]',
    ...network,
  ];
  return `${lines.join('\n')}\n`;
}

function addressOf(text: string): Address[] {
  try {
    return [parseAddress(text)];
  } catch {
    return [];
  }
}

/** What such a file says. */
export function parseNetworkd(text: string): StoredConfig {
  const values = [...text.matchAll(/^Address=(\S+)$/gm)].map(([, value]) => value ?? '');
  const dhcp = /^DHCP=(yes|ipv4|ipv6)$/m.test(text);
  return {
    bridge: headingBridge(text),
    mode: dhcp ? 'dhcp' : values.length > 0 ? 'static' : 'manual',
    addresses: values.flatMap(addressOf),
  };
}
