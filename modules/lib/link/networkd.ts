import type { Host } from '../host/host.ts';
import { runOrFail } from '../host/process.ts';

/** Milliseconds. A link without a carrier never gets configured, so the wait is short. */
const PATIENCE = 3000;
const PAUSE = 100;

// networkctl(1), "list": the states of links that aren't configured yet.
const CONFIGURING = /\b(pending|initialized|configuring)$/;

/**
 * Has systemd-networkd reload its files and reconfigure some links, and waits until it has: meanwhile it removes their
 * addresses for a moment.
 * @throws Failure with what networkctl said
 */
export async function reconfigure(host: Host, links: readonly string[]): Promise<void> {
  await runOrFail(host, 'networkctl', ['reload']);
  if (links.length === 0) return;
  await runOrFail(host, 'networkctl', ['reconfigure', '--', ...links]);
  const end = host.now() + PATIENCE;
  do {
    await host.sleep(PAUSE);
    const states = await runOrFail(host, 'networkctl', ['--no-legend', '--no-pager', 'list', '--', ...links]);
    if (!states.split('\n').some((line) => CONFIGURING.test(line.trim()))) return;
  } while (host.now() < end);
}
