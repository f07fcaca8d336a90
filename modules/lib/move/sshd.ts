// What a host's SSH server says of itself (sshd -T).

/** The settings that a move needs, and how each must be. */
const NEEDED = [
  {
    setting: 'AllowStreamLocalForwarding',
    fits: (value: string) => ['yes', 'all', 'local'].includes(value),
    fix: "'AllowStreamLocalForwarding local'",
  },
  {
    setting: 'PermitRootLogin',
    fits: (value: string) => value !== 'no' && value !== 'forced-commands-only',
    fix: "'PermitRootLogin prohibit-password'",
  },
  {
    setting: 'PubkeyAuthentication',
    fits: (value: string) => value === 'yes',
    fix: "'PubkeyAuthentication yes'",
  },
  {
    setting: 'AuthorizedKeysFile',
    fits: (value: string) =>
      value.split(/\s+/).some((file) => /^(%h\/|\/root\/)?\.ssh\/authorized_keys$/.test(file)),
    fix: "'.ssh/authorized_keys' in 'AuthorizedKeysFile'",
  },
] as const;

/** The settings of `sshd -T`, by their names in lower case: the first of each. */
export function settingsOf(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [name = '', ...rest] = line.trim().split(' ');
    if (name && !found.has(name.toLowerCase())) found.set(name.toLowerCase(), rest.join(' '));
  }
  return found;
}

/** Why a server doesn't let a move in, for people. Pure. */
export const problemsOfServer = (settings: ReadonlyMap<string, string>): string[] =>
  NEEDED.flatMap(({ setting, fits, fix }) => {
    const value = settings.get(setting.toLowerCase());
    if (value === undefined || fits(value.toLowerCase())) return [];
    return `its SSH server has '${setting} ${value}': a move needs ${fix} for root and the address of the other host (sshd_config, 'Match Address')`;
  });
