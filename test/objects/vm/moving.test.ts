import { describe, expect, it } from 'vitest';
import type { Host } from '../../../modules/lib/host/host.ts';
import { markerIn, markerText } from '../../../modules/lib/move/marker.ts';
import { observeMoving } from '../../../modules/objects/vm/moving.ts';
import { scopeOf } from '../../../modules/objects/vm/scope.ts';
import { vm } from '../../../modules/objects/vm/vm.ts';
import { answer, problems, vmOf, WEB } from './given.ts';
import { plan, stateOf, xmlOf } from './state.ts';

const MOVING = { from: 'hv1', uuid: '0b3b3f0e-51f7-4d0b-a5a5-3f1c4f4f6a51', arrived: false };

const planWith = (given: object, moving: typeof MOVING | Error) => {
  const one = vmOf({ ...given });
  return vm.plan(one, { ...stateOf(one), moving });
};

describe('a VM that would be made', () => {
  it.each([{}, { state: 'present' }, { state: 'stopped' }, { steps: 'define' }])('asks: %j', (more) => {
    expect(plan(more).ask).toEqual({ question: { name: 'web1' } });
  });

  it('does not ask if it is defined, to be absent, or left as it is', () => {
    const made = plan();
    const xml = xmlOf(made);
    expect(xml).toContain('<name>web1</name>');
    for (const [more, domain] of [
      [{}, xml],
      [{ memory: '2 GiB' }, xml],
      [{ state: 'absent' }, xml],
      [{ state: 'absent' }, undefined],
      [{ steps: 'stop' }, undefined],
    ] as const)
      expect(plan(more, domain), JSON.stringify(more)).not.toHaveProperty('ask');
  });

  it('is not made where another hypervisor has it', () => {
    const scope = (more: object) => scopeOf({ name: 'web1', ...more });
    expect(scope({ elsewhere: [] })).toBe('included');
    expect(scope({ elsewhere: ['web2'] })).toBe('included');
    expect(scope({ elsewhere: ['web2', 'web1'] })).toBe('checked');
    // YAML takes some names for numbers, and another host's VM stays ignored.
    expect(scope({ name: 7, elsewhere: ['7'] })).toBe('checked');
    expect(scope({ host: 'hv2', hypervisor: 'hv1', elsewhere: ['web1'] })).toBe('ignored');
    expect(scope({ surplus: 'remove', elsewhere: ['web1'] })).toBe('included');
  });

  it('is compared with the others nevertheless', async () => {
    const nic = { ovs: [{ name: 'lan' }], interfaces: [{ name: 'eth0', address: '10.1.0.1/24' }] };
    const list = [{ ...nic }, { ...nic, name: 'web2' }];
    expect(await problems(list, { elsewhere: ['web1'] })).toEqual([
      expect.stringContaining('the address 10.1.0.1'),
    ]);
    expect(await answer({ vms: [WEB], elsewhere: ['web1'] })).toEqual({
      changed: false,
      results: [],
    });
  });
});

describe('a surplus VM', () => {
  const rest = { name: 'web07', group: 'shop', type: 'web', state: 'absent', surplus: 'remove' };
  const found = { ...vmOf(rest), index: 7 };

  it('asks before it is removed', () => {
    const xml = xmlOf(plan({ name: 'web07' }));
    expect(vm.plan(found, stateOf(found, xml)).ask).toEqual({ question: { name: 'web07', surplus: true } });
    expect(vm.plan(found, stateOf(found))).not.toHaveProperty('ask');
    expect([found, vmOf(rest)].map(vm.key)).toEqual(['web07', 'surplus of web07']);
  });

  it('is one by its entry, which has no number', () => {
    expect(() => vmOf({ ...rest, index: 7 })).toThrow("option 'index': is that of one VM");
  });
});

describe('an unfinished move', () => {
  it('is asked about before all else, and an error where nobody answers', () => {
    const { changes, ask } = planWith({}, MOVING);
    expect(changes).toEqual([]);
    expect(ask).toEqual({
      question: { name: 'web1', from: 'hv1', arrived: false },
      otherwise:
        'an unfinished move of web1 from hv1: run the role vm of this collection, which goes on with it',
    });
  });

  it('is an error of what does not go on with it', () => {
    expect(() => planWith({ state: 'absent' }, MOVING)).toThrow(
      "an unfinished move of web1 from hv1: give it 'state: running' until it has ended",
    );
    for (const steps of ['start', 'stop', 'restart'])
      expect(() => planWith({ steps }, MOVING)).toThrow('which goes on with it, first');
    expect(() => planWith({}, new Error('no permission'))).toThrow('no permission');
  });

  it('is read from the directory of the VM', async () => {
    const files: Record<string, string> = { '/d/web1/.moving': markerText(MOVING), '/d/web2/.moving': '[' };
    const host = {
      read: async (path: string) => (files[path] ? new TextEncoder().encode(files[path]) : undefined),
    } as unknown as Host;
    const of = (name: string) => observeMoving(host, { name, directory: '/d' });
    expect(await of('web1')).toEqual(MOVING);
    expect(await of('web3')).toBeUndefined();
    await expect(of('web2')).rejects.toThrow('/d/web2/.moving does not say which move is unfinished');
    for (const text of ['', 'null', '7', '"x"', '{}', '{"from": "hv1", "uuid": "u"}'])
      expect(() => markerIn(text, 'x')).toThrow('does not say');
  });
});

it('a VM that leaves its host is not touched there', () => {
  const one = vmOf({});
  const state = { ...stateOf(one, xmlOf(plan())), isLeaving: true };
  expect(() => vm.plan(one, state)).toThrow(/moved to another host.*\.leaving/);
});
