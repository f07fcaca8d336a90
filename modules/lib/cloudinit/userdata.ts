import { forOption, SeedError } from './error.ts';
import { BEGINNINGS, startOf, typeOf } from './kinds.ts';
import { multipart } from './mime.ts';
import { partsOf } from './parts.ts';
import { emitYaml } from './yaml/emit.ts';

/** User data as a task may give it: a mapping, a text, or a list of parts. */
export type UserData = Readonly<Record<string, unknown>> | string | readonly unknown[] | undefined;

/** A mapping as a cloud-config. */
export const cloudConfig = (value: unknown): string => `#cloud-config\n${emitYaml(value)}`;

/**
 * The file `user-data` or `vendor-data`.
 * @param option the option's name for errors
 * @returns undefined for what isn't given, and for a blank text
 * @throws SeedError
 */
export function userDataOf(option: string, given: UserData): string | undefined {
  if (given === undefined) return undefined;
  if (Array.isArray(given)) {
    return given.length === 0 ? undefined : multipart(partsOf(option, given, cloudConfig));
  }
  if (typeof given !== 'string') return forOption(option, () => cloudConfig(given));
  if (given.trim() === '') return undefined;
  checkUserData(option, given);
  return given;
}

/**
 * Checks that cloud-init will recognise a user-data or vendor-data text. It ignores one that it doesn't recognise, with a
 * line in the guest's log.
 * @param option the option's name for the error
 * @throws SeedError with the first line to add
 */
function checkUserData(option: string, text: string): void {
  if (typeOf(text) !== undefined) return;
  // cloudinit/user_data.py, convert_string: a MIME message is recognised by this header in the first 4096 bytes.
  if (text.slice(0, 4096).toLowerCase().includes('mime-version:')) return;
  if (text.startsWith('\uFEFF')) {
    throw new SeedError(
      option,
      'begins with a byte order mark (U+FEFF), which cloud-init does not accept: remove it',
    );
  }
  if (startOf(text).startsWith('content-type:')) {
    throw new SeedError(option, "looks like a MIME message, but has no header 'MIME-Version: 1.0': add it");
  }
  const others = BEGINNINGS.map(([beginning]) => beginning).filter(
    (one) => !['#cloud-config', '#!'].includes(one),
  );
  throw new SeedError(
    option,
    `has a first line by which cloud-init recognises no format: begin it with '#cloud-config' for YAML, ` +
      `'#!/bin/sh' for a script (others: ${others.join(', ')}, a MIME message), or give a mapping`,
  );
}
