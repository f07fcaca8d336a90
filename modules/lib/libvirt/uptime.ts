import type { Host } from '../host/host.ts';
import { isLocalSystem } from './console-log.ts';
import { driverAt } from './driver.ts';
import { isHere } from './first-process.ts';

/**
 * Milliseconds since a guest was started: libvirt writes the file when it has started QEMU, or its own process for a container
 * (virpidfile.c), and never again, and removes it when that has ended.
 * @returns undefined of a guest that doesn't run, or runs on another host
 */
export async function uptimeOf(host: Host, uri: string, name: string): Promise<number | undefined> {
  if (!isLocalSystem(uri) && !isHere(uri)) return undefined;
  const file = await host.readEnd(`/run/libvirt/${driverAt(uri).name}/${name}.pid`, 1).catch(() => undefined);
  return file?.age;
}
