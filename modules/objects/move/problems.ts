import { basename, dirname } from 'node:path';
import { humanSize } from '../../lib/disk/formats/size.ts';
import { isOn } from '../../lib/libvirt/read.ts';
import { MARKER } from '../../lib/move/marker.ts';
import { problemsOfServer } from '../../lib/move/sshd.ts';
import type { Here } from './arrival.ts';
import { newestLike } from './cpu.ts';
import { type Description, directoryIn, strayPaths } from './description.ts';
import type { MoveOptions } from './options.ts';

/** How a guest moves. */
export type Mode = MoveOptions['mode'];

/** Either how it moves, or all reasons why it doesn't. */
export type Verdict = { readonly mode: Mode } | { readonly problems: readonly string[] };

/** Judges whether a guest can come, and how. Pure. */
export function judge(
  description: Description,
  options: Pick<MoveOptions, 'mode' | 'migration' | 'directory'>,
  here: Here,
): Verdict {
  const always = [...description.cannot, ...problemsOfHost(description, options, here)];
  const live = [...description.cannotLive, ...liveProblems(description, here)];
  const cold = [...description.cannotCold];
  const asked: Mode = options.mode === 'live' && isOn(description.state) ? 'live' : 'cold';
  const mode = asked === 'live' && live.length > 0 && options.migration.fallback === 'cold' ? 'cold' : asked;
  const problems = [...always, ...(mode === 'live' ? live : cold)];
  return problems.length > 0 ? { problems } : { mode };
}

const list = (names: readonly string[]) => names.map((name) => `'${name}'`).join(', ');

function problemsOfHost(
  description: Description,
  { directory }: Pick<MoveOptions, 'directory'>,
  here: Here,
): string[] {
  const { name, disks, interfaces, machine, attachments } = description;
  const home = directoryIn(description);
  const others = here.domains.filter((domain) => domain.name !== name);
  const macs = interfaces.map(({ mac }) => mac);
  const taken = others.filter((domain) => domain.macs.some((mac) => macs.includes(mac)));
  const twin = others.find(({ uuid }) => uuid === description.uuid);
  const bridges = [...new Set(interfaces.flatMap(({ bridge }) => bridge ?? []))].filter(
    (bridge) => !here.interfaces.includes(bridge),
  );
  const networks = [...new Set(interfaces.flatMap(({ network }) => network ?? []))].filter(
    (one) => !here.libvirtNetworks.includes(one),
  );
  const served = [...new Set(Object.keys(attachments).flatMap((path) => networkOf(path) ?? []))].filter(
    (one) => !here.networks.includes(one),
  );
  const isOurs = here.moving !== undefined || here.hasLeft;
  const strangers = isOurs ? [] : here.names.filter((one) => one !== MARKER);
  const room = spaceProblem(description, here.available, dirname(home));
  return [
    ...(dirname(home) === directory
      ? []
      : [
          `its directory is ${home}, and the VMs of this host are in ${directory}: give both hosts the same 'vm_directory'`,
        ]),
    ...(here.moving !== undefined && here.moving.uuid !== description.uuid
      ? [
          `${home} has the unfinished move of another guest ('${here.moving.uuid}'): remove the directory if nothing of it is needed`,
        ]
      : []),
    ...(strangers.length > 0
      ? [
          `${home} exists on this host, with ${strangers.join(', ')}: a disk that exists is never overwritten. Remove it, or move it away`,
        ]
      : []),
    ...(!isOurs
      ? here.existing.map((path) => `${path} exists on this host: remove it, or move it away`)
      : []),
    ...strayPaths(description).map(
      (path) =>
        `its file ${path} is not in its directory ${home}, and only what is there moves: take it out of the VM, or move it there`,
    ),
    ...(basename(home) === name ? [] : [`its disk is in ${home}, and not in a directory of its name`]),
    ...(twin ? [`the domain '${twin.name}' of this host has its UUID`] : []),
    ...taken.map(
      (domain) =>
        `the domain '${domain.name}' of this host has its MAC address ${domain.macs.find((mac) => macs.includes(mac))}`,
    ),
    ...(bridges.length > 0 ? [`this host has no bridge ${list(bridges)}: declare it in 'ovs'`] : []),
    ...(networks.length > 0 ? [`libvirt of this host has no active network ${list(networks)}`] : []),
    ...(served.length > 0 ? [`this host has no network ${list(served)}: declare it in 'networks'`] : []),
    ...(here.machineProblem === undefined ? [] : [machineProblem(machine, here)]),
    ...(room === undefined ? [] : [room]),
    ...(here.socket === undefined
      ? [
          'libvirt of this host has no socket /run/libvirt/libvirt-sock: see whether libvirtd runs (systemctl status libvirtd)',
        ]
      : []),
    ...problemsOfServer(here.server),
    ...(here.hostKeys.length === 0 ? ['this host has no public host keys in /etc/ssh'] : []),
    ...(disks.length === 0 ? ['it has no disk that can be moved'] : []),
  ];
}

/** The network of a file of `objects/network`: `/etc/piecewise-cloud/networks/NAME/…`. */
const networkOf = (path: string): string | undefined => /\/networks\/([^/]+)\//.exec(path)?.[1];

function machineProblem(machine: string, { machineProblem: reason, machines }: Here): string {
  if (machines.includes(machine)) return `libvirt of this host does not run it: ${reason}`;
  const newest = newestLike(machine, machines);
  const fix =
    newest === undefined
      ? ''
      : ` The newest of its kind here is '${newest}': give the VM 'machine: ${newest}' and start it again before it moves`;
  return `QEMU of this host does not have its machine type '${machine}', since it is older.${fix}`;
}

function spaceProblem(
  { disks, files }: Description,
  available: number | undefined,
  directory: string,
): string | undefined {
  if (available === undefined) return `${directory} does not exist on this host`;
  const needed = [
    // A raw disk that moves live has no holes on the new host.
    ...disks.map(({ allocated, format, size }) => (format === 'raw' ? size : allocated)),
    ...files.map(({ length }) => length),
  ].reduce((sum, bytes) => sum + bytes, 0);
  if (needed <= available) return undefined;
  return `its disks take ${humanSize(needed)}, and ${directory} of this host has ${humanSize(available)} left`;
}

function liveProblems({ cpu, state }: Description, here: Here): string[] {
  if (!isOn(state)) return [];
  const isPassed = cpu.mode === 'host-passthrough' || cpu.mode === 'maximum';
  return [
    ...(isPassed && cpu.host !== here.hostCpu
      ? [
          `it sees the processor of its host (${cpu.mode}), and that of this host is another one: give the VM another 'cpu_mode', such as custom with a model that both have, and start it again before it moves; or move it cold`,
        ]
      : []),
    ...(here.cpuProblem === undefined || here.machineProblem !== undefined
      ? []
      : [
          `the processor of this host lacks what the running guest has (${here.cpuProblem}): move it cold, or give it a model that both hosts have`,
        ]),
  ];
}
