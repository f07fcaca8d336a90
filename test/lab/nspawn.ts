import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ProxyOptions } from './apt-proxy.ts';
import { aptSettings, proxySettings, sourcesFor } from './apt-sources.ts';
import { background } from './background.ts';
import { cacheDir } from './cache.ts';
import { makeCgroups } from './cgroup.ts';
import { proxyDirectory } from './configure.ts';
import { containerOptions, legacyLayout } from './containers.ts';
import { ensureNetwork } from './network.ts';
import { descendants, ended, identify, innerPid, isAlive, type ProcessId } from './processes.ts';
import { paths, type State } from './state.ts';

const tail = (file: string) => readFileSync(file, 'utf8').split('\n').slice(-20).join('\n');

/** Starts the container of a hypervisor whose overlay is mounted; gives systemd-nspawn's process. */
export async function startContainer({
  name,
  binds,
  containers,
  controllers = [],
}: State): Promise<ProcessId> {
  const { root, proxy, console: log } = paths(name);
  const namespace = await ensureNetwork();
  const options = [
    // The machine may have no systemd of its own to register with.
    '--register=no',
    '--keep-unit',
    `--directory=${root}`,
    `--machine=${name}`,
    '--network-veth',
    '--boot',
    '--console=pipe',
    '--capability=all',
    // Without /dev/kvm: where it can't be used, libvirt would probe QEMU again at each define.
    '--bind=/dev/net/tun',
    `--bind=${proxy}:${proxyDirectory}`,
    ...(containers ? containerOptions : []),
    ...binds.map(({ host, guest }) => `--bind=${host}:${guest}`),
  ];
  // From inside the lab's namespace, so that ve-NAME appears there and never on the machine.
  const command = [
    'nsenter',
    `--net=${namespace}`,
    ...(containers ? legacyLayout : []),
    'systemd-nspawn',
    ...options,
  ];
  const join = [...makeCgroups(name), ...controllers].map(
    (directory) => `echo $$ > ${directory}/cgroup.procs`,
  );
  return background(['sh', '-c', [...join, 'exec "$@"'].join('; '), 'sh', ...command], log);
}

/** Waits until the container's init runs; throws with the console's last lines if it ends instead. */
export async function findInit(name: string, nspawn: ProcessId): Promise<ProcessId> {
  const { console: log } = paths(name);
  for (let attempt = 0; attempt < 500; attempt++) {
    const init = descendants(nspawn.pid).find((pid) => innerPid(pid) === 1);
    if (init !== undefined) return identify(init);
    if (!isAlive(nspawn)) break;
    await sleep(20);
  }
  throw new Error(`${name} did not start:\n${tail(log)}`);
}

/** Starts the package proxy of a hypervisor; gives its process. */
export async function startProxy({ name, release }: State): Promise<ProcessId> {
  const { proxy, proxyLog } = paths(name);
  const upstream = (await aptSettings(proxySettings)).get('Acquire::http::Proxy');
  const options: ProxyOptions = {
    socket: `${proxy}/apt.sock`,
    cache: cacheDir('proxy'),
    archives: [...new Set((await sourcesFor(release)).map(({ uri }) => uri))],
    ...(upstream && upstream !== 'DIRECT' ? { upstream } : {}),
  };
  const main = fileURLToPath(new URL('apt-proxy-main.ts', import.meta.url));
  const argv = [process.execPath, '--import', import.meta.resolve('tsx'), main, JSON.stringify(options)];
  const id = await background(argv, proxyLog);
  if (await ended(id, 0.05)) throw new Error(`the package proxy of ${name} ended:\n${tail(proxyLog)}`);
  return id;
}
