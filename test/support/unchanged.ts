import { expect } from 'vitest';
import type { Result } from '../../modules/lib/ansible/result.ts';

/** A task found nothing to do. One that failed has changed nothing and has no diff either, so that is asked for first. */
export function expectUnchanged(result: Result): void {
  expect(result.failed, result.msg).toBeUndefined();
  expect(result).toMatchObject({ changed: false, diff: [] });
}
