import { SeedError } from './error.ts';

/**
 * What user-data may begin with, in any case, after white space (cloudinit/handlers/__init__.py, INCLUSION_TYPES_MAP
 * and type_from_starts_with; `#upstart-job` is gone since 20.x).
 */
const BEGINNINGS = [
  '#cloud-config',
  '#!',
  '#include',
  '#cloud-boothook',
  '#part-handler',
  '## template: jinja',
];

// JavaScript's white space holds U+FEFF and Python's does not: with a byte order mark cloud-init knows no beginning.
const WHITE_SPACE = /^(?:(?!\uFEFF)\s)+/;

/**
 * Checks that cloud-init will know what a user-data or vendor-data text is. It ignores one that it doesn't know, with a
 * line in the guest's log.
 * @param option the option's name for the error
 * @throws SeedError that says what to put in front
 */
export function checkUserData(option: string, text: string): void {
  const start = text.replace(WHITE_SPACE, '').toLowerCase();
  if (BEGINNINGS.some((beginning) => start.startsWith(beginning))) return;
  // cloudinit/user_data.py, convert_string: a MIME message is known by this header in the first 4096 bytes.
  if (text.slice(0, 4096).toLowerCase().includes('mime-version:')) return;
  if (text.startsWith('\uFEFF')) {
    throw new SeedError(
      option,
      'begins with a byte order mark (U+FEFF), which cloud-init does not take: remove it',
    );
  }
  if (start.startsWith('content-type:')) {
    throw new SeedError(option, "looks like a MIME message, but has no header 'MIME-Version: 1.0': add it");
  }
  throw new SeedError(
    option,
    `cloud-init knows a text by its first line, and this one's isn't known: put '#cloud-config' there for YAML, ` +
      `'#!/bin/sh' for a script (others: ${BEGINNINGS.slice(2).join(', ')}, a MIME message), or give a mapping`,
  );
}
