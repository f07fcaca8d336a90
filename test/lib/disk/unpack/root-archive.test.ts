import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readRootArchive } from '../../../../modules/lib/disk/unpack/root-archive.ts';
import { realHost } from '../../../../modules/lib/host/real.ts';

// Archives that tar itself has made, and lists.

let top: string;
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'piecewise-archive-'));
  mkdirSync(join(top, 'root'));
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

const put = (...paths: string[]) => {
  for (const path of paths) {
    mkdirSync(join(top, 'root', path, '..'), { recursive: true });
    writeFileSync(join(top, 'root', path), 'x');
  }
};
const archive = (...args: string[]) => {
  execFileSync('tar', ['-C', join(top, 'root'), '-cf', join(top, 'a.tar'), ...args]);
  return readRootArchive(realHost, join(top, 'a.tar'), 'the archive');
};

describe('the archive of a root', () => {
  it('says what the root has, with and without merged /usr', async () => {
    put('usr/bin/cloud-init', 'sbin/ifup', 'lib/systemd/systemd', 'lib/systemd/systemd-networkd');
    expect(await archive('.')).toEqual({ cloudInit: true, systemd: true, sshd: false, network: 'ifupdown' });
    rmSync(join(top, 'root/sbin'), { recursive: true });
    put('usr/sbin/sshd');
    expect(await archive('.')).toEqual({ cloudInit: true, systemd: true, sshd: true, network: 'networkd' });
  });

  it('has none of it in a small root, whatever its names say', async () => {
    put(
      'bin/sh',
      'etc/a -> usr/bin/cloud-init',
      'etc/new\nline',
      'opt/usr/bin/cloud-init',
      'etc/x link to y',
    );
    symlinkSync('../usr/bin/cloud-init', join(top, 'root/bin/link'));
    expect(await archive('.')).toEqual({ cloudInit: false, systemd: false, sshd: false, network: undefined });
  });

  it.each([
    ['..', ['bin/sh'], ['--transform=s,bin/sh,../../etc/cron.d/evil,', '-P', '.'], /leads out of it/],
    ['no root', ['disk.raw'], ['.'], /none of 'usr', 'bin' and 'sbin'/],
  ] as const)('is refused: %s', async (_, paths, args, said) => {
    put(...paths);
    await expect(archive(...args)).rejects.toThrow(said);
  });

  it('may have devices in /dev, and nowhere else', async () => {
    put('bin/sh', 'dev/x');
    execFileSync('mknod', [join(top, 'root/dev/sda'), 'b', '8', '0']);
    expect(await archive('.')).toMatchObject({ systemd: false });
    execFileSync('mknod', [join(top, 'root/bin/sda'), 'b', '8', '0']);
    await expect(archive('.')).rejects.toThrow(/the archive holds no root.*has the device '.\/bin\/sda'/);
  });

  it('is refused where it is damaged', async () => {
    writeFileSync(join(top, 'a.tar'), 'x'.repeat(2000));
    await expect(readRootArchive(realHost, join(top, 'a.tar'))).rejects.toThrow(/tar/);
  });
});
