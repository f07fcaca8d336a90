import { expect } from 'vitest';
import { bundle } from '../../build/bundle.ts';
import type { Result } from '../../modules/lib/ansible/result.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { expectUnchanged } from './unchanged.ts';

/** Where a module can be run. */
export type Target = Pick<Hypervisor, 'exec'>;

export interface RunMode {
  readonly check?: boolean;
  readonly diff?: boolean;
  /** Seconds that it has; 180 by default. */
  readonly timeout?: number;
}

const bundles = new Map<string, Promise<string>>();

function bundled(name: string): Promise<string> {
  const known = bundles.get(name) ?? bundle(name);
  bundles.set(name, known);
  return known;
}

/** A module's text as Ansible would send it, with the arguments in place of its marker. */
export const moduleText = async (
  name: string,
  args: Record<string, unknown>,
  mode: RunMode = {},
): Promise<string> => withArguments(await bundled(name), args, mode);

/** A bundle with the arguments in place of its marker. */
export function withArguments(text: string, args: Record<string, unknown>, mode: RunMode = {}): string {
  const { check = false, diff = true } = mode;
  const json = JSON.stringify({ ...args, _ansible_check_mode: check, _ansible_diff: diff });
  const ascii = json.replace(
    /[\u007f-\uffff]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return text.replace('<<INCLUDE_ANSIBLE_MODULE_JSON_ARGS>>', () => ascii);
}

/**
 * Runs a module as Ansible's pipelining does: its text on Node's standard input.
 * @returns what it prints, parsed; a failed module is a result with `failed`, not an error
 */
export async function runModule(
  target: Target,
  name: string,
  args: Record<string, unknown>,
  mode: RunMode = {},
): Promise<Result> {
  const input = await moduleText(name, args, mode);
  const { timeout = 180 } = mode;
  const { stdout, stderr } = await target.exec(['/usr/bin/node', '-'], { input, timeout, check: false });
  try {
    return JSON.parse(stdout) as Result;
  } catch {
    throw new Error(`${name} printed no result: ${stdout.slice(0, 500)}\n${stderr.slice(0, 2000)}`);
  }
}

/**
 * A task as a careful user runs it: in check mode, for real, and again. Check mode must have said what the run did,
 * and the last must find nothing to do.
 * @returns the run's own result
 */
export async function runThrice(
  target: Target,
  name: string,
  args: Record<string, unknown>,
): Promise<Result> {
  const predicted = await runModule(target, name, args, { check: true });
  const done = await runModule(target, name, args);
  expect(predicted).toEqual(done);
  expectUnchanged(await runModule(target, name, args));
  return done;
}
