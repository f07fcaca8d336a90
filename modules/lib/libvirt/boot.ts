import { begunAt } from '../host/begun.ts';
import { type Host, readText } from '../host/host.ts';

/**
 * What tells a start of a container from all others: the process that libvirt runs for it, when that began, and the start of the host.
 * A container that reboots has another process.
 * @returns undefined of a container that doesn't run
 */
export async function bootOf(host: Host, name: string): Promise<string | undefined> {
  const read = async (path: string) => (await readText(host, path).catch(() => undefined))?.trim();
  const process = await read(`/run/libvirt/lxc/${name}.pid`);
  if (process === undefined || !/^\d+$/.test(process)) return undefined;
  const [begun, started] = await Promise.all([
    begunAt(host, process).catch(() => undefined),
    read('/proc/sys/kernel/random/boot_id'),
  ]);
  return begun === undefined ? undefined : `${started} ${process} ${begun}`;
}
