import { describe, expect, it } from 'vitest';
import { verdictOf } from '../../../modules/objects/domain/plan/verdict.ts';

describe('verdictOf', () => {
  const current = { exists: true, same: true, adopt: false, recorded: true };
  it.each([
    ['unchanged', 'the same definition', {}],
    ['unchanged', 'the same definition, not recorded', { recorded: false }],
    ['unchanged', 'a definition that is recorded, with adopt', { adopt: true }],
    ['adopt', 'a definition that is not recorded, with adopt', { adopt: true, recorded: false }],
    ['redefine', 'another definition', { same: false }],
    ['redefine', 'another definition, with adopt', { same: false, adopt: true, recorded: false }],
    ['define', 'no definition', { exists: false, same: false, recorded: false }],
    ['define', 'no definition, with adopt', { exists: false, same: false, adopt: true, recorded: false }],
  ])('is %s for %s', (verdict, _, findings) => {
    expect(verdictOf({ ...current, ...findings })).toBe(verdict);
  });
});
