import { Failure } from '../failure.ts';
import { type Host, readText } from '../host/host.ts';
import { virsh } from './virsh.ts';

/** Milliseconds after a start in which a first process that can't run has ended. */
const SOON = 2000;

/** Whether the processes of a connection's containers are those of this host. */
export const isHere = (uri: string): boolean => /^lxc(\+unix)?:\/\/\//.test(uri);

/**
 * The first process of a container, as the host numbers it: the only child of the process that libvirt runs for the container,
 * whose number is the domain's id.
 * @param id the output of `domid`
 * @returns undefined where there is none, or it has ended
 */
export async function processOf(host: Host, id: string): Promise<string | undefined> {
  if (!/^\d+$/.test(id)) return undefined;
  for (const thread of await host.list(`/proc/${id}/task`)) {
    const children = await readText(host, `/proc/${id}/task/${thread}/children`).catch(() => undefined);
    for (const child of children?.match(/\d+/g) ?? []) if (await isAlive(host, child)) return child;
  }
  return undefined;
}

/** The state follows the name, which is in parentheses and may have any character (proc(5)). */
async function isAlive(host: Host, process: string): Promise<boolean> {
  const stat = await readText(host, `/proc/${process}/stat`).catch(() => undefined);
  return stat !== undefined && !/^\s*[ZXx]/.test(stat.slice(stat.lastIndexOf(')') + 1));
}

/** The first process of a running container. @throws Failure where it has none, or runs on another host */
export async function firstProcess(host: Host, uri: string, name: string): Promise<string> {
  if (!isHere(uri)) throw new Failure(`the processes of ${uri} are not those of this host`);
  const found = await processOf(host, (await virsh(host, uri, 'domid', '--domain', name)).trim());
  if (found === undefined) throw new Failure(`container ${name} has no first process`);
  return found;
}

/**
 * Looks whether the first process of a container that was just started still runs after two seconds: libvirt says that it was
 * started in any case. One that has meanwhile been rebooted has another.
 * @param id what `domid` said after the start
 * @throws Failure
 */
export async function expectAlive(host: Host, uri: string, name: string, id: string): Promise<void> {
  if (!isHere(uri)) return;
  const first = await processOf(host, id);
  if (first !== undefined) {
    await host.sleep(SOON);
    if ((await processOf(host, id)) === first) return;
  }
  const now = (await virsh(host, uri, 'domid', '--domain', name)).trim();
  if (now !== id && (await processOf(host, now)) !== undefined) return;
  throw new Failure(
    `container ${name} does not run: its first process ended within ${SOON / 1000} s of its start. Look at what 'init' names, which is a path in the container, at its libraries, and at the owners of the files under '/': with 'idmap' they must be users of its range. What libvirt says of it is in /var/log/libvirt/lxc/${name}.log`,
  );
}
