import { Failure } from '../failure.ts';
import type { Host, Ran, RunOptions } from './host.ts';

// Where a program comes from on Debian and its kin, for the error when it isn't there.
const PACKAGES: Record<string, string> = {
  virsh: 'libvirt-clients',
  'qemu-img': 'qemu-utils',
  ip: 'iproute2',
  ifup: 'ifupdown',
  ifdown: 'ifupdown',
  tar: 'tar',
};

function notInstalled(program: string): Failure {
  const from = PACKAGES[program];
  const way = from ? `install the package ${from} (the role hypervisor does)` : 'install it';
  return new Failure(`${program} isn't installed on this host: ${way}`);
}

/** Runs a program; see Host.run. */
export async function runProcess(
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ran> {
  // Only a module that starts a process pays for the library.
  const { execa } = await import('execa');
  const { input, timeout, cwd } = options;
  const ended = await execa(program, args, {
    reject: false,
    stripFinalNewline: false,
    env: { LC_ALL: 'C' },
    maxBuffer: 256 * 1024 * 1024,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    ...(timeout === undefined ? {} : { timeout }),
    ...(cwd === undefined ? {} : { cwd }),
  });
  if (ended.code === 'ENOENT') throw notInstalled(program);
  if (ended.timedOut) throw new Failure(`${program} did not answer within ${(timeout ?? 0) / 1000} s`);
  return { code: ended.exitCode ?? 255, stdout: ended.stdout ?? '', stderr: ended.stderr ?? '' };
}

/**
 * Runs a program that must succeed.
 * @returns its standard output
 * @throws Failure with what it said on standard error
 */
export async function runOrFail(
  host: Host,
  program: string,
  args: readonly string[],
  options?: RunOptions,
): Promise<string> {
  const { code, stdout, stderr } = await host.run(program, args, options);
  if (code !== 0) throw new Failure(`${program} ${args[0] ?? ''}: ${stderr.trim() || `exit status ${code}`}`);
  return stdout;
}
