import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findOverlays } from '../../../../modules/lib/disk/usage/overlays.ts';
import { realHost } from '../../../../modules/lib/host/real.ts';
import { LOWEST } from '../../../../modules/lib/host/users.ts';
import { qcow2Header } from '../headers.ts';

// The root of a container is among the directories of disks, and its guest can put anything there.
let top = '';
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'piecewise-'));
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

it('takes nothing in the root of a container for an overlay, and follows none of its links', async () => {
  const root = join(top, 'web', 'root');
  mkdirSync(join(root, 'srv'), { recursive: true });
  writeFileSync(join(top, 'base'), qcow2Header());
  writeFileSync(join(top, 'overlay'), qcow2Header({ backing: join(top, 'base') }));
  writeFileSync(join(root, 'srv', 'forged'), qcow2Header({ backing: join(top, 'overlay') }));
  execFileSync('sh', ['-c', `ln -s /proc srv/proc; echo x >"srv/$(printf '\\377')"`], { cwd: root });
  execFileSync('chown', ['-hR', `${LOWEST}:${LOWEST}`, root]);
  const { byBacking } = await findOverlays(realHost, [top], []);
  expect([...byBacking]).toEqual([[join(top, 'base'), [join(top, 'overlay')]]]);
  // What belongs to a user of the host is looked at.
  chownSync(root, 0, 0);
  chownSync(join(root, 'srv'), 0, 0);
  rmSync(join(root, 'srv', 'proc'));
  await expect(findOverlays(realHost, [top], [])).rejects.toThrow(/not UTF-8/);
});
