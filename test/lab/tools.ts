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

const options = { env: plainEnv, extendEnv: false };

/** The packages of the programs that the machine doesn't have. */
async function missing(): Promise<string[]> {
  const script = 'for tool; do command -v "$tool" >/dev/null || echo "$tool"; done';
  const { stdout } = await execa('sh', ['-c', script, 'sh', ...Object.keys(tools)], options);
  const programs = stdout.split('\n').filter(Boolean);
  return [...new Set(programs.map((program) => tools[program] ?? program))];
}

async function install(packages: readonly string[]): Promise<void> {
  if (packages.length === 0) return;
  const args = ['install', '--yes', '--no-install-recommends', ...packages];
  const first = await execa('apt-get', args, { ...options, reject: false });
  if (first.exitCode === 0) return;
  await execa('apt-get', ['update'], options);
  await execa('apt-get', args, options);
}

/**
 * Installs what the lab needs on the machine and doesn't find there, from the machine's own apt sources.
 * Starts no service. Throws if we aren't root, or if apt fails.
 */
export async function ensureTools(): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('the lab boots containers, so it must run as root');
  if ((await missing()).length === 0) return;
  // apt-get fails where another one runs, which may have installed them.
  await withLock('tools', async () => install(await missing()));
}
