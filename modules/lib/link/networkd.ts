import type { Host } from '../host/host.ts';
import { runOrFail } from '../host/process.ts';

/** Milliseconds. A link without a carrier isn't configured before it has one, and nobody waits for a cable. */
const PATIENCE = 3000;
const PAUSE = 100;

// networkctl(1), "list": what is still under way.
const UNDER_WAY = /\b(pending|initialized|configuring)$/;

/**
 * Has systemd-networkd read its files anew and configure some links by them. It answers before it has done so, and takes
 * a link's addresses away for a moment: a task that reads them then would find them missing.
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
    if (!states.split('\n').some((line) => UNDER_WAY.test(line.trim()))) return;
  } while (host.now() < end);
}
