import { expect, test } from 'vitest';
import { BRIDGE_COLUMNS, PORT_COLUMNS } from '../../../modules/lib/ovs/rows/columns.ts';
import { describeRow, planRow, type Values } from '../../../modules/lib/ovs/rows/row.ts';
import { decodeRow, encodeColumns } from '../../../modules/lib/ovs/tables.ts';

type Of = 'Bridge' | 'Port' | 'Interface';

const plan = (table: Of, given: object, current: Values = {}) =>
  planRow(
    table === 'Bridge' ? BRIDGE_COLUMNS : PORT_COLUMNS,
    table,
    given as Record<string, unknown>,
    current,
  );

// The table, the column, what an option is given as, another value of it, and the column when it is cleared.
const COLUMNS: readonly [Of, string, unknown, unknown, unknown][] = [
  ['Bridge', 'fail_mode', 'secure', 'standalone', ['set', []]],
  ['Bridge', 'protocols', ['OpenFlow10', 'OpenFlow13'], ['OpenFlow15'], ['set', []]],
  ['Port', 'tag', 0, 25, ['set', []]],
  ['Port', 'trunks', [1, 20, 300], [1, 20], ['set', []]],
  ['Port', 'vlan_mode', 'native-tagged', 'access', ['set', []]],
  ['Port', 'cvlans', [5, 6], [0], ['set', []]],
  ['Interface', 'mac', '02:00:00:00:00:0a', '02:00:00:00:00:0b', ['set', []]],
  ['Interface', 'mtu_request', 1400, 9000, ['set', []]],
  ['Interface', 'ofport_request', 1, 65279, ['set', []]],
];

test.each(COLUMNS)('%s %s is set, changed, cleared, and left alone', (table, column, value, other, empty) => {
  const wire = (given: object, current?: Values) => encodeColumns(table, plan(table, given, current).values);
  const encode = (is: unknown) => (Array.isArray(is) ? ['set', is] : is);
  const current = { [column]: value } as Values;
  expect(wire({ [column]: value })).toEqual({ [column]: encode(value) });
  expect(wire({ [column]: other }, current)).toEqual({ [column]: encode(other) });
  expect(wire({ [column]: null }, current)).toEqual({ [column]: empty });
  for (const given of [{ [column]: value }, {}]) expect(plan(table, given, current).values).toEqual({});
  expect(plan(table, { [column]: null }).values).toEqual({});
  expect(decodeRow(table, { [column]: encode(value) })).toMatchObject({ [column]: value });
  expect(decodeRow(table, { [column]: empty })).toMatchObject({
    [column]: Array.isArray(value) ? [] : undefined,
  });
});

test.each([
  ['Bridge', 'stp_enable'],
  ['Bridge', 'rstp_enable'],
  ['Bridge', 'mcast_snooping_enable'],
  ['Port', 'protected'],
] as const)('%s %s is on, off, and left alone', (table, column) => {
  expect(plan(table, { [column]: true })).toMatchObject({
    values: { [column]: true },
    before: { [column]: false },
  });
  expect(plan(table, { [column]: false }, { [column]: true }).values).toEqual({ [column]: false });
  expect(plan(table, { [column]: false }).values).toEqual({});
  expect(plan(table, {}, { [column]: true }).values).toEqual({});
});

test.each([
  ['another order', [20, 1]],
  ['an element twice', [1, 20, 1]],
])('a set with %s is the same set', (_, trunks) => {
  expect(plan('Port', { trunks }, { trunks: [1, 20] }).values).toEqual({});
  expect(encodeColumns('Port', plan('Port', { trunks }).values)).toEqual({ trunks: ['set', [1, 20]] });
});

test('an empty list clears a set, and the diff says so', () => {
  expect(plan('Port', { trunks: [] }, { trunks: [1] })).toEqual({
    values: { trunks: [] },
    before: { trunks: [1] },
    after: { trunks: [] },
  });
});

test('the letters of a MAC address have no case', () => {
  expect(plan('Interface', { mac: '02:00:00:00:00:AB' }, { mac: '02:00:00:00:00:ab' }).values).toEqual({});
});

test('each row records the keys of its maps', () => {
  expect(plan('Port', { other_config: { a: '1' } }, { external_ids: { b: '2' } }).values).toEqual({
    other_config: { a: '1' },
    external_ids: { b: '2', 'piecewise-keys': '{"other_config":["a"]}' },
  });
  const current = {
    options: { key: '7', theirs: '1' },
    external_ids: { 'piecewise-keys': '{"options":["key"]}' },
  };
  expect(plan('Interface', { options: {} }, current).values).toEqual({
    options: { theirs: '1' },
    external_ids: {},
  });
});

test('a pre-shared key is seen to be set, to change and to go, and never itself', () => {
  const [old, next] = [{ options: { psk: 'old', key: '7' } }, { options: { psk: 'new', key: '7' } }];
  const owned = { external_ids: { 'piecewise-keys': '{"options":["key","psk"]}' } };
  const told = (given: object, current?: Values) => {
    const { values, before, after } = plan('Interface', given, current);
    expect(JSON.stringify(values.external_ids ?? {})).not.toMatch(/old|new/);
    return [before.options, after.options];
  };
  expect(told(next)).toEqual([{}, { key: '7', psk: '********' }]);
  expect(told(next, { ...old, ...owned })).toEqual([{ psk: '********' }, { psk: '******** (changed)' }]);
  expect(told({ options: { key: '7' } }, { ...old, ...owned })).toEqual([{ psk: '********' }, {}]);
  expect(describeRow(PORT_COLUMNS, 'Interface', old)).toEqual({
    type: 'system',
    options: { key: '7', psk: '********' },
  });
});
