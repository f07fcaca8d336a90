import { dirname } from 'node:path/posix';
import type { Host } from '../host/host.ts';
import { runOrFail } from '../host/process.ts';
import { BOOT_ORDER, FILES } from './files.ts';
import { renewNames } from './names.ts';
import { reconfigure } from './networkd.ts';
import type { LinkStep } from './step.ts';

// A DHCP client may take a minute before it gives up.
const PATIENCE = 120_000;

async function batch(host: Host, lines: readonly string[]): Promise<void> {
  if (lines.length === 0) return;
  await runOrFail(host, 'ip', ['-batch', '-'], { input: `${lines.join('\n')}\n` });
}

const isOfIfupdown = (path: string) => dirname(path) === FILES.ifupdown.directory;

/** Carries a step out. @throws Failure with what the program said */
export async function applyLinks(host: Host, step: LinkStep): Promise<void> {
  const { release, releaseBare, early, files, forget, late, raise } = step;
  // The interface may no longer exist; with --force, ifupdown forgets it all the same.
  if (release.length > 0) await host.run('ifdown', ['--force', '--', ...release], { timeout: PATIENCE });
  if (releaseBare.length > 0) {
    await host.run('ifdown', ['--force', '--no-scripts', '--', ...releaseBare], { timeout: PATIENCE });
  }
  // With an empty file: with the interface's own stanzas, ifdown would flush the addresses of others.
  if (forget.length > 0) {
    const none = '--interfaces=/dev/null';
    await host.run('ifdown', ['--force', none, '--', ...forget], { timeout: PATIENCE });
  }
  await batch(host, early);
  for (const [path, text] of files) {
    if (text === undefined) {
      if (!isOfIfupdown(path)) await host.remove(path);
    } else {
      await host.makeDirectory(dirname(path));
      // A symbolic link is kept, and so are the permissions of a file, which may have secrets.
      await host.write((await host.realPath(path)) ?? path, text);
    }
  }
  // systemd reads the drop-in at the next boot in any case, so a failure changes nothing.
  if (files.has(BOOT_ORDER.path)) await host.run('systemctl', ['daemon-reload']);
  if (step.reconfigure) await reconfigure(host, step.reconfigure);
  await batch(host, late);
  if (raise.length > 0) await runOrFail(host, 'ifup', ['--force', '--', ...raise], { timeout: PATIENCE });
  for (const [port, names] of step.names) await renewNames(host, port, names);
  if (step.again.length > 0)
    await host.run('ip', ['-force', '-batch', '-'], { input: `${step.again.join('\n')}\n` });
  // Last: after a run that was killed, the next one finds by these files what is left to do.
  for (const [path, text] of files) {
    if (text === undefined && isOfIfupdown(path)) await host.remove(path);
  }
}
