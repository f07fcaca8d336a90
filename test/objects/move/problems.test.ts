import { describe, expect, it } from 'vitest';
import type { Here } from '../../../modules/objects/move/arrival.ts';
import type { Description } from '../../../modules/objects/move/description.ts';
import { judge } from '../../../modules/objects/move/problems.ts';
import { GUEST, HERE } from './sample.ts';

const OPTIONS = { mode: 'live', migration: {}, directory: '/var/lib/libvirt/images' } as const;
const [DOMAIN] = HERE.domains as [Here['domains'][number]];

describe('a guest', () => {
  it('moves live where it runs, and cold where it does not, or is to', () => {
    expect(judge(GUEST, OPTIONS, HERE)).toEqual({ mode: 'live' });
    expect(judge({ ...GUEST, state: 'paused' }, OPTIONS, HERE)).toEqual({ mode: 'live' });
    expect(judge({ ...GUEST, state: 'shut off' }, OPTIONS, HERE)).toEqual({ mode: 'cold' });
    expect(judge(GUEST, { ...OPTIONS, mode: 'cold' }, HERE)).toEqual({ mode: 'cold' });
  });

  const cases: [string, Partial<Description>, Partial<Here>, RegExp][] = [
    ['whose host says so', { cannot: ['it has a device of its host'] }, {}, /device of its host/],
    [
      'with a file elsewhere',
      { files: [{ ...(GUEST.files[0] as Description['files'][number]), path: '/srv/x.iso' }] },
      {},
      /\/srv\/x.iso is not in/,
    ],
    [
      'with firmware variables elsewhere',
      { nvram: { ...(GUEST.files[0] as Description['files'][number]), path: '/etc/cron.d/x' } },
      {},
      /\/etc\/cron.d\/x is not in/,
    ],
    ['in a directory of another name', { name: 'web2' }, {}, /directory of its name/],
    ['over files', {}, { names: ['disk.qcow2'] }, /never overwritten/],
    ['over another file', {}, { existing: ['/srv/x'] }, /\/srv\/x exists/],
    ['with the UUID of another', {}, { domains: [{ ...DOMAIN, uuid: GUEST.uuid }] }, /its UUID/],
    [
      'with the MAC address of another',
      {},
      { domains: [{ ...DOMAIN, macs: ['52:54:00:00:00:01'] }] },
      /db1.*52:54:00:00:00:01/,
    ],
    ['without its bridge', {}, { interfaces: ['lo'] }, /no bridge 'ovs-lan'.*'ovs'/],
    [
      'without its network of libvirt',
      { interfaces: [{ mac: '52:54:00:00:00:01', network: 'isolated' }] },
      {},
      /'isolated'/,
    ],
    ['without its network', {}, { networks: [] }, /no network 'lan'.*'networks'/],
    [
      'with a newer machine type',
      { machine: 'pc-q35-10.0' },
      { machineProblem: 'not supported' },
      /'pc-q35-10.0'.*machine: pc-q35-7.2/,
    ],
    ['without room', {}, { available: 1000 }, /1000|B left/],
    ['without a directory for it', {}, { available: undefined }, /does not exist/],
    ['without libvirt', {}, { socket: undefined }, /libvirtd/],
    [
      'that the SSH server keeps out',
      {},
      { server: new Map([['permitrootlogin', 'no']]) },
      /PermitRootLogin/,
    ],
    ['without host keys', {}, { hostKeys: [] }, /host keys/],
    [
      'of an unfinished move of another',
      {},
      { moving: { from: 'hv9', uuid: 'other', arrived: false } },
      /unfinished move/,
    ],
  ];
  it.each(cases)('%s does not move', (_, guest, here, expected) => {
    const verdict = judge({ ...GUEST, ...guest }, OPTIONS, { ...HERE, ...here });
    expect('problems' in verdict && verdict.problems.join('\n')).toMatch(expected);
  });

  it('does not move between hosts with other directories', () => {
    const verdict = judge(GUEST, { ...OPTIONS, directory: '/srv/vms' }, HERE);
    expect(verdict).toMatchObject({ problems: [expect.stringMatching(/'vm_directory'/)] });
  });

  it('has all its problems named at once', () => {
    const verdict = judge({ ...GUEST, cannot: ['one'] }, OPTIONS, {
      ...HERE,
      interfaces: [],
      networks: [],
      hostKeys: [],
    });
    expect('problems' in verdict && verdict.problems).toHaveLength(4);
  });

  it('moves onto the files of its own unfinished move', () => {
    const moving = { from: 'hv1', uuid: GUEST.uuid, arrived: false };
    expect(judge(GUEST, OPTIONS, { ...HERE, moving, names: ['.moving', 'disk.qcow2'] })).toEqual({
      mode: 'live',
    });
  });

  it('moves back onto what it has left here', () => {
    expect(
      judge(GUEST, OPTIONS, { ...HERE, hasLeft: true, names: ['disk.qcow2'], existing: ['/x'] }),
    ).toEqual({
      mode: 'live',
    });
  });

  it('moves cold where it cannot live, if that is asked for', () => {
    const other = { ...HERE, hostCpu: 'Intel 6 85' };
    const passed = { ...GUEST, cpu: { mode: 'host-passthrough', host: 'AMD 25 1' } };
    expect(judge(passed, OPTIONS, other)).toMatchObject({
      problems: [expect.stringMatching(/host-passthrough/)],
    });
    expect(judge(passed, OPTIONS, HERE)).toEqual({ mode: 'live' });
    const fallback = { ...OPTIONS, migration: { fallback: 'cold' } } as const;
    expect(judge(passed, fallback, other)).toEqual({ mode: 'cold' });
    expect(judge({ ...passed, cannotCold: ['its TPM'] }, fallback, other)).toEqual({ problems: ['its TPM'] });
    expect(judge(GUEST, OPTIONS, { ...HERE, cpuProblem: 'lacks avx' })).toMatchObject({
      problems: [expect.stringMatching(/lacks avx/)],
    });
  });
});
