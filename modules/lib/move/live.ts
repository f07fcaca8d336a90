import { Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { withDevices } from '../libvirt/devices.ts';
import { connection, virsh, withPrivateFile } from '../libvirt/virsh.ts';
import { type Element, withoutChildren } from '../xml/element.ts';
import { parseXml } from '../xml/parse.ts';
import { serialiseXml } from '../xml/serialise.ts';
import { pathsOf, remoteUri } from './forwarding.ts';
import { progressOf } from './job.ts';

/** How a running guest is moved. */
export interface Live {
  readonly name: string;
  /** The targets of its disks. */
  readonly disks: readonly string[];
  /** Whether one of them is an overlay, whose template both hosts have. */
  readonly isOverlay: boolean;
  /** MiB a second. */
  readonly bandwidth?: number | undefined;
  /** Milliseconds. */
  readonly downtime?: number | undefined;
  readonly auto_converge?: boolean | undefined;
  readonly synchronous_writes?: boolean | undefined;
  /** Seconds. */
  readonly timeout?: number | undefined;
}

/** Milliseconds in which libvirt notices that a connection has broken. */
const NOTICE = 20_000;

/** Milliseconds between two looks at the progress. */
const PAUSE = 1000;

/** Milliseconds: what setTimeout has at most. */
const FOR_EVER = 2 ** 31 - 1;

/**
 * The definition of a running guest for its new host. Where a migration has been tried before, libvirt names the backing files of the
 * old host in it. The new host reads their names from the disks that it has made, since its own may be called otherwise. Pure.
 */
export const forNewHost = (live: Element): Element =>
  withDevices(live, (devices) =>
    devices.map((device) =>
      device.name === 'disk' ? withoutChildren(device, 'backingStore', 'mirror') : device,
    ),
  );

/** The command of virsh that moves a running guest. Pure. @param definition a file with that for the new host */
export function migrateCommand(id: string, live: Live, definition: string): string[] {
  const { name, disks, isOverlay, bandwidth, auto_converge, synchronous_writes, timeout } = live;
  const paths = pathsOf(id);
  return [
    // Suspended, so that it doesn't run here and there when the answer that it has come is lost.
    ...['migrate', '--live', '--p2p', '--persistent', '--undefinesource', '--suspend'],
    // What has no template below is copied as a whole by both.
    isOverlay ? '--copy-storage-inc' : '--copy-storage-all',
    ...['--migrate-disks', disks.join(',')],
    ...['--domain', name, '--desturi', remoteUri(id), '--xml', definition],
    ...['--migrateuri', `unix://${paths.migration(name)}`, '--disks-uri', `unix://${paths.disks(name)}`],
    ...(bandwidth === undefined ? [] : ['--bandwidth', String(bandwidth)]),
    ...(auto_converge ? ['--auto-converge'] : []),
    ...(synchronous_writes ? ['--copy-storage-synchronous-writes'] : []),
    ...(timeout === undefined ? [] : ['--timeout', String(timeout), '--timeout-suspend']),
  ];
}

/**
 * Moves a running guest, and reports how far it is. It is suspended on the new host then, and gone from this one.
 * @param broken is rejected when the way breaks
 * @throws Failure with libvirt's reason: the guest runs on as before, or is suspended on both hosts
 */
export async function migrate(
  host: Host,
  uri: string,
  id: string,
  live: Live,
  broken: Promise<never>,
): Promise<void> {
  const running = await virsh(host, uri, 'dumpxml', '--security-info', '--migratable', '--domain', live.name);
  const definition = serialiseXml(forNewHost(parseXml(running)));
  await withPrivateFile(host, definition, (file) =>
    run(host, uri, live, migrateCommand(id, live, file), broken),
  );
}

async function run(
  host: Host,
  uri: string,
  live: Live,
  command: readonly string[],
  broken: Promise<never>,
): Promise<void> {
  const what = `move ${live.name}`;
  const stop = new AbortController();
  let why: Error | undefined;
  broken.catch((error: Error) => {
    why = error;
  });
  const moving = host.watch('virsh', [...connection(uri), ...command], {
    what,
    silence: FOR_EVER,
    heard: () => undefined,
  });
  const followed = follow(host, uri, live, what, stop.signal);
  try {
    await Promise.race([moving, broken.catch(() => giveUp(host, uri, live.name, stop.signal))]);
  } catch (error) {
    // libvirt notices that the way has broken, and keeps the guest here.
    throw why ? new Failure(`${(error as Error).message} (${why.message})`) : error;
  } finally {
    stop.abort();
    // A migration that is done doesn't fail by what was read of it.
    await followed.catch(() => undefined);
  }
}

/** Ends a migration whose way has broken, where libvirt does not notice it by itself. @throws Failure in the end */
async function giveUp(host: Host, uri: string, name: string, signal: AbortSignal): Promise<void> {
  for (let i = 0; i < 3; i += 1) {
    await host.sleep(NOTICE, signal);
    // It has ended.
    if (signal.aborted) return;
    await host.run('virsh', [...connection(uri), 'domjobabort', '--domain', name], { timeout: NOTICE });
  }
  throw new Failure(
    `libvirt does not end the migration of '${name}', whose connection has broken: see virsh domjobinfo ${name}`,
  );
}

async function follow(
  host: Host,
  uri: string,
  { name, downtime }: Live,
  what: string,
  signal: AbortSignal,
): Promise<void> {
  let isSet = downtime === undefined;
  while (!signal.aborted) {
    const { stdout } = await host.run('virsh', [...connection(uri), 'domjobinfo', '--domain', name], {
      timeout: NOTICE,
    });
    const progress = progressOf(stdout);
    if (progress) host.report({ what, ...progress });
    if (!isSet && /^Operation:\s+Outgoing migration$/m.test(stdout)) {
      const { code } = await host.run('virsh', [
        ...connection(uri),
        'migrate-setmaxdowntime',
        '--domain',
        name,
        '--downtime',
        String(downtime),
      ]);
      isSet = code === 0;
    }
    await host.sleep(PAUSE, signal);
  }
}
