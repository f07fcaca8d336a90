import { describe, expect, it } from 'vitest';
import { parseXml } from '../../../modules/lib/xml/parse.ts';
import { seedFrom } from '../../../modules/objects/seed/desired.ts';
import { bootedWith, insideOf } from '../../../modules/objects/vm/inside.ts';
import type { Noted } from '../../../modules/objects/vm/noted.ts';
import { seedsOf } from '../../../modules/objects/vm/parts.ts';
import { vmOf } from './given.ts';

const MACS = ['52:54:00:00:00:01', '52:54:00:00:00:02', '52:54:00:00:00:03'];
const nic = (name: string, address: string, more: object = {}) => ({
  name,
  address: `${address}/24`,
  ...more,
});
const vm = (nics: object[], more: object = {}) =>
  vmOf({ ovs: nics.map(() => ({ name: 'br0' })), interfaces: nics, ...more });
const filesOf = (one: ReturnType<typeof vm>) => seedFrom(seedsOf(one, MACS)[0] as never).files;

/** What a guest that was booted with some interfaces, and has the first `count` of them, makes of others. */
function inside(before: object[], after: object[], more: object = {}, former: object = {}) {
  const macs = before.map((_, i) => `<interface type="bridge"><mac address="${MACS[i]}"/></interface>`);
  const guest = parseXml(`<domain><devices>${macs.join('')}</devices></domain>`);
  const next = vm(after, more);
  const noted = bootedWith(filesOf(vm(before, { ...more, ...former })));
  const { notice, atStart } = insideOf(next, guest, noted, filesOf(next), MACS, true);
  return {
    isReplaced: notice.isReplaced,
    again: [...notice.reattached, ...notice.twice],
    atStart,
  };
}

/** Changes of a guest that got its seed, and some interfaces. */
const changes = (...attached: number[]) => ({
  attached: new Set(attached.map((i) => MACS[i] ?? '')),
  isInserted: true,
  isBlind: false,
});

const ETH0 = nic('eth0', '10.0.0.2');

describe('a changed seed of a running guest', () => {
  it('is inserted again, whatever has changed', () => {
    expect(inside([ETH0], [ETH0])).toEqual({ isReplaced: true, again: [], atStart: [] });
  });

  it('with another address takes effect at the next start, or at once where it is attached again', () => {
    const after = [nic('eth0', '10.0.0.3')];
    expect(inside([ETH0], after)).toMatchObject({
      again: [],
      atStart: ['the guest applies the new configuration of eth0 when it boots'],
    });
    expect(inside([ETH0], after, { reattach: true })).toMatchObject({ again: [MACS[0]], atStart: [] });
    expect(inside([ETH0], [nic('eth0', '10.0.0.2', { gateway: '10.0.0.1' })]).atStart).toHaveLength(1);
  });

  it('promises nothing of a guest that does not look again', () => {
    const after = [nic('eth0', '10.0.0.3')];
    const nothing = { again: [], atStart: [] };
    expect(inside([ETH0], after, { reconfigure: false, reattach: true })).toMatchObject(nothing);
    // It was booted with a seed of an earlier release.
    expect(inside([ETH0], after, { reattach: true }, { reconfigure: false })).toMatchObject(nothing);
    const own = { user_data: { updates: { network: { when: ['boot-new-instance'] } } } };
    expect(inside([ETH0], after, own)).toMatchObject(nothing);
  });

  it('with a new interface has it attached twice, unless its name is the one that the kernel gives', () => {
    expect(inside([ETH0], [ETH0, nic('eth1', '10.0.1.2')]).again).toEqual([]);
    expect(inside([ETH0], [ETH0, nic('eth5', '10.0.1.2')]).again).toEqual([MACS[1]]);
    expect(inside([ETH0], [ETH0, nic('eth5', '10.0.1.2'), nic('eth1', '10.0.2.2')]).again).toEqual([MACS[1]]);
    expect(inside([ETH0], [ETH0, nic('eth1', '10.0.1.2')]).atStart).toEqual([]);
  });

  it('is remembered until the guest has applied it', () => {
    const guest = parseXml(
      `<domain><devices><interface type="bridge"><mac address="${MACS[0]}"/></interface></devices></domain>`,
    );
    const booted = bootedWith(filesOf(vm([ETH0])));
    const next = vm([nic('eth0', '10.0.0.3')]);
    const first = insideOf(next, guest, booted, filesOf(next), MACS, true);
    expect(first.before).toEqual({ ...booted, isFormer: true });
    expect(first.after(changes())).toEqual(booted);
    // The seed is as it should be by now.
    const second = insideOf(next, guest, booted, filesOf(next), MACS, false);
    expect(second).toMatchObject({ atStart: first.atStart, notice: { isReplaced: false } });
    expect(insideOf(next, guest, first.before, filesOf(next), MACS, false).notice.isReplaced).toBe(true);
    const again = { ...next, reattach: true };
    const third = insideOf(again, guest, booted, filesOf(next), MACS, false);
    expect(third.notice.reattached).toEqual(new Set([MACS[0]]));
    expect(third.after(changes(0))).toEqual(bootedWith(filesOf(next)));
    // Back to what it was: nothing is left to apply.
    const back = insideOf(vm([ETH0]), guest, booted, filesOf(vm([ETH0])), MACS, true);
    expect(back.atStart).toEqual([]);
  });

  it('has a new interface applied when it is attached, or at the next start', () => {
    const guest = parseXml('<domain><devices/></domain>');
    const booted = bootedWith(filesOf(vm([])));
    const next = vm([ETH0]);
    const some = (...events: string[]) => {
      const known = { ...booted, events: new Set(events) };
      const { atStart, after } = insideOf(next, guest, known, filesOf(next), MACS, true);
      return { atStart, applied: after(changes(0)).applied };
    };
    const { applied } = bootedWith(filesOf(next));
    expect(some('hotplug', 'boot')).toEqual({ atStart: [], applied });
    expect(some('boot')).toEqual({
      atStart: ['the guest applies the new configuration of eth0 when it boots'],
      applied: new Map(),
    });
    expect(some().atStart).toEqual([]);
  });

  it('is still to come where the guest refused it, or took no notice', () => {
    const guest = parseXml(
      `<domain><devices><interface type="bridge"><mac address="${MACS[0]}"/></interface></devices></domain>`,
    );
    const booted = bootedWith(filesOf(vm([ETH0])));
    const next = vm([nic('eth0', '10.0.0.3')], { reattach: true });
    const run = (noted: Noted, isWritten: boolean) =>
      insideOf(next, guest, noted, filesOf(next), MACS, isWritten);
    const first = run(booted, true);
    // The medium was not exchanged.
    const kept = first.after({ ...changes(), isInserted: false });
    expect(kept).toEqual({ ...booted, isFormer: true });
    expect(run(kept, false)).toMatchObject({ notice: { isReplaced: true, reattached: new Set([MACS[0]]) } });
    // Another change was refused: this one is not repeated.
    expect(run(first.after(changes(0)), false)).toMatchObject({
      ...{ atStart: [], notice: { isReplaced: false, reattached: new Set() } },
    });
    // It took no notice: it is not attached again in each run, and has it when it boots.
    const blind = run(first.after({ ...changes(), isBlind: true }), false);
    expect(blind).toMatchObject({
      notice: { isReplaced: false, reattached: new Set() },
      atStart: ['the guest applies the new configuration of eth0 when it boots'],
    });
  });

  it('counts interfaces of which the VM has no names, when the kernel names the next one', () => {
    const devices = ['52:54:00:00:00:01', '52:54:00:00:00:99'].map(
      (mac) => `<interface type="bridge"><mac address="${mac}"/></interface>`,
    );
    const guest = parseXml(`<domain><devices>${devices.join('')}</devices></domain>`);
    const booted = bootedWith(filesOf(vm([ETH0])));
    const twice = (name: string) => {
      const next = vm([ETH0, nic(name, '10.0.1.2')]);
      return [...insideOf(next, guest, booted, filesOf(next), MACS, true).notice.twice];
    };
    expect(twice('eth1')).toEqual([MACS[1]]);
    expect(twice('eth2')).toEqual([]);
  });
});
