import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { standOf as judged } from '../../../modules/objects/move/stand.ts';
import { GUEST } from './sample.ts';

const STATES = ['running', 'paused', 'shut off', 'crashed', 'in shutdown'];
const here = (state: string, persistent = true, uuid = GUEST.uuid) => ({
  name: 'web1',
  uuid,
  state,
  persistent,
  macs: [],
});
const standOf = (former: Parameters<typeof judged>[0], at: Parameters<typeof judged>[1], isMarked: boolean) =>
  judged(former, at, isMarked, false);
const there = (state: string) => ({ name: 'web1', uuid: GUEST.uuid, state });

describe('how far a move is', () => {
  it('is at its beginning where only the old host has the guest', () => {
    for (const state of STATES) expect(standOf(there(state), undefined, true)).toBe('new');
  });
  it('is done where the guest runs here, and not there', () => {
    for (const state of ['absent', 'paused', 'shut off'])
      expect(standOf(there(state), here('running', false), true)).toBe('arrived');
    expect(standOf(there('shut off'), here('shut off'), true)).toBe('arrived');
    expect(standOf(there('absent'), here('paused'), true)).toBe('arrived');
  });
  it('is done where the run before was killed when it had removed the mark, and the old host has nothing', () => {
    for (const state of ['running', 'shut off'])
      expect(judged(there('absent'), here(state), false, true)).toBe('arrived');
    expect(() => judged(there('shut off'), here('shut off'), false, true)).toThrow(/both hosts/);
    expect(() => judged(there('absent'), here('shut off', true, 'x'), false, true)).toThrow(/of its own/);
  });
  it('has left a domain here that never ran where the guest runs there', () => {
    expect(standOf(there('running'), here('paused', false), true)).toBe('leftover');
    expect(standOf(there('paused'), here('paused', false), true)).toBe('leftover');
    expect(standOf(there('running'), here('shut off'), true)).toBe('leftover');
  });
  it('is for people to see where both run, none is anywhere, or another guest is here', () => {
    expect(() => standOf(there('running'), here('running'), true)).toThrow(/runs on both/);
    expect(() => standOf(there('absent'), undefined, true)).toThrow(/neither/);
    expect(() => standOf(there('running'), here('running', true, 'x'), false)).toThrow(/of its own/);
    for (const state of ['running', 'shut off', 'absent'])
      expect(() => standOf(there(state), here('shut off'), false)).toThrow(/both hosts/);
  });
  it('never calls a domain that runs a leftover, nor done while the guest runs there', () => {
    const states = fc.constantFrom(...STATES);
    fc.assert(
      fc.property(
        fc.constantFrom(...STATES, 'absent'),
        states,
        fc.boolean(),
        fc.boolean(),
        (a, b, persistent, isMarked) => {
          let stand: string;
          try {
            stand = standOf(there(a), here(b, persistent), isMarked);
          } catch {
            return;
          }
          if (stand === 'leftover') expect(['running', 'in shutdown']).not.toContain(b);
          if (stand === 'arrived') expect(['running', 'in shutdown']).not.toContain(a);
          expect(stand).not.toBe('new');
        },
      ),
    );
  });
});
