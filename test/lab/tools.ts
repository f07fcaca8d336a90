import { execa } from 'execa';
import { withLock } from './cache.ts';

// The package that brings each program, as Debian names it.
const tools: Record<string, string> = {
  debootstrap: 'debootstrap',
  'systemd-nspawn': 'systemd-container',
  ip: 'iproute2',
  ssh: 'openssh-client',
  'ssh-keygen': 'openssh-client',
  ansible: 'ansible-core',
};

/** The environment for programs on the machine, without the variables of a virtual environment or shell. */
export const plainEnv = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LC_ALL: 'C.UTF-8',
  DEBIAN_FRONTEND: 'noninteractive',
};

/**
 * Installs what the lab needs on the machine and doesn't find there, from the machine's own apt sources.
 * Starts no service. Throws if we aren't root, or if apt fails.
 */
export async function ensureTools(): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('the lab boots containers, so it must run as root');
  // apt-get fails where another one runs.
  await withLock('tools', install);
}

async function install(): Promise<void> {
  const programs = Object.keys(tools);
  const script = 'for tool; do command -v "$tool" >/dev/null || echo "$tool"; done';
  const options = { env: plainEnv, extendEnv: false };
  const { stdout } = await execa('sh', ['-c', script, 'sh', ...programs], options);
  const missing = new Set(
    stdout
      .split('\n')
      .filter(Boolean)
      .map((tool) => tools[tool] ?? tool),
  );
  if (missing.size === 0) return;
  const args = ['install', '--yes', '--no-install-recommends', ...missing];
  const first = await execa('apt-get', args, { ...options, reject: false });
  if (first.exitCode === 0) return;
  await execa('apt-get', ['update'], options);
  await execa('apt-get', args, options);
}
