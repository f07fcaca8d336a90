import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../../modules/lib/ansible/coerce.ts';
import { NO_ROWS } from '../../../modules/lib/ovn/read.ts';
import type { Row } from '../../../modules/lib/ovn/tables.ts';
import { migrationOptions } from '../../../modules/objects/migration/options.ts';
import { plan } from '../../../modules/objects/migration/plan.ts';

const ID = '5f3c0f0e-6a4e-4c0c-9a2b-6a5d3c1b2f01';
const idsOf = (host: string, guest = 'web1') => ({
  'piecewise-guest': guest,
  'piecewise-host': host,
  'piecewise-declared': JSON.stringify({ network: 'lan', host, guest }),
});
const port = (name: string, options: Record<string, string> = {}, guest = 'web1') =>
  ({
    _uuid: `row of ${name}`,
    name,
    options,
    external_ids: idsOf('hv1', guest),
  }) as unknown as Row<'Logical_Switch_Port'>;
const CHASSIS = ['hv1', 'hv2', 'hv3'].map((name) => ({ name, hostname: name, carriedOut: 0 }));

const run = (step: string, ...ports: ReturnType<typeof port>[]) =>
  plan(withDefaults(migrationOptions, { step, guest: 'web1', ports: [ID], from: 'hv1', to: 'hv2' }), {
    ...{
      northbound: { ...NO_ROWS, Logical_Switch_Port: ports },
      socket: '/nb',
      chassis: CHASSIS,
      unreachable: undefined,
    },
  });
const written = ({ changes }: ReturnType<typeof run>) =>
  (changes[0]?.step.transactions ?? []).map((operations) =>
    operations.flatMap(({ op, row }) => (op === 'update' ? [row] : [])),
  );
const map = (options: Record<string, string>, host = 'hv1') => ({
  options: ['map', Object.entries(options)],
  external_ids: ['map', Object.entries(idsOf(host))],
});

const BOTH = { 'requested-chassis': 'hv1,hv2', 'activation-strategy': 'rarp' };

describe('the ports of a guest that moves', () => {
  it('are bound by both hosts, the new one as the second, which waits until the guest runs', () => {
    const begun = run('begin', port(ID, { other: 'x' }), port('third'));
    expect(written(begun)).toEqual([[map({ other: 'x', ...BOTH })]]);
    expect(begun.changes[0]?.step.others).toEqual(['hv3']);
    expect(run('begin', port(ID, BOTH)).changes).toEqual([]);
  });

  it('are bound by the new host alone before nobody is requested any more, and belong to it', () => {
    expect(written(run('end', port(ID, { other: 'x', ...BOTH })))).toEqual([
      [map({ other: 'x', 'requested-chassis': 'hv2' }, 'hv2')],
      [map({ other: 'x' }, 'hv2')],
    ]);
    // Of a guest that was off.
    expect(written(run('end', port(ID)))).toEqual([[map({}, 'hv2')]]);
    const moved = { ...port(ID), external_ids: idsOf('hv2') };
    expect(run('end', moved).changes).toEqual([]);
  });

  it('are as they were where it has not moved, and none of others is touched', () => {
    expect(written(run('abandon', port(ID, BOTH), port('third', BOTH)))).toEqual([[map({})]]);
    expect(run('abandon', port('third', BOTH)).changes).toEqual([]);
    expect(run('begin', port(ID, {}, 'another')).changes).toEqual([]);
  });

  it('are none where an earlier task of a check run would install OVN', () => {
    const options = withDefaults(migrationOptions, {
      ...{ step: 'begin', guest: 'web1', ports: [ID], from: 'hv1', to: 'hv2' },
    });
    const none = { northbound: NO_ROWS, socket: '', chassis: [], unreachable: 'no database' };
    expect(plan(options, none)).toMatchObject({ changes: [], missing: ['no database'] });
  });
});
