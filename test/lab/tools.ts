import { execa } from 'execa';
import { withLock } from './cache.ts';

/** The Debian package that brings each program, or each path. */
export type Tools = Readonly<Record<string, string>>;

const LAB: Tools = {
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

/** The packages of the tools that the machine doesn't have. */
async function missing(tools: Tools): Promise<string[]> {
  const script = 'for tool; do command -v "$tool" >/dev/null || test -e "$tool" || echo "$tool"; done';
  const { stdout } = await execa('sh', ['-c', script, 'sh', ...Object.keys(tools)], options);
  const lacking = stdout.split('\n').filter(Boolean);
  return [...new Set(lacking.map((tool) => tools[tool] ?? tool))];
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
 * Installs what is needed on the machine and isn't there, from the machine's own apt sources.
 * Starts no service. Throws if we aren't root, or if apt fails.
 * @param tools by default what the lab needs
 */
export async function ensureTools(tools: Tools = LAB): Promise<void> {
  if (process.getuid?.() !== 0)
    throw new Error('the tests install packages and boot containers, so they must run as root');
  if ((await missing(tools)).length === 0) return;
  // apt-get fails where another one runs, which may have installed them.
  await withLock('tools', async () => install(await missing(tools)));
}
