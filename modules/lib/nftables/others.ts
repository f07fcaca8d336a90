import type { Host } from '../host/host.ts';
import { readText } from '../host/host.ts';
import { runOrFail } from '../host/process.ts';
import { TABLE } from './ruleset.ts';

// Packets pass the chains of all tables, and one that drops them is enough: what our table accepts may be lost all the same.

type Hook = 'forward' | 'input';

/** A chain of another program that drops what it doesn't accept. */
export interface DroppingChain {
  /** `ip filter FORWARD` */
  readonly name: string;
  readonly hook: Hook;
  /** The families of its packets. */
  readonly families: readonly (4 | 6)[];
  /** What its table's rules name, interfaces among them: a table that names one decides for its packets on purpose. */
  readonly names: ReadonlySet<string>;
}

const FAMILIES: Readonly<Record<string, readonly (4 | 6)[]>> = { ip: [4], ip6: [6], inet: [4, 6] };

interface Chain {
  readonly type?: string;
  readonly family: string;
  readonly table: string;
  readonly name: string;
  readonly hook?: string;
  readonly policy?: string;
}
interface Rule {
  readonly chain: string;
  readonly expr: readonly Readonly<Record<string, unknown>>[];
}
interface Listed {
  readonly nftables: readonly { readonly chain?: Chain; readonly rule?: Rule }[];
}

const parsed = (json: string): Listed['nftables'] => (JSON.parse(json) as Listed).nftables;

const isHook = (hook: string | undefined): hook is Hook => hook === 'forward' || hook === 'input';

/** The tables of others with chains that see what is forwarded, or what is for the host: `ip filter`. Pure. */
export const tablesOf = (chains: string): string[] => [
  ...new Set(
    parsed(chains).flatMap(({ chain }) =>
      chain && chain.family in FAMILIES && isHook(chain.hook) && chain.table !== TABLE
        ? `${chain.family} ${chain.table}`
        : [],
    ),
  ),
];

/** The families for which other tables translate source addresses, as libvirt and Docker do for guests of theirs. Pure. */
export const natIn = (chains: string): ReadonlySet<4 | 6> =>
  new Set(
    parsed(chains).flatMap(({ chain }) =>
      chain?.type === 'nat' && chain.hook === 'postrouting' && chain.table !== TABLE
        ? (FAMILIES[chain.family] ?? [])
        : [],
    ),
  );

// A statement that does nothing with a packet.
const IDLE = new Set(['counter', 'log']);

/** Whether a rule drops all packets that come to it: firewalld's chains end with one, and their policy is `accept`. */
function dropsAll(rule: Rule | undefined): boolean {
  const words = (rule?.expr ?? []).flatMap((each) => Object.keys(each)).filter((word) => !IDLE.has(word));
  return words.length === 1 && (words[0] === 'drop' || words[0] === 'reject');
}

const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
};

/** The chains of a table that drop what they don't accept. Pure. @param table as `nft -j list table` lists it */
export function droppingIn(table: string): DroppingChain[] {
  const all = parsed(table);
  const rules = all.flatMap(({ rule }) => rule ?? []);
  const names = new Set(rules.flatMap(({ expr }) => textsIn(expr)));
  return all.flatMap(({ chain }): DroppingChain[] => {
    if (!chain || !isHook(chain.hook)) return [];
    const last = rules.findLast((rule) => rule.chain === chain.name);
    if (chain.policy !== 'drop' && !dropsAll(last)) return [];
    const families = FAMILIES[chain.family] ?? [];
    return [{ name: `${chain.family} ${chain.table} ${chain.name}`, hook: chain.hook, families, names }];
  });
}

/** The chains of iptables-legacy that drop what they don't accept. Pure. @param rules as `iptables -S` prints them */
export function droppingInLegacy(rules: string, family: 4 | 6): DroppingChain[] {
  const names = new Set(rules.split(/\s+/));
  const chains = { FORWARD: 'forward', INPUT: 'input' } as const;
  return Object.entries(chains).flatMap(([name, hook]) =>
    new RegExp(`^-P ${name} DROP$`, 'm').test(rules)
      ? [{ name: `${name} of ${LEGACY[family].program}`, hook, families: [family], names }]
      : [],
  );
}

// nft doesn't show them. The kernel's list exists only where they have been used.
const LEGACY = {
  4: { program: 'iptables-legacy', used: '/proc/net/ip_tables_names' },
  6: { program: 'ip6tables-legacy', used: '/proc/net/ip6_tables_names' },
} as const;

async function readLegacy(host: Host, family: 4 | 6): Promise<DroppingChain[]> {
  const { program, used } = LEGACY[family];
  if (!(await readText(host, used))?.split('\n').includes('filter')) return [];
  const { code, stdout } = await host.run(program, ['-S']);
  return code === 0 ? droppingInLegacy(stdout, family) : [];
}

const listChains = (host: Host) => runOrFail(host, 'nft', ['-j', 'list', 'chains']);

/** For which families others translate source addresses. @throws Failure */
export const readNat = async (host: Host): Promise<ReadonlySet<4 | 6>> => natIn(await listChains(host));

/** What other tables do with packets. */
export interface Others {
  readonly dropping: readonly DroppingChain[];
  readonly nat: ReadonlySet<4 | 6>;
}

/** Reads what other tables do: a process, and one for each table that may drop packets. @throws Failure */
export async function readOthers(host: Host): Promise<Others> {
  const [chains, ...legacy] = await Promise.all([listChains(host), readLegacy(host, 4), readLegacy(host, 6)]);
  const tables = await Promise.all(
    // A table may be gone meanwhile.
    tablesOf(chains).map((table) => host.run('nft', ['-j', 'list', 'table', ...table.split(' ')])),
  );
  const dropping = tables.flatMap(({ code, stdout }) => (code === 0 ? droppingIn(stdout) : []));
  return { dropping: [...dropping, ...legacy.flat()], nat: natIn(chains) };
}
