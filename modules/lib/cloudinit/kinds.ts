/**
 * What user-data may begin with, in any case, after white space, with the MIME type that cloud-init then takes it for;
 * a longer beginning stands before a shorter one (cloudinit/handlers/__init__.py, INCLUSION_TYPES_MAP and
 * type_from_starts_with).
 */
export const BEGINNINGS: readonly (readonly [string, string])[] = [
  ['#cloud-config-archive', 'text/cloud-config-archive'],
  ['#cloud-config-jsonp', 'text/cloud-config-jsonp'],
  ['#cloud-config', 'text/cloud-config'],
  ['#!', 'text/x-shellscript'],
  ['#include-once', 'text/x-include-once-url'],
  ['#include', 'text/x-include-url'],
  ['#cloud-boothook', 'text/cloud-boothook'],
  ['#part-handler', 'text/part-handler'],
  ['## template: jinja', 'text/jinja2'],
];

/** Types that a part may have beside those that its beginning tells: scripts by when they are run. */
const SCRIPTS = ['per-boot', 'per-instance', 'per-once'].map((when) => `text/x-shellscript-${when}`);

/** The MIME types that a part may be given. */
export const PART_TYPES: readonly string[] = [...BEGINNINGS.map(([, type]) => type), ...SCRIPTS];

// JavaScript's white space holds U+FEFF and Python's does not: with a byte order mark cloud-init knows no beginning.
const WHITE_SPACE = /^(?:(?!\uFEFF)\s)+/;

/** A text as cloud-init looks at it to tell what it is. */
export const startOf = (text: string): string => text.replace(WHITE_SPACE, '').toLowerCase();

/** The MIME type that cloud-init takes a text for by its beginning. @returns undefined where it knows none */
export const typeOf = (text: string): string | undefined =>
  BEGINNINGS.find(([beginning]) => startOf(text).startsWith(beginning))?.[1];
