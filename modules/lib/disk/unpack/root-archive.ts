import { Failure } from '../../failure.ts';
import type { Host } from '../../host/host.ts';

/** What a root has, as far as it matters to its configuration. */
export interface Traits {
  readonly cloudInit: boolean;
  readonly systemd: boolean;
  readonly sshd: boolean;
  /** What configures its network: undefined for a root that has neither. */
  readonly network: 'ifupdown' | 'networkd' | undefined;
}

/** Characters of a long answer that are shown. */
const SHOWN = 200;

/** A member of an archive: the letter of its type in a listing, and its name. */
interface Member {
  readonly type: string;
  readonly name: string;
}

// A line of `tar --verbose --numeric-owner`: mode, owner, size or device, date, time, name. Links have ` -> TARGET` after it, and
// names have no newline since tar escapes them.
const LINE = /^(.)\S*\s+\d+\/\d+\s+(?:\d+|\d+,\s*\d+)\s+\S+\s+\S+ (.*)$/;

/** The members of an archive, by tar's listing. Pure. */
export const membersOf = (listing: string): Member[] =>
  listing.split('\n').flatMap((line) => {
    const [, type = '', rest = ''] = LINE.exec(line) ?? [];
    if (type === '') return [];
    return { type, name: type === 'l' ? rest.replace(/ -> .*$/, '') : rest.replace(/ link to .*$/, '') };
  });

/** A member's path in the root: without `./` or `/` before it. */
const pathOf = (name: string) => name.replace(/^(?:\.?\/)+/, '').replace(/\/$/, '');

/** Why an archive can't be the root of a container; undefined where it can. Pure. */
export function faultOf(members: readonly Member[]): string | undefined {
  const outside = members.find(({ name }) => name.split('/').includes('..'));
  if (outside) return `its member '${outside.name.slice(0, SHOWN)}' leads out of it`;
  // Those of /dev are left out: a container gets its own.
  const device = members.find(({ type, name }) => 'bc'.includes(type) && !/^dev\//.test(pathOf(name)));
  if (device)
    return `it has the device '${device.name.slice(0, SHOWN)}', which can't be made in a container: make it without devices outside of /dev`;
  const isRoot = members.some(({ name }) => /^(?:usr|bin|sbin)(?:\/|$)/.test(pathOf(name)));
  return isRoot ? undefined : "it has none of 'usr', 'bin' and 'sbin' at its top";
}

/** What the root in an archive has. Pure. */
export function traitsOf(members: readonly Member[]): Traits {
  const paths = new Set(members.map(({ name }) => pathOf(name).replace(/^(s?bin|lib)\//, 'usr/$1/')));
  const network = paths.has('usr/sbin/ifup')
    ? 'ifupdown'
    : paths.has('usr/lib/systemd/systemd-networkd')
      ? 'networkd'
      : undefined;
  return {
    cloudInit: paths.has('usr/bin/cloud-init'),
    systemd: paths.has('usr/lib/systemd/systemd'),
    sshd: paths.has('usr/sbin/sshd'),
    network,
  };
}

/**
 * Lists an archive.
 * @param shown where it came from, for errors
 * @throws Failure when it is damaged, or can't be the root of a container
 */
export async function readRootArchive(host: Host, path: string, shown = path): Promise<Traits> {
  const args = ['--list', '--verbose', '--numeric-owner', '--quoting-style=escape', '--absolute-names'];
  const { code, stdout, stderr } = await host.run('tar', [...args, `--file=${path}`]);
  if (code !== 0)
    throw new Failure(
      `${shown} is no archive of a root, which an image has with 'kind: container': tar: ${stderr.trim().slice(0, SHOWN)}`,
    );
  const members = membersOf(stdout);
  const fault = faultOf(members);
  if (fault !== undefined) throw new Failure(`${shown} holds no root of a container: ${fault}`);
  return traitsOf(members);
}
