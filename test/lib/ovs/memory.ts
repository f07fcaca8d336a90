import { Duplex } from 'node:stream';
import { jsonStream } from '../../../modules/lib/ovsdb/framing.ts';

type Wire = unknown;
type Row = Record<string, Wire>;
type Tables = Record<string, Map<string, Row>>;
interface Operation extends Record<string, unknown> {
  op: string;
  table: string;
}

const EMPTY_SET = ['set', []];
const EMPTY_MAP = ['map', []];

/** A row's columns when an insert says nothing of them. */
const DEFAULTS: Record<string, Row> = {
  Open_vSwitch: {
    bridges: EMPTY_SET,
    cur_cfg: 0,
    next_cfg: 0,
    iface_types: ['set', ['internal', 'patch', 'system', 'tap', 'vxlan']],
    ovs_version: '3.1.0',
    external_ids: EMPTY_MAP,
    other_config: EMPTY_MAP,
  },
  Bridge: {
    name: '',
    ports: EMPTY_SET,
    datapath_type: '',
    controller: EMPTY_SET,
    fail_mode: EMPTY_SET,
    protocols: EMPTY_SET,
    stp_enable: false,
    rstp_enable: false,
    mcast_snooping_enable: false,
    external_ids: EMPTY_MAP,
    other_config: EMPTY_MAP,
  },
  Controller: { target: '' },
  Port: {
    name: '',
    interfaces: EMPTY_SET,
    tag: EMPTY_SET,
    trunks: EMPTY_SET,
    vlan_mode: EMPTY_SET,
    cvlans: EMPTY_SET,
    protected: false,
    bond_mode: EMPTY_SET,
    lacp: EMPTY_SET,
    bond_updelay: 0,
    bond_downdelay: 0,
    fake_bridge: false,
    external_ids: EMPTY_MAP,
    other_config: EMPTY_MAP,
  },
  Interface: {
    name: '',
    type: '',
    options: EMPTY_MAP,
    mac: EMPTY_SET,
    mtu_request: EMPTY_SET,
    ofport: EMPTY_SET,
    ofport_request: EMPTY_SET,
    error: EMPTY_SET,
    link_state: EMPTY_SET,
    mtu: EMPTY_SET,
    mac_in_use: EMPTY_SET,
    external_ids: EMPTY_MAP,
  },
};

const isSet = (wire: Wire): wire is ['set', Wire[]] => Array.isArray(wire) && wire[0] === 'set';
const elements = (wire: Wire): Wire[] => (isSet(wire) ? wire[1] : [wire]);
const text = (wire: Wire) => JSON.stringify(wire);

// One form for each value: sets and maps sorted, a set of one as its element.
function normal(wire: Wire): Wire {
  if (isSet(wire)) {
    const sorted = [...wire[1]].sort((a, b) => (text(a) < text(b) ? -1 : 1));
    return sorted.length === 1 ? sorted[0] : ['set', sorted];
  }
  if (Array.isArray(wire) && wire[0] === 'map') {
    return ['map', [...(wire[1] as Wire[])].sort((a, b) => (text(a) < text(b) ? -1 : 1))];
  }
  return wire;
}

// As ovsdb-server has it: "ovsdb error: set contains duplicate value".
const hasTwins = (row: Row) =>
  Object.values(row).some((wire) => isSet(wire) && new Set(wire[1].map(text)).size < wire[1].length);

const same = (a: Wire, b: Wire) => text(normal(a)) === text(normal(b));

/** As much of RFC 7047 as the engine uses, in memory: transactions, guards, references and what they keep. */
export class MemoryDatabase {
  tables: Tables = Object.fromEntries(Object.keys(DEFAULTS).map((table) => [table, new Map()]));
  /** Whether something copies next_cfg to cur_cfg. */
  vswitchd = true;
  /** Called after each transaction that wrote something. */
  onCommit: () => void = () => {};
  /** Called before each transaction that is to write something. */
  beforeWrite: () => void = () => {};
  readonly transactions: Operation[][] = [];
  #next = 1;

  constructor() {
    this.tables.Open_vSwitch?.set('root', structuredClone(DEFAULTS.Open_vSwitch as Row));
  }

  rows(table: string): (Row & { _uuid: string })[] {
    return [...(this.tables[table] ?? [])].map(([uuid, row]) => ({ ...row, _uuid: uuid }));
  }

  find(table: string, name: string): Row | undefined {
    return this.rows(table).find((row) => row.name === name);
  }

  transact(operations: Operation[]): unknown[] {
    const writes = operations.some(({ op }) => op !== 'select' && op !== 'wait');
    if (writes) this.beforeWrite();
    this.transactions.push(operations);
    const before = structuredClone(this.tables);
    const names = new Map<string, string>();
    const results: unknown[] = [];
    for (const operation of operations) {
      const result = this.#one(operation, names);
      results.push(result);
      if ('error' in result) {
        this.tables = before;
        return results;
      }
    }
    const problem = writes ? this.#commit() : undefined;
    if (problem) {
      this.tables = before;
      return [...results, { error: 'constraint violation', details: problem }];
    }
    if (writes) this.onCommit();
    return results;
  }

  #one(operation: Operation, names: Map<string, string>): Record<string, unknown> {
    const { op, table, where = [], columns, row, rows, until, mutations } = operation;
    const of = this.tables[table] as Map<string, Row>;
    const resolve = (wire: Wire): Wire => {
      if (!Array.isArray(wire)) return wire;
      return wire[0] === 'named-uuid' ? ['uuid', names.get(wire[1])] : wire.map(resolve);
    };
    const matching = [...of].filter(([uuid, one]) =>
      (where as [string, string, Wire][]).every(([column, relation, value]) => {
        const has = column === '_uuid' ? ['uuid', uuid] : one[column];
        return relation === 'includes' ? elements(has).some((e) => same(e, value)) : same(has, value);
      }),
    );
    const view = ([uuid, one]: [string, Row]) =>
      Object.fromEntries((columns as string[]).map((c) => [c, c === '_uuid' ? ['uuid', uuid] : one[c]]));
    if (row && hasTwins(row as Row)) return { error: 'ovsdb error', details: 'set contains duplicate value' };
    if (op === 'select') return { rows: matching.map(view) };
    if (op === 'insert') {
      const uuid = `00000000-0000-0000-0000-${String(this.#next++).padStart(12, '0')}`;
      names.set(operation['uuid-name'] as string, uuid);
      const given = Object.entries(row as Row).map(([column, value]) => [column, normal(resolve(value))]);
      of.set(uuid, { ...structuredClone(DEFAULTS[table] as Row), ...Object.fromEntries(given) });
      return { uuid: ['uuid', uuid] };
    }
    if (op === 'update') {
      for (const [, one] of matching) {
        for (const [column, value] of Object.entries(row as Row)) one[column] = normal(resolve(value));
      }
      return { count: matching.length };
    }
    if (op === 'mutate') {
      for (const [, one] of matching) {
        for (const [column, mutator, value] of mutations as [string, string, Wire][]) {
          one[column] = mutate(one[column], mutator, resolve(value));
        }
      }
      return { count: matching.length };
    }
    if (op === 'wait') {
      const found = matching.map(view).map((one) => Object.entries(one).map(([k, v]) => [k, normal(v)]));
      const wanted = (rows as Row[]).map((one) => Object.entries(one).map(([k, v]) => [k, normal(v)]));
      const equal = text(found) === text(wanted);
      return equal === (until === '==') ? {} : { error: 'timed out', details: '"wait" timed out' };
    }
    throw new Error(`no such operation: ${op}`);
  }

  // Rows that nothing refers to are dropped, names are unique, and vswitchd catches up.
  #commit(): string | undefined {
    for (const [table, parent, column] of [
      ['Bridge', 'Open_vSwitch', 'bridges'],
      ['Controller', 'Bridge', 'controller'],
      ['Port', 'Bridge', 'ports'],
      ['Interface', 'Port', 'interfaces'],
    ] as const) {
      const referred = new Set(
        this.rows(parent).flatMap((row) => elements(row[column]).map((ref) => (ref as string[])[1])),
      );
      const of = this.tables[table] as Map<string, Row>;
      for (const uuid of [...of.keys()]) if (!referred.has(uuid)) of.delete(uuid);
      if ([...referred].some((uuid) => uuid !== undefined && !of.has(uuid)))
        return `${table}: a reference to nothing`;
      const names = this.rows(table).map(({ name, _uuid }) => name ?? _uuid);
      if (new Set(names).size !== names.length) return `${table}: two rows have one name`;
    }
    const [root] = this.tables.Open_vSwitch?.values() ?? [];
    if (root && this.vswitchd) root.cur_cfg = root.next_cfg;
    return undefined;
  }

  /** A connection to it that cuts what it says into small pieces. */
  connect(): Duplex {
    const answer = (message: unknown) => {
      const bytes = Buffer.from(JSON.stringify(message));
      for (let at = 0; at < bytes.length; at += 499) stream.push(bytes.subarray(at, at + 499));
    };
    // A socket answers later, never within the write.
    const take = jsonStream((message) => setImmediate(() => reply(message)));
    const reply = (message: unknown) => {
      const { id, params } = message as { id: number; params: [string, ...Operation[]] };
      answer({ id: 'echo', method: 'echo', params: [] });
      if (id !== undefined && Array.isArray(params)) {
        answer({ id, result: this.transact(params.slice(1) as Operation[]), error: null });
      }
    };
    const stream = new Duplex({
      read() {},
      write(chunk, _, done) {
        take(chunk);
        done();
      },
    });
    return stream;
  }
}

function mutate(has: Wire, mutator: string, value: Wire): Wire {
  if (mutator === '+=') return Number(has) + Number(value);
  const others = elements(has).filter((one) => !elements(value).some((gone) => same(one, gone)));
  return normal(['set', mutator === 'insert' ? [...others, ...elements(value)] : others]);
}
