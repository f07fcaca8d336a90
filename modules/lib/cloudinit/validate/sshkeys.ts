import { type At, oneOrMoreIn } from './look.ts';
import { accounts } from './passwords.ts';
import { error, type Problem, warning } from './problem.ts';

type Mapping = Record<string, unknown>;

// sshd(8), AUTHORIZED_KEYS FILE FORMAT: options, type, base64, comment.
const TYPE =
  /(?:^|\s)((?:sk-)?(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-nistp(?:256|384|521))(?:-cert-v01)?(?:@openssh\.com)?)\s+(\S+)/;

/** SSH keys that sshd would ignore without a warning. */
export function sshKeys(config: At<Mapping>): Problem[] {
  return [config, ...accounts(config)].flatMap((holder) =>
    ['ssh_authorized_keys', 'ssh-authorized-keys']
      .flatMap((key) => oneOrMoreIn(holder, key))
      .flatMap(problems),
  );
}

function problems({ value, path }: At<string>): Problem[] {
  if (value.includes('PRIVATE KEY')) {
    return [
      error(path, 'is a private key: give the public one, and make a new pair, since this one was shown'),
    ];
  }
  const line = value.trim();
  if (line.includes('\n')) return [error(path, 'has several lines: write an item of the list for each key')];
  const [, type = '', data = ''] = TYPE.exec(line) ?? [];
  if (!type || typeWithin(data) !== type) {
    return [
      error(path, "is not a valid public SSH key: write it as 'ssh-ed25519 AAAA… comment', in one line"),
    ];
  }
  return type === 'ssh-dss'
    ? [warning(path, 'is a DSA key, which OpenSSH no longer accepts: use ssh-ed25519')]
    : [];
}

// The key's data begins with the length and the name of its type (RFC 4253, section 6.6).
function typeWithin(data: string): string | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(data)) return undefined;
  const bytes = Buffer.from(data, 'base64');
  if (bytes.length < 4) return undefined;
  const length = bytes.readUInt32BE(0);
  return bytes.length > 4 + length ? bytes.toString('latin1', 4, 4 + length) : undefined;
}
