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

/** More types of parts: scripts, by the time when they are run. */
const SCRIPTS = ['per-boot', 'per-instance', 'per-once'].map((when) => `text/x-shellscript-${when}`);

/** The MIME types that a part may be given. */
export const PART_TYPES: readonly string[] = [...BEGINNINGS.map(([, type]) => type), ...SCRIPTS];

// U+FEFF is white space in JavaScript, but not in Python: cloud-init recognises no text with a byte order mark.
const WHITE_SPACE = /^(?:(?!\uFEFF)\s)+/;

/** The part of a text by which cloud-init recognises it. */
export const startOf = (text: string): string => text.replace(WHITE_SPACE, '').toLowerCase();

/** The MIME type that cloud-init recognises by a text's beginning. @returns undefined where it recognises none */
export const typeOf = (text: string): string | undefined =>
  BEGINNINGS.find(([beginning]) => startOf(text).startsWith(beginning))?.[1];
