import { shownText } from '../host/text.ts';
import { withoutSource, withSource } from '../net/sources.ts';
import { FILES, fileOf, formerFile, INTERFACES, KEEPERS, type Keeper } from './files.ts';
import { configure, type LiveChange, restore, strip } from './live.ts';
import type { Kept, Link } from './observe.ts';
import { refuseOverlaps } from './overlap.ts';
import type { LinkStep } from './step.ts';
import { emptyStep, isEmpty, stepOf } from './step.ts';
import type { Edit } from './take.ts';
import type { LinkWish } from './wish.ts';

interface Described {
  readonly title: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** What is to be done to interfaces and their files. */
export interface LinkPlan {
  readonly changes: readonly Described[];
  /** All of it together; undefined when there is nothing to do. */
  readonly step: LinkStep | undefined;
  readonly missing: readonly string[];
  readonly warnings: readonly string[];
}

type Files = Map<string, string | undefined>;

// The files of a port as they are to be: one of the keeper's, and none of the other's.
function filesOf({ port, bridge, addressing, device }: LinkWish, keeper: Keeper): Files {
  if (device !== 'removed' && !addressing) return new Map();
  const text =
    addressing && device !== 'removed' ? FILES[keeper].render({ port, bridge, ...addressing }) : undefined;
  return new Map([
    [formerFile(port), undefined],
    ...KEEPERS.map((one) => [fileOf(one, port), one === keeper ? text : undefined] as const),
  ]);
}

function liveOf(wish: LinkWish, links: ReadonlyMap<string, Link>, kept: Kept, rewritten: boolean) {
  if (wish.device === 'removed') return strip(wish, links, kept);
  const { addressing } = wish;
  return addressing ? configure({ ...wish, addressing }, links, kept, rewritten) : restore(wish, links);
}

function lacking({ addressing, device, port }: LinkWish, kept: Kept): string[] {
  if (addressing?.mode !== 'dhcp' || device === 'removed' || kept.keeper !== 'ifupdown' || kept.dhcpClient)
    return [];
  return [
    `port '${port}': 'mode: dhcp' needs a DHCP client, and this host has none: install isc-dhcp-client`,
  ];
}

function unread({ port, device, addressing }: LinkWish, { namesProblem }: Kept): string[] {
  if (!namesProblem || device === 'removed') return [];
  const { dns = [], dnsSearch = [] } = addressing ?? {};
  return dns.length + dnsSearch.length > 0
    ? [`port '${port}': its name servers are kept, but not used: ${namesProblem}`]
    : [];
}

// In /etc/network/interfaces: what makes ifupdown read a file, and nothing of a file that is gone.
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
 * From what is wanted of each port's interface to what is to be done. Pure.
 * @param edits of files that aren't ours
 * @throws OptionError when an address or a route is another interface's
 */
export function planLinks(
  wishes: readonly LinkWish[],
  links: ReadonlyMap<string, Link>,
  kept: Kept,
  edits: ReadonlyMap<string, Edit> = new Map(),
): LinkPlan {
  refuseOverlaps(wishes, links, kept);
  const lives: Described[] = [];
  const texts: Described[] = [];
  const step = emptyStep();
  let interfaces = edits.get(INTERFACES)?.after ?? kept.interfaces;
  for (const [path, { before, after }] of edits) {
    if (path === INTERFACES) continue;
    texts.push(shown(path, before, after));
    step.files.set(path, after);
  }
  for (const wish of wishes) {
    const wanted = filesOf(wish, kept.keeper);
    const changed: Files = new Map([...wanted].filter(([path, text]) => kept.files.get(path) !== text));
    const live: LiveChange | undefined = liveOf(wish, links, kept, changed.size > 0);
    if (live && Object.keys(live.after).length > 0) {
      lives.push({ title: `configure interface ${wish.port}`, before: live.before, after: live.after });
    }
    for (const [path, text] of changed) texts.push(shown(path, kept.files.get(path), text));
    if (interfaces !== undefined) interfaces = sourced(interfaces, wanted);
    stepOf(step, wish.port, kept, live, changed);
  }
  if (interfaces !== undefined && interfaces !== kept.interfaces) {
    texts.push(shown(INTERFACES, kept.interfaces, interfaces));
    step.files.set(INTERFACES, interfaces);
  }
  const persists = wishes.some(({ addressing, device }) => addressing && device !== 'removed');
  return {
    changes: [...lives, ...texts],
    step: isEmpty(step) ? undefined : step,
    missing: wishes.flatMap((wish) => lacking(wish, kept)),
    warnings: [
      ...(persists && kept.problem ? [kept.problem] : []),
      ...wishes.flatMap((wish) => unread(wish, kept)),
    ],
  };
}
