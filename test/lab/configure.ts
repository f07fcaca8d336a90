import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { aptSettings, clockSettings, settingsFile, sourcesFile, sourcesFor } from './apt-sources.ts';
import { publicKey } from './key.ts';
import type { State } from './state.ts';

/** Where the directory of the package proxy's socket is seen inside. */
export const proxyDirectory = '/srv/piecewise-lab';

const port = 3142;

const socketUnit = `[Unit]
Description=The machine's package archives, for apt
[Socket]
ListenStream=127.0.0.1:${port}
[Install]
WantedBy=sockets.target
`;

const serviceUnit = `[Service]
ExecStart=/lib/systemd/systemd-socket-proxyd ${proxyDirectory}/apt.sock
`;

async function write(file: string, text: string, mode = 0o644): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  await chmod(file, mode);
}

async function link(target: string, file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  if (!existsSync(file)) await symlink(target, file);
}

async function configureApt(root: string, release: State['release']): Promise<void> {
  const apt = path.join(root, 'etc/apt');
  // The container speaks http to the proxy, which speaks to the archive as the machine's apt does.
  const sources = (await sourcesFor(release)).map(({ uri, suite }) => ({
    uri: uri.replace(/^https:/, 'http:'),
    suite,
  }));
  await write(path.join(apt, 'sources.list.d/debian.sources'), sourcesFile(sources));
  const settings = await aptSettings(clockSettings);
  // debootstrap takes no proxy from apt but a detected one, which must be a program.
  settings.set('Acquire::http::Proxy-Auto-Detect', '/usr/local/bin/lab-proxy');
  settings.set('Acquire::Languages', 'none');
  await write(path.join(apt, 'apt.conf.d/90piecewise-lab'), settingsFile(settings));
  await write(
    path.join(root, 'usr/local/bin/lab-proxy'),
    `#!/bin/sh\necho http://127.0.0.1:${port}\n`,
    0o755,
  );
  const units = path.join(root, 'etc/systemd/system');
  await write(path.join(units, 'lab-apt.socket'), socketUnit);
  await write(path.join(units, 'lab-apt.service'), serviceUnit);
  await link('../lab-apt.socket', path.join(units, 'sockets.target.wants/lab-apt.socket'));
  // apt's daily work would hold its lock while a test needs it.
  for (const timer of ['apt-daily', 'apt-daily-upgrade']) {
    await link('/dev/null', path.join(units, `${timer}.timer`));
  }
}

async function append(file: string, text: string): Promise<void> {
  if (existsSync(file) && !(await readFile(file, 'utf8')).includes(text)) await appendFile(file, text);
}

async function configureLibvirt(root: string): Promise<void> {
  // No controller is delegated to a container on a machine with the older cgroup layout.
  await append(path.join(root, 'etc/libvirt/qemu.conf'), '\ncgroup_controllers = []\n');
  // A guest without an operating system would hold up a reboot for five minutes.
  await append(
    path.join(root, 'etc/default/libvirt-guests'),
    '\nON_SHUTDOWN=shutdown\nSHUTDOWN_TIMEOUT=10\n',
  );
}

/** Writes into a new hypervisor's root what makes it this one: names, keys, apt's sources, libvirt's settings. */
export async function configure(root: string, { name, release }: State): Promise<void> {
  await write(path.join(root, 'etc/hostname'), `${name}\n`);
  await write(path.join(root, 'etc/hosts'), `127.0.0.1 localhost\n127.0.1.1 ${name}\n::1 localhost\n`);
  await write(path.join(root, 'etc/machine-id'), `${randomBytes(16).toString('hex')}\n`, 0o444);
  await write(path.join(root, 'root/.ssh/authorized_keys'), await publicKey(), 0o600);
  await chmod(path.join(root, 'root/.ssh'), 0o700);
  await configureApt(root, release);
  await configureLibvirt(root);
}
