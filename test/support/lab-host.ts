import type { Host } from '../../modules/lib/host/host.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';

/** What of a host can be reached through a hypervisor's own programs. */
type Reach = Pick<Host, 'run' | 'write' | 'remove'>;

const unreachable = (name: string) => () => {
  throw new Error(`Host.${name} does not reach into a hypervisor of the lab`);
};

/** A hypervisor of the lab as the host that a module runs on. */
export function labHost(hypervisor: Hypervisor): Host {
  const reach: Reach = {
    async run(program, args, { input, timeout = 300_000 } = {}) {
      const { stdout, stderr, exitCode } = await hypervisor.exec([program, ...args], {
        ...(input === undefined ? {} : { input }),
        timeout: timeout / 1000,
        check: false,
      });
      return { code: exitCode, stdout, stderr };
    },
    async write(path, content, { mode = 0o644 } = {}) {
      if (typeof content !== 'string') throw new Error('only text is written into a hypervisor of the lab');
      const script = 'umask 077 && cat >"$1" && chmod "$2" "$1"';
      await hypervisor.exec(['sh', '-c', script, 'sh', path, mode.toString(8)], { input: content });
    },
    async remove(path) {
      await hypervisor.exec(['rm', '-rf', path]);
    },
  };
  return new Proxy(reach as Host, {
    get: (host, name: keyof Host) => host[name] ?? unreachable(name),
  });
}
