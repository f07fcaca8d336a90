import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../../modules/lib/ansible/coerce.ts';
import { descriptionText } from '../../../modules/objects/move/description.ts';
import { type Ended, planEnd } from '../../../modules/objects/move/forget.ts';
import { type MoveOptions, moveOptions } from '../../../modules/objects/move/options.ts';
import { GUEST } from './sample.ts';

const options = (step: MoveOptions['step'], more: Partial<MoveOptions> = {}) =>
  withDefaults(moveOptions, { name: 'web1', step, description: descriptionText(GUEST), ...more });
const domain = (state: string, uuid = GUEST.uuid) => ({ name: 'web1', uuid, state }) as Ended['domain'];
const seen = (more: Partial<Ended>): Ended => ({ domain: undefined, description: GUEST, left: [], ...more });

describe('a guest that has moved', () => {
  it('is removed from its former host, where it is off or suspended', () => {
    for (const state of ['shut off', 'paused'])
      expect(planEnd(options('forget'), 'forget', seen({ domain: domain(state) })).changes).toHaveLength(1);
    expect(planEnd(options('forget'), 'forget', seen({ left: ['/x'] })).changes).toHaveLength(1);
    expect(planEnd(options('forget'), 'forget', seen({})).changes).toEqual([]);
  });
  it('is kept there where it runs, is another one, or was never sent', () => {
    const plan = (more: Partial<Ended>) => () => planEnd(options('forget'), 'forget', seen(more));
    expect(plan({ domain: domain('running') })).toThrow(/has not moved/);
    expect(plan({ domain: domain('shut off', 'x') })).toThrow(/another guest/);
    expect(plan({ domain: domain('shut off'), description: undefined })).toThrow(/not sent/);
    expect(plan({ description: undefined })().changes).toEqual([]);
  });
  it('is completed on its new host, and started there if that is asked for', () => {
    const plan = (more: Partial<Ended>, start = false) =>
      planEnd(options('complete', { start }), 'complete', seen(more)).changes.length;
    expect(plan({ domain: domain('running') })).toBe(0);
    expect(plan({ domain: domain('running'), left: ['/x'] })).toBe(1);
    expect(plan({ domain: domain('shut off') }, true)).toBe(1);
    expect(() => plan({})).toThrow(/no domain/);
  });
});
