import { consoleLogPath } from '../../lib/libvirt/console-log.ts';
import { devicesOf } from '../../lib/libvirt/devices.ts';
import type { Domain } from '../../lib/libvirt/read.ts';
import { forNewHost } from '../../lib/move/live.ts';
import { type Element, valueAt } from '../../lib/xml/element.ts';
import { type Description, filesOf, variablesPath } from './description.ts';
import { hindrancesOfDefinition } from './hindrances.ts';

// What a definition names of its host. Both hosts ask the same: the old one before anything moves, so that the new one never refuses
// a guest that has come already.

/** A place in a definition that names something of the host. */
export interface Named {
  /** Where: `devices/serial/log/@file`. */
  readonly at: string;
  readonly value: string;
}

/** Parts that name no file of the host: texts for people, texts of tasks, what QEMU passes to the guest as it is, and a cgroup. */
const SILENT = ['metadata', 'title', 'description', 'os/cmdline', 'resource/partition'];

/** Elements of libvirt's namespace for QEMU that only say what libvirt takes its QEMU for. */
const HARMLESS = ['qemu:capabilities', 'qemu:deprecation'];

/** What each host has by itself: programs and firmware of its packages, and what libvirt makes for a guest that runs. */
const OF_HOST: readonly (readonly [at: RegExp, value: RegExp])[] = [
  [/^devices\/emulator$/, /^\/usr\/(bin|libexec)\/(qemu-system-[a-z0-9_]+|qemu-kvm|kvm)$/],
  [/^os\/(loader|nvram\/@template)$/, /^\/usr\/(share|lib)\/[\w./+-]+$/],
  [/^devices\/rng\/backend$/, /^\/dev\/(u?random|hwrng)$/],
  [/^devices\/interface\/backend\/@(tap|vhost)$/, /^\/dev\/(net\/tun|vhost-net)$/],
  [/^devices\/(serial|console|parallel|channel)\/(source\/@path|@tty)$/, /^\/dev\/pts\/\d+$/],
  [
    /^devices\/(channel\/source\/@path|graphics(\/listen)?\/@socket)$/,
    /^\/(run|var\/run|var\/lib)\/libvirt\/qemu\/[\w./-]+$/,
  ],
];

const isClimbing = (path: string) => path.split('/').includes('..');

/** Whether libvirt chooses such a path on each host by itself. */
const isOfHost = ({ at, value }: Named): boolean =>
  !isClimbing(value) && OF_HOST.some(([where, what]) => where.test(at) && what.test(value));

function pathsIn(element: Element, at: string): Named[] {
  if (SILENT.includes(at)) return [];
  const below = (name: string) => (at === '' ? name : `${at}/${name}`);
  const attributes = Object.entries(element.attributes).map(([name, value]) => ({
    at: below(`@${name}`),
    value,
  }));
  return [
    ...[...attributes, { at, value: element.text.trim() }].filter(
      (one) => one.value.startsWith('/') && !SILENT.includes(one.at),
    ),
    ...element.children.flatMap((child) => pathsIn(child, below(child.name))),
  ];
}

// A script is started by libvirt, whatever its path begins with.
const scriptsIn = (definition: Element): Named[] =>
  devicesOf(definition, 'interface').flatMap((nic) =>
    ['script/@path', 'downscript/@path'].flatMap((path) => {
      const value = valueAt(nic, path);
      return value === undefined || value.startsWith('/') ? [] : { at: `devices/interface/${path}`, value };
    }),
  );

// Arguments of QEMU may name anything; a namespace may have any prefix, or be that of one element.
const foreignIn = (definition: Element): Named[] =>
  definition.children
    .filter(
      ({ name, attributes }) =>
        name !== 'metadata' &&
        !HARMLESS.includes(name) &&
        (name.includes(':') || attributes.xmlns !== undefined),
    )
    .map(({ name }) => ({ at: name, value: 'arguments of QEMU' }));

/**
 * What a definition names of its host that is none of the guest's files, and that not every host has. Pure.
 * @param definition without what libvirt adds of backing files while the guest runs
 */
export function strangersIn(
  description: Pick<Description, 'name' | 'disks' | 'files' | 'nvram'>,
  definition: Element,
): Named[] {
  const { name } = description;
  const known = [
    ...filesOf(description).map(({ path }) => path),
    variablesPath(name),
    // libvirt makes it (option `console_log`).
    consoleLogPath(name),
  ];
  const named = [...pathsIn(definition, ''), ...scriptsIn(definition)];
  return [...named.filter((one) => !known.includes(one.value) && !isOfHost(one)), ...foreignIn(definition)];
}

/** What `hindrancesOf` names in its own words. */
const HINDRANCES =
  /^devices\/(hostdev|filesystem|shmem)\/|^devices\/(disk\/source\/@(dev|dir)$|tpm\/backend\/device\/)/;

/** Why a guest doesn't move, at all and while it runs, by what its definitions name of its host: for people. Pure. */
export function strangersOf(
  description: Parameters<typeof strangersIn>[0],
  { definition, live }: Pick<Domain, 'definition' | 'live'>,
): { readonly all: readonly string[]; readonly live: readonly string[] } {
  const told = (xml: Element) => [
    ...new Set(
      strangersIn(description, xml)
        .filter(({ at }) => !HINDRANCES.test(at))
        .map(
          ({ at, value }) =>
            `its definition names ${value} (${at}), which does not move: take it out of the VM`,
        ),
    ),
  ];
  const all = told(definition);
  return { all, live: live ? told(forNewHost(live)).filter((one) => !all.includes(one)) : [] };
}

/** Why a definition is not that of a guest that was described, or of one that doesn't move; undefined if it may be. Pure. */
export function problemOfDefinition(description: Description, definition: Element): string | undefined {
  const { name, uuid } = description;
  if (valueAt(definition, 'name') !== name || valueAt(definition, 'uuid') !== uuid)
    return 'it is that of another guest';
  const [hindrance] = hindrancesOfDefinition(definition);
  if (hindrance !== undefined) return hindrance;
  const [stranger] = strangersIn(description, definition);
  return stranger && `it names ${stranger.value} (${stranger.at})`;
}
