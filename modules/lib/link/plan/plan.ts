import { shownText } from '../../host/text.ts';
import { withoutSource, withSource } from '../../net/sources.ts';
import type { DesiredLink } from '../desired.ts';
import {
  BOOT_ORDER,
  FILES,
  fileOf,
  formerFile,
  INTERFACES,
  KEEPERS,
  type Keeper,
  returnedFile,
} from '../files.ts';
import type { Kept, Link } from '../observe.ts';
import { emptyStep, isEmpty, type LinkStep } from '../step.ts';
import { byIfupdown, ifupdownOf } from './by-ifupdown.ts';
import { byNetworkd } from './by-networkd.ts';
import type { LinkChange } from './change.ts';
import { deltaOf } from './delta.ts';
import { refuseOverlaps } from './overlap.ts';
import { addToStep } from './step.ts';
import type { Edit } from './take.ts';
import { restore, strip } from './unconfigured.ts';

interface Described {
  readonly title: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** The changes of interfaces and their files. */
export interface LinkPlan {
  readonly changes: readonly Described[];
  /** All changes together; undefined when there are none. */
  readonly step: LinkStep | undefined;
  readonly missing: readonly string[];
  readonly warnings: readonly string[];
}

type Files = Map<string, string | undefined>;

// The desired files of a port: one of the keeper's, and none of the other's. That of a NIC with its addresses back is left
// alone until they are taken again.
function filesOf({ port, bridge, addressing, device, gives, returned }: DesiredLink, keeper: Keeper): Files {
  if (device !== 'removed' && !addressing) return new Map();
  const text =
    addressing && device !== 'removed'
      ? FILES[keeper].render({ port, bridge, returned, ...addressing })
      : undefined;
  const keeps = returned ? returnedFile : fileOf;
  const removed = returned ? [fileOf] : gives ? [returnedFile] : [];
  return new Map([
    [formerFile(port), undefined],
    ...KEEPERS.flatMap((one) => removed.map((path) => [path(one, port), undefined] as const)),
    ...KEEPERS.map((one) => [keeps(one, port), one === keeper ? text : undefined] as const),
  ]);
}

function changeOf(link: DesiredLink, links: ReadonlyMap<string, Link>, kept: Kept, rewritten: boolean) {
  const { device, addressing, port } = link;
  if (device === 'removed') return strip(link, links, kept);
  if (!addressing) return restore(link, links);
  const delta = deltaOf({ ...link, addressing }, links, kept, rewritten);
  return kept.keeper === 'ifupdown' ? byIfupdown(delta, ifupdownOf(kept, port)) : byNetworkd(delta);
}

function missingClient({ addressing, device, port }: DesiredLink, kept: Kept): string[] {
  if (addressing?.mode !== 'dhcp' || device === 'removed' || kept.keeper !== 'ifupdown' || kept.dhcpClient)
    return [];
  return [
    `port '${port}': 'mode: dhcp' needs a DHCP client, and this host has none: install isc-dhcp-client`,
  ];
}

function unusedNames({ port, device, addressing }: DesiredLink, { namesProblem }: Kept): string[] {
  if (!namesProblem || device === 'removed') return [];
  const { dns = [], dnsSearch = [] } = addressing ?? {};
  return dns.length + dnsSearch.length > 0
    ? [`port '${port}': its name servers are written to its file, but not used: ${namesProblem}`]
    : [];
}

// /etc/network/interfaces with a line that makes ifupdown read each desired file, and none for a removed one.
function sourced(text: string, files: Files): string {
  let result = text;
  for (const [path, content] of files) {
    if (!path.startsWith(`${FILES.ifupdown.directory}/`)) continue;
    result =
      content === undefined ? withoutSource(result, INTERFACES, path) : withSource(result, INTERFACES, path);
  }
  return result;
}

const shown = (path: string, before: string | undefined, after: string | undefined): Described => ({
  title: path,
  before: before && shownText(before),
  after: after && shownText(after),
});

/**
 * Plans the changes of interfaces and their files. Pure.
 * @param edits of files that aren't ours
 * @throws OptionError when an address or a route is already on another interface
 */
export function planLinks(
  desired: readonly DesiredLink[],
  links: ReadonlyMap<string, Link>,
  kept: Kept,
  edits: ReadonlyMap<string, Edit> = new Map(),
): LinkPlan {
  refuseOverlaps(desired, links, kept);
  const configured: Described[] = [];
  const texts: Described[] = [];
  const step = emptyStep();
  let interfaces = edits.get(INTERFACES)?.after ?? kept.interfaces;
  for (const [path, { before, after }] of edits) {
    if (path === INTERFACES) continue;
    texts.push(shown(path, before, after));
    step.files.set(path, after);
  }
  for (const link of desired) {
    const files = filesOf(link, kept.keeper);
    const changed: Files = new Map([...files].filter(([path, text]) => kept.files.get(path) !== text));
    const change: LinkChange | undefined = changeOf(link, links, kept, changed.size > 0);
    if (change && Object.keys(change.after).length > 0) {
      const { before, after } = change;
      configured.push({ title: `configure interface ${link.port}`, before, after });
    }
    for (const [path, text] of changed) texts.push(shown(path, kept.files.get(path), text));
    if (interfaces !== undefined) interfaces = sourced(interfaces, files);
    addToStep(step, link.port, kept, change, changed);
  }
  const persists = desired.some(({ addressing, device }) => addressing && device !== 'removed');
  if (persists && kept.keeper === 'networkd' && kept.files.get(BOOT_ORDER.path) !== BOOT_ORDER.text) {
    texts.push(shown(BOOT_ORDER.path, kept.files.get(BOOT_ORDER.path), BOOT_ORDER.text));
    step.files.set(BOOT_ORDER.path, BOOT_ORDER.text);
  }
  if (interfaces !== undefined && interfaces !== kept.interfaces) {
    texts.push(shown(INTERFACES, kept.interfaces, interfaces));
    step.files.set(INTERFACES, interfaces);
  }
  return {
    changes: [...configured, ...texts],
    step: isEmpty(step) ? undefined : step,
    missing: desired.flatMap((link) => missingClient(link, kept)),
    warnings: [
      ...(persists && kept.problem ? [kept.problem] : []),
      ...desired.flatMap((link) => unusedNames(link, kept)),
    ],
  };
}
