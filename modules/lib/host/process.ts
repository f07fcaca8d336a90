import { execFile } from 'node:child_process';
import { Failure, MissingProgram } from '../failure.ts';
import type { Host, Ran, RunOptions } from './host.ts';

// The Debian package of a program, for the error when it isn't installed.
const PACKAGES: Record<string, string> = {
  virsh: 'libvirt-clients',
  'qemu-img': 'qemu-utils',
  debootstrap: 'debootstrap',
  mke2fs: 'e2fsprogs',
  sfdisk: 'fdisk',
  debugfs: 'e2fsprogs',
  setpriv: 'util-linux',
  prlimit: 'util-linux',
  '/usr/lib/grub/i386-pc/boot.img': 'grub-pc-bin',
  ip: 'iproute2',
  nft: 'nftables',
  '/usr/sbin/dnsmasq': 'dnsmasq-base',
  ifup: 'ifupdown',
  ifdown: 'ifupdown',
  tar: 'tar',
  gzip: 'gzip',
  xz: 'xz-utils',
  zstd: 'zstd',
  bzip2: 'bzip2',
  flock: 'util-linux',
};

/** The error for a program that isn't installed. */
export function notInstalled(program: string): MissingProgram {
  const from = PACKAGES[program];
  const fix = from ? `install the package ${from} (the role hypervisor does)` : 'install it';
  return new MissingProgram(`${program} isn't installed on this host: ${fix}`);
}

/** Bytes of output that are taken. */
const MAX_OUTPUT = 256 * 1024 * 1024;

/**
 * Runs a program; see Host.run. Node's own execFile does it: a library for it would take longer to load than most
 * programs that we call take to run.
 */
export function runProcess(
  program: string,
  args: readonly string[],
  { input, timeout = 0, most = MAX_OUTPUT, cwd }: RunOptions = {},
): Promise<Ran> {
  const options = {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    maxBuffer: most,
    timeout,
    ...(cwd === undefined ? {} : { cwd }),
  } as const;
  return new Promise((resolve, reject) => {
    const late = () => new Failure(`${program} did not answer within ${timeout / 1000} s`);
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      clearTimeout(lost);
      const code = error?.code;
      if (code === 'ENOENT') reject(notInstalled(program));
      else if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER')
        reject(new Failure(`${program} printed more than ${most} bytes`));
      else if (typeof code === 'string') reject(new Failure(`${program} can't be run: ${error?.message}`));
      else if (error?.killed) reject(late());
      else resolve({ code: code ?? (error ? ENDED : 0), stdout, stderr });
    });
    // A process that waits for storage that hangs doesn't end even when it is killed: don't wait for it.
    const abandon = () => {
      child.kill('SIGKILL');
      child.stdin?.destroy();
      child.unref();
      reject(late());
    };
    const lost = timeout > 0 ? setTimeout(abandon, timeout + GRACE) : undefined;
    // A program that ends without having read its input says why by its code.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** What stands for the exit code of a program that a signal ended. */
const ENDED = 255;

/** Milliseconds that a program has to end after it was told to. */
const GRACE = 5000;

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

/** Why a program failed, in its own words, each of which begins with its name. */
export const reasonOf = (program: string, stderr: string, code: number): string =>
  `${program}: ${stderr.trim().replaceAll(`${program}: `, '') || `exit status ${code}`}`;

/**
 * A name that the host has, for a command without a `--` after which nothing is an option.
 * @throws Failure for one that the command would take for an option
 */
export function plainName(program: string, name: string): string {
  if (!name.startsWith('-')) return name;
  throw new Failure(
    `'${name}' begins with '-', which ${program} would take for an option: give it another name`,
  );
}
