import { OptionError } from '../../../lib/failure.ts';
import { type Address, parseAddress, parseIp } from '../../../lib/net/address.ts';
import { type Range, rangesOf } from '../options/idmap.ts';
import type { DomainOptions } from '../options/options.ts';

const ABSOLUTE = "must be an absolute path in the container, without '..'";

const isAbsolute = (path: string) => path.startsWith('/') && !path.split('/').includes('..');

function checkInit({
  init,
  init_directory: directory,
  init_environment: environment = {},
}: DomainOptions): void {
  if (init !== undefined && !isAbsolute(init)) throw new OptionError('init', `'${init}' ${ABSOLUTE}`);
  if (directory !== undefined && !isAbsolute(directory))
    throw new OptionError('init_directory', `'${directory}' ${ABSOLUTE}`);
  for (const name of Object.keys(environment)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      throw new OptionError(
        'init_environment',
        `'${name}' is no name of a variable: letters, digits and '_' are possible, and no digit in front`,
      );
  }
}

function checkFilesystems({ filesystems, extra_xml }: DomainOptions): void {
  if (!filesystems) return;
  const seen = new Set<string>();
  filesystems.forEach(({ source, target }, i) => {
    const fail = (key: string, problem: string): never => {
      throw new OptionError(`filesystems[${i}].${key}`, problem);
    };
    if (!source.startsWith('/')) fail('source', `'${source}' must be an absolute path on the host`);
    if (!isAbsolute(target)) fail('target', `'${target}' ${ABSOLUTE}`);
    if (target.length > 1 && target.endsWith('/')) fail('target', `'${target}' must not end with a slash`);
    if (seen.has(target)) fail('target', `'${target}' is that of another filesystem`);
    seen.add(target);
  });
  if (!seen.has('/') && extra_xml === undefined)
    throw new OptionError('filesystems', "has no root: one of them needs 'target: /'");
}

/** The first numbers of a range, in the container or on the host. */
type End = 'start' | 'target';

function overlapIn(ranges: readonly Range[], end: End): boolean {
  const sorted = [...ranges].sort((a, b) => a[end] - b[end]);
  return sorted.some((range, i) => {
    const next = sorted[i + 1];
    return next !== undefined && next[end] < range[end] + range.count;
  });
}

/** The highest number of a user; one more is no user (`-1`). */
const HIGHEST = 4_294_967_294;

function checkRanges(option: string, ranges: readonly Range[]): void {
  if (!ranges.some(({ start }) => start === 0))
    throw new OptionError(option, 'maps no root: a range must begin with 0 in the container');
  for (const end of ['start', 'target'] as const) {
    if (ranges.some((range) => range[end] + range.count - 1 > HIGHEST))
      throw new OptionError(option, `ends after ${HIGHEST}, the highest number: lower 'count'`);
    if (overlapIn(ranges, end))
      throw new OptionError(
        option,
        `has ranges that overlap ${end === 'start' ? 'in the container' : 'on the host'}`,
      );
  }
}

function checkIdmap({ idmap }: DomainOptions): void {
  if (!idmap) return;
  const { start, target, count, uid, gid } = idmap;
  const isShort = [start, target, count].some((one) => one !== undefined);
  if (isShort && (uid ?? gid))
    throw new OptionError(
      `idmap.${uid ? 'uid' : 'gid'}`,
      "and 'target' exclude each other: leave one of them out",
    );
  if (isShort && (target === undefined || count === undefined))
    throw new OptionError('idmap', "needs 'target' and 'count'");
  if (!uid !== !gid) throw new OptionError('idmap', "needs both of 'uid' and 'gid'");
  const ranges = rangesOf(idmap);
  if (!ranges) return;
  checkRanges(uid ? 'idmap.uid' : 'idmap', ranges.uid);
  checkRanges(gid ? 'idmap.gid' : 'idmap', ranges.gid);
}

function checkAddresses({ interfaces = [] }: DomainOptions): void {
  const devices = new Set<string>();
  interfaces.forEach(({ guest_device: device, addresses = [], gateways = [] }, i) => {
    const fail = (option: string, problem: string): never => {
      throw new OptionError(`interfaces[${i}].${option}`, problem);
    };
    if (device !== undefined && devices.has(device))
      fail('guest_device', `'${device}' is that of another interface`);
    if (device !== undefined) devices.add(device);
    const parsed = addresses.map((text, j) => addressOf(text, (problem) => fail(`addresses[${j}]`, problem)));
    const families = new Set<4 | 6>();
    gateways.forEach((text, j) => {
      const gateway = parseIp(text) ?? fail(`gateways[${j}]`, `'${text}' is no address`);
      if (families.has(gateway.family))
        fail(`gateways[${j}]`, `'${text}' is a second gateway for IPv${gateway.family}: give one`);
      families.add(gateway.family);
      if (!parsed.some(({ family }) => family === gateway.family))
        fail(`gateways[${j}]`, `'${text}' needs an address for IPv${gateway.family} in 'addresses'`);
    });
  });
}

function addressOf(text: string, fail: (problem: string) => never): Address {
  if (!text.includes('/')) return fail(`'${text}' needs a prefix, such as ${text}/24`);
  try {
    return parseAddress(text);
  } catch {
    return fail(`'${text}' is no address with a prefix`);
  }
}

/** Rules between the options of a container. @throws OptionError */
export function checkContainer(options: DomainOptions): void {
  checkInit(options);
  checkFilesystems(options);
  checkIdmap(options);
  checkAddresses(options);
}
