import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../build/modules.ts';
import { reverseName } from '../../modules/lib/net/reverse.ts';
import { routerMac } from '../../modules/lib/ovn/macs.ts';
import { findHypervisor, type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { buildCollection } from '../support/build.ts';
import { withArguments } from '../support/module.ts';
import { median } from './times.ts';

const LAB = 'bench';
const OWNER = 'bench';
const ROUNDS = 3;
// In each round.
const NOOPS = 4;
const NETWORKS = 100;
const GUESTS = 10;
// So many the loop makes; ovn-nbctl reads the whole database each time, so it would be slower with all.
const LOOPED = 10;
const HYPERVISOR = 'hv1';

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);
const hex = (number: number) => number.toString(16).padStart(2, '0');

interface Port {
  readonly id: string;
  readonly guest: string;
  readonly mac: string;
  readonly ip: string;
}

const NETS = upTo(NETWORKS).map((i) => ({
  name: `net${i}`,
  domain: `net${i}.test`,
  subnet: `10.30.${i}.0/24`,
  gateway: `10.30.${i}.1`,
  mac: routerMac(`net${i}`, OWNER),
  ports: upTo(GUESTS).map(
    (g): Port => ({
      id: `5f3c0f0e-6a4e-4c0c-9a2b-0000${hex(i)}00${hex(g)}00`,
      guest: `vm${i}-${g}`,
      mac: `52:54:00:00:${hex(i)}:${hex(g)}`,
      ip: `10.30.${i}.${10 + g}`,
    }),
  ),
}));
type Net = (typeof NETS)[number];

const ARGUMENTS = {
  owner: OWNER,
  networks: NETS.map(({ name, domain, subnet }) => ({
    name,
    subnet: [subnet],
    dhcp: {},
    dns: { domain, forwarders: [] },
  })),
  hypervisors: [
    {
      name: HYPERVISOR,
      guests: NETS.flatMap(({ name, ports }) =>
        ports.map(({ id, guest, mac, ip }) => ({
          name: guest,
          interfaces: [{ network: name, port: id, mac, addresses: [ip] }],
        })),
      ),
    },
  ],
};

const MTU = 1442;

/** The options that guests of a network get by DHCP, as ovn-nbctl takes them. */
const dhcpOptions = ({ domain, gateway, mac }: Net): string[] => [
  ...['lease_time=43200', `server_id=${gateway}`, `server_mac=${mac}`, `mtu=${MTU}`],
  ...[`dns_server={${gateway}}`, `domain_name="${domain}"`],
];

/** What a switch and its router take, the same in a loop and in a batch. */
const landCommands = ({ name, gateway, mac }: Net): string[][] => [
  ['--may-exist', 'ls-add', name],
  ['--may-exist', 'lr-add', name],
  ['--may-exist', 'lrp-add', name, `${name}.gateway`, mac, `${gateway}/24`],
  ['--may-exist', 'lsp-add', name, `${name}.router`],
  ['lsp-set-type', `${name}.router`, 'router'],
  ['lsp-set-addresses', `${name}.router`, 'router'],
  ['lsp-set-options', `${name}.router`, `router-port=${name}.gateway`],
];
const portCommands = ({ name }: Net, { id, mac, ip }: Port): string[][] => [
  ['--may-exist', 'lsp-add', name, id],
  ['lsp-set-addresses', id, `${mac} ${ip}`],
  ['lsp-set-port-security', id, `${mac} ${ip}`],
];
const reverseOf = (ip: string) => JSON.stringify(reverseName(4, ip));
const records = ({ domain }: Net, { guest, ip }: Port): string[] => [
  `records:${reverseOf(ip)}=${guest}.${domain}`,
  `records:${guest}="${ip}"`,
  `records:"${guest}.${domain}"="${ip}"`,
];

const quoted = (word: string) => `'${word}'`;
const line = (words: readonly string[]) => `ovn-nbctl ${words.map(quoted).join(' ')}`;

/** A script of a person for some networks: one process for each command. It can be run again. */
const loopOver = (nets: readonly Net[]): string[] =>
  nets.flatMap((net) => [
    ...landCommands(net).map(line),
    `dhcp=$(${line(['--bare', '--columns=_uuid', 'find', 'dhcp_options', `cidr=${net.subnet}`])})`,
    `[ -n "$dhcp" ] || dhcp=$(${line(['create', 'dhcp_options', `cidr=${net.subnet}`])})`,
    `ovn-nbctl dhcp-options-set-options $dhcp ${dhcpOptions(net).map(quoted).join(' ')}`,
    `dns=$(${line(['--bare', '--columns=_uuid', 'find', 'dns', `external_ids:network=${net.name}`])})`,
    `[ -n "$dns" ] || dns=$(${line(['create', 'dns', `external_ids:network=${net.name}`])})`,
    `ovn-nbctl set logical_switch ${net.name} dns_records=$dns`,
    ...net.ports.flatMap((port) => [
      ...portCommands(net, port).map(line),
      `ovn-nbctl lsp-set-dhcpv4-options '${port.id}' $dhcp`,
      `ovn-nbctl set dns $dns ${records(net, port).map(quoted).join(' ')}`,
    ]),
  ]);

/** The same as one command of ovn-nbctl, NUL after each word. */
const BATCH = NETS.flatMap((net) =>
  [
    [
      '--id=@dhcp-NAME',
      'create',
      'dhcp_options',
      `cidr=${net.subnet}`,
      ...dhcpOptions(net).map(
        (text) => `options:${text.replace(/=(.*)/, (_, value) => `=${JSON.stringify(value)}`)}`,
      ),
    ],
    [
      '--id=@dns-NAME',
      'create',
      'dns',
      `external_ids:network=${net.name}`,
      ...net.ports.flatMap((port) => records(net, port)),
    ],
    ...landCommands(net),
    ['set', 'logical_switch', net.name, 'dns_records=@dns-NAME'],
    ...net.ports.flatMap((port) => [
      ...portCommands(net, port),
      ['set', 'logical_switch_port', port.id, 'dhcpv4_options=@dhcp-NAME'],
    ]),
  ].map((words) => words.map((word) => word.replace('-NAME', net.name))),
)
  .map((words) => words.join('\0'))
  .join('\0--\0');

const PREPARE = `
export DEBIAN_FRONTEND=noninteractive
{ apt-get update -q && apt-get install -qy --no-install-recommends ovn-central ovn-host; } >/dev/null
echo ${HYPERVISOR} >/etc/openvswitch/system-id.conf
ovs-vsctl set open_vswitch . external_ids:system-id=${HYPERVISOR} external_ids:ovn-remote=unix:/run/ovn/ovnsb_db.sock \
  external_ids:ovn-encap-type=geneve external_ids:ovn-encap-ip=127.0.0.1 external_ids:ovn-bridge-datapath-type=netdev
systemctl restart ovn-controller || systemctl restart ovn-host
until [ "$(ovn-sbctl --bare --columns=name list Chassis_Private)" = ${HYPERVISOR} ]; do sleep 0.2; done`;

const EMPTY = `ovn-nbctl --wait=hv --timeout=120 -- --all destroy logical_switch -- --all destroy logical_router \
  -- --all destroy dhcp_options -- --all destroy dns`;

// What all must have written: not what only one of them notes beside.
const DUMP = `
list() { ovn-nbctl --format=csv --no-headings --columns="$1" list "$2"; }
list name logical_switch; list name logical_router
list name,mac,networks logical_router_port
list name,type,addresses,port_security,options logical_switch_port
list cidr,options dhcp_options; list records dns`;

// Prints its last line when the transaction is in the database.
const WATCHED = `
ovsdb-client --timestamp --no-headings monitor unix:/run/ovn/ovnnb_db.sock OVN_Northbound NB_Global nb_cfg >/run/bench-seen 2>&1 &
watcher=$!
until grep -q initial /run/bench-seen; do sleep 0.1; done
COMMAND
until grep -q new /run/bench-seen; do sleep 0.1; done
kill $watcher`;

/** When the transaction was in the database, by the host's clock, in seconds. @param seen what ovsdb-client has printed */
function writtenAt(seen: string): number {
  const block = seen.split(/\n\s*\n/).find((text) => text.includes('new'));
  const [, date, time] = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d+)/.exec(block ?? '') ?? [];
  if (!date || !time) throw new Error(`no transaction was seen: ${seen}`);
  return Date.parse(`${date}T${time}Z`) / 1000;
}

class Bench {
  constructor(readonly hypervisor: Hypervisor) {}

  async sh(script: string): Promise<string> {
    const { stdout } = await this.hypervisor.exec(['sh', '-e'], { input: script, timeout: 1800 });
    return stdout.trim();
  }

  async put(name: string, content: string): Promise<void> {
    await this.hypervisor.exec(['sh', '-c', `cat >/run/bench-${name}`], { input: content });
  }

  /** When a command began and ended, by the host's clock, in seconds. @param around has the word COMMAND */
  async timed(command: string, around = 'COMMAND'): Promise<{ begin: number; end: number; seconds: number }> {
    const script = around.replace('COMMAND', () => `date +%s.%N\n${command}\ndate +%s.%N`);
    const [begin = Number.NaN, end = Number.NaN] = (await this.sh(script)).split('\n').map(Number);
    return { begin, end, seconds: end - begin };
  }

  /** The rows that are there. Those of OVN itself, if any, are the same for all. */
  async rows(): Promise<string[]> {
    return (await this.sh(DUMP)).split('\n').sort();
  }

  async runTask(around?: string): Promise<{ begin: number; end: number; seconds: number; changed: unknown }> {
    const times = await this.timed('node - </run/bench-task >/run/bench-result', around);
    const { changed, failed, msg, behind } = JSON.parse(await this.sh('cat /run/bench-result'));
    if (failed || behind?.length > 0) throw new Error(`the module failed: ${msg ?? behind}`);
    return { ...times, changed };
  }

  /** The first write, into a database without networks. */
  async first(): Promise<{ written: number; carriedOut: number }> {
    await this.sh(EMPTY);
    const { begin, seconds, changed } = await this.runTask(WATCHED);
    if (changed !== true) throw new Error('nothing was written');
    return { written: writtenAt(await this.sh('cat /run/bench-seen')) - begin, carriedOut: seconds };
  }

  async noop(): Promise<number> {
    const { seconds, changed } = await this.runTask();
    if (changed !== false) throw new Error('not a no-op');
    return seconds;
  }
}

const same = (some: readonly string[], all: readonly string[], what: string) => {
  const known = new Set(all);
  const odd = some.find((row) => !known.has(row));
  if (odd !== undefined) throw new Error(`${what}, other than the module: ${odd}`);
};

/** Seconds of one round; all is measured in each, since the machine may be slower in one than in another. */
interface Round {
  readonly written: number;
  readonly carriedOut: number;
  readonly noops: readonly number[];
  readonly loop: number;
  readonly again: number;
  readonly batch: number;
}

async function measured(bench: Bench): Promise<Round> {
  const first = await bench.first();
  const noops: number[] = [];
  for (let i = 0; i < NOOPS; i += 1) noops.push(await bench.noop());
  const rows = await bench.rows();

  const whole = NETWORKS / LOOPED;
  await bench.sh(EMPTY);
  const loop = (await bench.timed('sh -e /run/bench-loop')).seconds * whole;
  same(await bench.rows(), rows, 'the loop has made');
  const again = (await bench.timed('sh -e /run/bench-loop')).seconds * whole;

  await bench.sh(EMPTY);
  // One command of ovn-nbctl, whatever xargs would think of its length.
  const batch = (await bench.timed('xargs -0 -x -s 1500000 ovn-nbctl </run/bench-batch >/dev/null')).seconds;
  const batched = await bench.rows();
  same(batched, rows, 'the batch has made');
  same(rows, batched, 'the batch has not made');
  return { ...first, noops, loop, again, batch };
}

function shownRounds(rounds: readonly Round[]): string {
  const [written, carriedOut, loop, again, batch] = (
    ['written', 'carriedOut', 'loop', 'again', 'batch'] as const
  ).map((key) => median(rounds.map((round) => round[key]))) as [number, number, number, number, number];
  const noop = median(rounds.flatMap(({ noops }) => noops));
  const commands = loopOver(NETS).join('\n').split('ovn-nbctl ').length - 1 - 2 * NETWORKS;
  const times = (theirs: number, ours: number) => (theirs / ours).toFixed(0);
  return [
    `${NETWORKS} networks with ${NETWORKS * GUESTS} ports in OVN, the first write, medians of ${ROUNDS}:`,
    `  a loop of ovn-nbctl, ${commands} processes: ${loop.toFixed(0)} s (${LOOPED} networks, extrapolated linearly)`,
    `  the same as one command of ovn-nbctl: ${batch.toFixed(2)} s`,
    `  ovn_topology until it is in the database: ${written.toFixed(2)} s, ${times(loop, written)} times faster than the loop (at least 50 are asked)`,
    `  ovn_topology until ovn-northd and the hypervisor have carried it out: ${carriedOut.toFixed(2)} s, ${times(loop, carriedOut)} times (the loop waits for neither)`,
    'the same when nothing changes:',
    `  the loop again, with --may-exist: ${again.toFixed(0)} s (extrapolated)`,
    `  ovn_topology: ${noop.toFixed(2)} s by the median of ${ROUNDS * NOOPS}, ${times(again, noop)} times faster (at least 50 are asked)`,
  ].join('\n');
}

/** A hundred networks with a thousand ports in OVN: the first write and nothing to change, against ovn-nbctl. */
export async function benchOvn(): Promise<string> {
  await buildCollection();
  await (await findHypervisor(LAB))?.remove();
  const hypervisor = await startHypervisor({ name: LAB });
  try {
    const bench = new Bench(hypervisor);
    await bench.sh(PREPARE);
    const file = join(ROOT, 'dist/ansible_collections/piecewise/cloud/plugins/modules/ovn_topology.js');
    await bench.put('task', withArguments(readFileSync(file, 'utf8'), ARGUMENTS, { diff: false }));
    await bench.put('loop', loopOver(NETS.slice(0, LOOPED)).join('\n'));
    await bench.put('batch', BATCH);
    const rounds: Round[] = [];
    for (let i = 0; i < ROUNDS; i += 1) rounds.push(await measured(bench));
    return shownRounds(rounds);
  } finally {
    await hypervisor.remove();
  }
}
