import { describe, expect, it } from 'vitest';
import { progressOf } from '../../../modules/lib/move/job.ts';
import { forNewHost, migrateCommand } from '../../../modules/lib/move/live.ts';
import { problemsOfServer, settingsOf } from '../../../modules/lib/move/sshd.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';
import { serialiseXml } from '../../../modules/lib/xml/serialise.ts';

describe('the progress of a migration', () => {
  const job = `Job type:         Unbounded
Operation:        Outgoing migration
Time elapsed:     3500         ms
Data processed:   1.500 MiB
Data remaining:   62.500 MiB
Data total:       64.000 MiB
`;
  it('is read in bytes', () => {
    expect(progressOf(job)).toEqual({ done: 1.5 * 1024 ** 2, total: 64 * 1024 ** 2 });
  });
  it('is not more than all, though memory is sent again', () => {
    expect(progressOf(job.replace('1.500 MiB', '1.500 GiB'))?.done).toBe(64 * 1024 ** 2);
  });
  it('is unknown before there is any, and without a job', () => {
    expect(progressOf('Job type:         None\n')).toBeUndefined();
    expect(progressOf(job.replace('64.000 MiB', '0.000 B'))).toBeUndefined();
    expect(progressOf('')).toBeUndefined();
  });
});

describe("an SSH server's settings", () => {
  const good =
    'port 22\npermitrootlogin without-password\npubkeyauthentication yes\nauthorizedkeysfile .ssh/authorized_keys .ssh/authorized_keys2\nallowstreamlocalforwarding yes\n';
  it('let a move in as Debian has them', () => {
    expect(problemsOfServer(settingsOf(good))).toEqual([]);
  });
  it.each([
    ['allowstreamlocalforwarding yes', 'allowstreamlocalforwarding no', /AllowStreamLocalForwarding/],
    ['allowstreamlocalforwarding yes', 'allowstreamlocalforwarding remote', /AllowStreamLocalForwarding/],
    ['permitrootlogin without-password', 'permitrootlogin no', /PermitRootLogin/],
    ['pubkeyauthentication yes', 'pubkeyauthentication no', /PubkeyAuthentication/],
    ['.ssh/authorized_keys .ssh/authorized_keys2', '/etc/keys/%u', /AuthorizedKeysFile/],
  ])('that are %s → %s are a problem that names the setting', (from, to, expected) => {
    const problems = problemsOfServer(settingsOf(good.replace(from, to)));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(expected);
  });
});

it('a definition for the new host names no backing file', () => {
  const xml = `<domain><name>web1</name><devices><disk type="file"><source file="/a"/>
    <backingStore type="file"><source file="/old/template"/></backingStore><mirror/><target dev="vda"/></disk></devices></domain>`;
  const text = serialiseXml(forNewHost(parseXml(xml)));
  expect(text).not.toMatch(/backingStore|mirror|template/);
  expect(text).toContain('<source file="/a"/>');
});

describe('the command of a live move', () => {
  const plain = { name: 'web1', disks: ['vda', 'vdb'], isOverlay: false };
  it('copies whole disks, or what differs from templates', () => {
    expect(migrateCommand('abc', plain, '/run/x.xml')).toContain('--copy-storage-all');
    expect(migrateCommand('abc', { ...plain, isOverlay: true }, '/run/x.xml')).toContain(
      '--copy-storage-inc',
    );
    expect(migrateCommand('abc', plain, '/run/x.xml').join(' ')).toContain('--migrate-disks vda,vdb');
  });
  it('has each option of a user, and none that is not given', () => {
    const options = ['--bandwidth', '--auto-converge', '--copy-storage-synchronous-writes', '--timeout'];
    for (const option of options) expect(migrateCommand('abc', plain, '/run/x.xml')).not.toContain(option);
    const all = { bandwidth: 7, auto_converge: true, synchronous_writes: true, timeout: 60 };
    const command = migrateCommand('abc', { ...plain, ...all }, '/run/x.xml').join(' ');
    for (const option of options) expect(command).toContain(option);
    expect(command).toContain('--bandwidth 7');
    expect(command).toContain('--timeout 60 --timeout-suspend');
  });
});
