import { OptionError } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { parseIp } from '../../lib/net/address.ts';
import { type Network, portsOf } from './network-of.ts';

/** A socket at which a program listens. */
export interface Taken {
  readonly port: number;
  /** `0.0.0.0`, `*` or `[::]` for all addresses. */
  readonly address: string;
  /** The interface that it is bound to. */
  readonly device: string | undefined;
  readonly program: string;
  readonly pid: string;
}

const PORTS = { 53: 'dns', 67: 'dhcp', 547: 'dhcp' } as const;
const ALL = new Set(['0.0.0.0', '*', '[::]']);

/** At which sockets the programs of the host listen: one process. */
export async function readTaken(host: Host): Promise<Taken[]> {
  const { stdout } = await host.run('ss', ['-Hlnptu']);
  return stdout.split('\n').flatMap((line) => {
    const fields = line.trim().split(/\s+/);
    const [, address = '', device, port = ''] = /^([^%]*)(?:%(.*))?:(\d+)$/.exec(fields[4] ?? '') ?? [];
    const [, program, pid] = /users:\(\("([^"]*)",pid=(\d+)/.exec(line) ?? [];
    return program === undefined || pid === undefined
      ? []
      : [{ port: Number(port), address, device, program, pid }];
  });
}

/** Why the servers of a network can't be started, if another program has their ports. */
export function takenProblem(network: Network, taken: readonly Taken[]): string | undefined {
  const { dhcp, dns } = network.options;
  const gateways = network.subnets.flatMap(({ gateway }) => gateway ?? []);
  const found = taken.find(({ port, address, device, program }) => {
    if (!(port in PORTS)) return false;
    if (device !== undefined && device !== network.interface) return false;
    // Any number of dnsmasq share the ports of DHCP.
    if (program === 'dnsmasq' && PORTS[port as keyof typeof PORTS] === 'dhcp') return false;
    const needed = PORTS[port as keyof typeof PORTS] === 'dns' ? dns : dhcp;
    const isOfHost = gateways.includes(parseIp(address.replace(/[[\]]/g, ''))?.ip ?? '');
    return needed !== undefined && (ALL.has(address) || isOfHost);
  });
  if (!found) return undefined;
  const { port, address, program, pid } = found;
  const what = PORTS[port as keyof typeof PORTS];
  return `'${what}' needs port ${port}, which ${program} (process ${pid}) has at ${ALL.has(address) ? 'all addresses' : address}: stop it, have it listen at its own addresses only, or leave '${what}' out`;
}

/**
 * The SSH server's port can't be forwarded: the host would be reached no longer.
 * @throws OptionError
 */
export function refuseSsh({ options }: Network, taken: readonly Taken[]): void {
  const servers = taken.filter(
    ({ program, port }) => program === 'sshd' || (program === 'systemd' && port === 22),
  );
  options.forwards.forEach((forward, i) => {
    const [first, last] = portsOf(forward);
    const server = servers.find(
      ({ port, address }) =>
        forward.protocol === 'tcp' &&
        first <= port &&
        port <= last &&
        (!forward.listen || ALL.has(address) || forward.listen.includes(address.replace(/[[\]]/g, ''))),
    );
    if (server)
      throw new OptionError(
        `forwards[${i}].port`,
        `${forward.port} has the port of the host's SSH server (${server.port}), which would be reached no longer: forward another port`,
      );
  });
}
