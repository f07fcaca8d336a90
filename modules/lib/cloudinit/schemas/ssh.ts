import {
  choice,
  filledListOf,
  filledTexts,
  flag,
  is,
  listOf,
  mapping,
  outdated,
  type Schema,
  text,
} from './dsl.ts';

const DSA = ' as DSA: newer cloud-init refuses it, and newer OpenSSH does not support it';
const KINDS = '(?:dsa|ecdsa|ed25519|rsa)';
const hostKeys: Schema = {
  avoid: {
    check: { type: 'object', not: { propertyNames: { pattern: '^(?!dsa_)' } } },
    advice: `is outdated${DSA}`,
  },
  ...is("a mapping with keys such as 'ed25519_private', 'ed25519_public', 'ed25519_certificate'", {
    type: 'object',
    propertyNames: { pattern: `^${KINDS}_(?:public|private|certificate)$` },
  }),
  others: text,
};

/** cc_ssh, cc_ssh_import_id, cc_ssh_authkey_fingerprints, cc_keys_to_console. */
export const ssh: Record<string, Schema> = {
  ssh_keys: hostKeys,
  ssh_authorized_keys: filledTexts,
  ssh_deletekeys: flag,
  ssh_genkeytypes: filledListOf(
    outdated(choice('ecdsa', 'ed25519', 'rsa', 'dsa'), DSA, { enum: ['dsa'] }),
    'key types',
  ),
  ssh_quiet_keygen: flag,
  ssh_publish_hostkeys: mapping({ enabled: flag, blacklist: listOf(text, 'texts') }),
  ssh_import_id: listOf(text, 'texts'),
  disable_root: flag,
  disable_root_opts: text,
  allow_public_ssh_keys: flag,
  no_ssh_fingerprints: flag,
  authkey_hash: text,
  ssh: mapping({ emit_keys_to_console: flag }, { required: ['emit_keys_to_console'] }),
  ssh_key_console_blacklist: listOf(text, 'texts'),
  ssh_fp_console_blacklist: listOf(text, 'texts'),
};
