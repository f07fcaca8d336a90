import type { Result } from '../../modules/lib/ansible/result.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { moduleText, type RunMode } from './module.ts';

/** What a module did, with all the programs that it ran. */
export interface Trace {
  readonly result: Result;
  /** The files that were opened, sorted: directories aren't among them. */
  readonly opened: readonly string[];
  /** The calls by which they connected to anything but a Unix socket. */
  readonly dialled: readonly string[];
  readonly seconds: number;
}

/**
 * Runs a module under strace.
 * @param limit seconds in which it must end
 */
export async function traced(
  hypervisor: Hypervisor,
  name: string,
  args: Record<string, unknown>,
  { limit = 60, ...mode }: RunMode & { readonly limit?: number } = {},
): Promise<Trace> {
  const log = '/run/trace.log';
  const strace = ['strace', '-f', '--seccomp-bpf', '-qq', '-s', '4096', '-o', log];
  const calls = ['-e', 'trace=open,openat,openat2,connect'];
  const start = Date.now();
  const { stdout } = await hypervisor.exec([...strace, ...calls, '/usr/bin/node', '-'], {
    input: await moduleText(name, args, mode),
    timeout: limit,
    check: false,
  });
  const seconds = (Date.now() - start) / 1000;
  const lines = (await hypervisor.exec(['cat', log])).stdout.split('\n');
  const files = lines.flatMap((line) => {
    const [, path, flags = ''] = /\bopen(?:at2?)?\((?:\w+, )?"(\/[^"]*)", ([^)]*)/.exec(line) ?? [];
    return path === undefined || /O_DIRECTORY|O_PATH/.test(flags) ? [] : [path];
  });
  return {
    result: JSON.parse(stdout) as Result,
    opened: [...new Set(files)].sort(),
    dialled: lines.filter((line) => /\bconnect\(/.test(line) && !line.includes('AF_UNIX')),
    seconds,
  };
}
