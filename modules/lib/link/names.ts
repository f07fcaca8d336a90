import type { Host } from '../host/host.ts';
import { runOrFail } from '../host/process.ts';
import type { Names } from './step.ts';

/** Has the host's programs ask these name servers through an interface, or none any more. */
export async function tellNames(
  host: Host,
  port: string,
  { resolver, dns, dnsSearch }: Names,
): Promise<void> {
  if (resolver === 'systemd-resolved') {
    // Of an interface that has gone it has forgotten all.
    if (dns.length === 0) {
      await host.run('resolvectl', ['revert', port]);
      return;
    }
    await runOrFail(host, 'resolvectl', ['dns', port, ...dns]);
    await runOrFail(host, 'resolvectl', ['domain', port, ...(dnsSearch.length > 0 ? dnsSearch : [''])]);
    return;
  }
  // Its hook names a record by the stanza that has the servers, which is the first.
  const records = [`${port}.inet`, `${port}.inet6`];
  for (const record of records) await host.run('resolvconf', ['-d', record]);
  if (dns.length === 0) return;
  const lines = [...dns.map((server) => `nameserver ${server}`), `search ${dnsSearch.join(' ')}`];
  await runOrFail(host, 'resolvconf', ['-a', records[0] ?? port], { input: `${lines.join('\n')}\n` });
}
