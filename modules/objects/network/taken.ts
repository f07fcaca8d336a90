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

/** The ports that the server of a network needs, each with the option that needs it. */
function portsOfServer({ subnets, options: { dhcp, dns } }: Network): Map<number, 'dns' | 'dhcp'> {
  const leases = subnets.map(({ subnet }) => (subnet.family === 4 ? 67 : 547));
  return new Map([
    ...(dns ? [[53, 'dns'] as const] : []),
    ...(dhcp ? leases.map((port) => [port, 'dhcp'] as const) : []),
  ]);
}

/**
 * Why the server of a network can't be started, if another program has its ports.
 * @param runs whether the server does already
 */
export function takenProblem(
  network: Network,
  taken: readonly Taken[],
  runs: boolean,
): OptionError | undefined {
  const needed = portsOfServer(network);
  const gateways = network.subnets.flatMap(({ gateway }) => gateway ?? []);
  const found = taken.find(({ port, address, device, program }) => {
    const option = needed.get(port);
    if (option === undefined || (device !== undefined && device !== network.interface)) return false;
    // Any number of dnsmasq share the ports of DHCP.
    if (program === 'dnsmasq' && option === 'dhcp') return false;
    if (ALL.has(address)) return true;
    const isOfHost = gateways.includes(parseIp(address.replace(/[[\]]/g, ''))?.ip ?? '');
    return isOfHost && !(runs && program === 'dnsmasq');
  });
  const option = found && needed.get(found.port);
  if (!option) return undefined;
  const { port, address, program, pid } = found;
  return new OptionError(
    option,
    `needs port ${port}, which ${program} (process ${pid}) has at ${ALL.has(address) ? 'all addresses' : address}: stop it, have it listen at its own addresses only, or leave '${option}' out`,
  );
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
