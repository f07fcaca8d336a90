import { join, normalize } from 'node:path';
import type { Change, Outcome, Plan } from '../../lib/ansible/plan.ts';
import { isDigest, parseDigest } from '../../lib/disk/fetch/checksum.ts';
import { fetchTo } from '../../lib/disk/fetch/download.ts';
import { asOption, Failure, OptionError } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { shownUrl, urlOf } from '../../lib/host/url.ts';
import { devicesOf } from '../../lib/libvirt/devices.ts';
import { pathOf } from '../../lib/libvirt/disks.ts';
import { readAllDomains } from '../../lib/libvirt/read.ts';
import { directoryOf } from './names.ts';
import type { VmOptions } from './options.ts';
import { isPowerOnly } from './power.ts';
import type { VmResult } from './result.ts';

// A VM that is installed from an ISO has an empty first disk. It boots from that before the ISO: as long as nothing is
// installed, the firmware goes on to the ISO.

/** Characters of the digest in the name of a downloaded ISO. */
const SHORT = 16;

/** The names of downloaded ISOs, and of unfinished downloads. */
const DOWNLOADED = /^install-[0-9a-f]{16}\.iso(\.part)?$/;

/** The path of the ISO on the host; undefined for an empty drive. */
export function isoPath(vm: Pick<VmOptions, 'iso' | 'name' | 'directory'>): string | undefined {
  const { path, url, checksum = '' } = vm.iso ?? {};
  if (path !== undefined) return normalize(path);
  if (url === undefined) return undefined;
  return join(directoryOf(vm), `install-${parseDigest(checksum).digest.slice(0, SHORT)}.iso`);
}

/** The drive of the ISO. */
export const isoDrives = (vm: VmOptions) =>
  vm.iso === undefined ? [] : [{ source: isoPath(vm), device: 'cdrom', boot_order: 2 }];

/** The place of the first disk in the boot order; undefined where it is the only one. */
export const diskOrder = ({ iso }: VmOptions): number | undefined => (iso === undefined ? undefined : 1);

/** The screen of the installer, unless the domain has graphics of its own. */
export const isoGraphics = (vm: VmOptions) =>
  vm.iso?.console === 'vnc' && isoPath(vm) !== undefined && vm.domain.graphics === undefined
    ? { graphics: [{ type: 'vnc', listen: '127.0.0.1' }] }
    : {};

/** Rules of the options of an ISO. @throws OptionError */
export function checkIso({ iso, disk_size, kernel, domain }: VmOptions): void {
  if (iso === undefined) return;
  const { path, url, checksum } = iso;
  if (disk_size === undefined)
    throw new OptionError('disk_size', "is required with 'iso', since the disk is made empty");
  if (kernel !== undefined)
    throw new OptionError('kernel', "is that of an image, and 'iso' installs another one");
  if (domain.boot !== undefined)
    throw new OptionError('domain.boot', "is decided by 'iso': first the disk, then the ISO. Leave it out");
  if (path !== undefined && url !== undefined)
    throw new OptionError('iso.path', "and 'url' exclude each other: leave one of them out");
  if (path !== undefined && !path.startsWith('/'))
    throw new OptionError('iso.path', `'${path}' must be an absolute path`);
  if (checksum !== undefined && url === undefined)
    throw new OptionError('iso.checksum', "is that of 'url': give that, or leave it out");
  if (url === undefined) return;
  asOption('iso.url', () => urlOf(url));
  if (checksum === undefined || !isDigest(checksum))
    throw new OptionError(
      'iso.checksum',
      "is required with 'url', as the digest of the file: sha256: or sha512: with the digest in hexadecimal",
    );
}

const isManaged = (vm: VmOptions) => vm.iso !== undefined && vm.state !== 'absent' && !isPowerOnly(vm);

/** What is on the host of ISOs. */
export interface SeenIso {
  /** Whether the ISO exists; undefined for an empty drive. */
  readonly exists: boolean | undefined;
  /** The names of downloaded ISOs in the directory of the VM that it no longer has. */
  readonly left: readonly string[];
}

/** Looks for the ISO, and for what was downloaded before. @returns undefined where that doesn't matter */
export async function observeIso(host: Host, vm: VmOptions): Promise<SeenIso | undefined> {
  if (!isManaged(vm)) return undefined;
  const path = isoPath(vm);
  const exists = path === undefined ? undefined : (await host.stat(path))?.kind === 'file';
  const directory = directoryOf(vm);
  const left = (await host.list(directory)).filter(
    (name) => DOWNLOADED.test(name) && ![path, `${path}.part`].includes(join(directory, name)),
  );
  return { exists, left: await notHeld(host, vm, left) };
}

/** Those that no running guest has in a drive. */
async function notHeld(host: Host, vm: VmOptions, names: readonly string[]): Promise<readonly string[]> {
  if (names.length === 0) return names;
  const held = (await readAllDomains(host, vm.uri)).flatMap(({ live }) =>
    devicesOf(live, 'disk').map(pathOf),
  );
  return names.filter((name) => !held.includes(join(directoryOf(vm), name)));
}

/** The names of downloaded ISOs among those in the directory of a VM that is removed. */
export const downloadedIn = ({ remove_storage }: VmOptions, names: readonly string[] = []): string[] =>
  remove_storage ? names.filter((name) => DOWNLOADED.test(name)) : [];

/** A step of the ISO. */
export type IsoStep =
  | { readonly act: 'fetch' }
  | { readonly act: 'remove'; readonly names: readonly string[] };

const removal = (vm: VmOptions, names: readonly string[]): Change<IsoStep>[] => {
  if (names.length === 0) return [];
  const before = `${names.join(', ')} in ${directoryOf(vm)}\n`;
  return [{ title: `remove ISO of ${vm.name}`, before, after: undefined, step: { act: 'remove', names } }];
};

/**
 * Plans the ISO. Pure.
 * @param names in the directory of a VM that is removed
 */
export function planIso(
  vm: VmOptions,
  seen: SeenIso | undefined,
  names: readonly string[] | undefined,
): Plan<IsoStep> {
  if (vm.state === 'absent') return { changes: removal(vm, downloadedIn(vm, names)) };
  if (seen?.exists !== false) return { changes: [] };
  const { path, url = '' } = vm.iso ?? {};
  if (path !== undefined) return { changes: [], missing: [`option 'iso.path': ${path} doesn't exist`] };
  const after = { from: shownUrl(url) };
  return {
    changes: [{ title: `fetch ISO ${isoPath(vm)}`, before: undefined, after, step: { act: 'fetch' } }],
  };
}

/** Plans the removal of ISOs that the domain no longer has when it is changed. Pure. */
export const planLeftIsos = (vm: VmOptions, seen: SeenIso | undefined): Change<IsoStep>[] =>
  removal(vm, seen?.left ?? []);

/** How the installer of a new VM is reached. */
export function howToReach(vm: VmOptions): string[] {
  const { name, iso, hypervisor, domain } = vm;
  if (iso === undefined || isoPath(vm) === undefined || vm.state !== 'running' || vm.steps !== 'all')
    return [];
  const on = hypervisor === '' ? 'on its host' : `on ${hypervisor}`;
  const isVnc = domain.graphics ? domain.graphics.some(({ type }) => type === 'vnc') : iso.console === 'vnc';
  const how = isVnc
    ? `'virsh vncdisplay ${name}' ${on} tells the display of its screen. Display :N is port 5900+N there, which 'ssh -L' brings to your machine`
    : `'virsh console ${name}' ${on} opens its serial console`;
  return [`${name} boots its installer: ${how}. It boots from its disk when something is installed there`];
}

/** Carries a step out. */
export async function applyIso(
  host: Host,
  step: IsoStep,
  vm: VmOptions,
): Promise<Outcome<VmResult> | undefined> {
  if (step.act === 'remove') return removeIsos(host, step.names, vm);
  await fetchIso(host, vm);
  return undefined;
}

async function fetchIso(host: Host, vm: VmOptions): Promise<void> {
  const { url = '', checksum = '' } = vm.iso ?? {};
  const path = isoPath(vm) ?? '';
  const part = `${path}.part`;
  // Another run may have fetched it since this one looked.
  const isPresent = async () => (await host.stat(path))?.kind === 'file';
  if (await isPresent()) return;
  try {
    await fetchTo(host, url, part, parseDigest(checksum), async () =>
      (await isPresent()) ? host.remove(part) : host.publishNew(part, path),
    );
  } catch (error) {
    // It stays if it has something, such as the first part of the ISO.
    await host.removeDirectory(directoryOf(vm));
    const [, problem] =
      error instanceof Failure ? (/^option 'checksum': (.*)$/s.exec(error.message) ?? []) : [];
    throw problem === undefined ? error : new OptionError('iso.checksum', problem);
  }
}

/** One that a guest still has, since it holds its drive, is kept, and removed by a later run. */
async function removeIsos(host: Host, names: readonly string[], vm: VmOptions): Promise<Outcome<VmResult>> {
  const domains = await readAllDomains(host, vm.uri);
  const userOf = (path: string) =>
    domains.find(({ definition, live }) =>
      [definition, live].some((one) => devicesOf(one, 'disk').some((disk) => pathOf(disk) === path)),
    )?.name;
  const warnings: string[] = [];
  for (const name of names) {
    const path = join(directoryOf(vm), name);
    const user = userOf(path);
    if (user === undefined) await host.remove(path);
    else warnings.push(`${path} is kept, since the guest '${user}' still has it in a drive`);
  }
  return { warnings, changed: warnings.length < names.length };
}
