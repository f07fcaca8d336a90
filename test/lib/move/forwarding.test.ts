import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  knownHostsText,
  moveId,
  pathsOf,
  remoteUri,
  sshArguments,
} from '../../../modules/lib/move/forwarding.ts';

const UUID = '0b3b3f0e-51f7-4d0b-a5a5-3f1c4f4f6a51';
const id = moveId(UUID);

describe('the way of a move', () => {
  it('has sockets whose paths fit, whatever the name of the guest is', () => {
    for (const name of ['a', 'web1', 'n'.repeat(200)]) {
      const paths = pathsOf(id);
      expect(paths.libvirt.length).toBeLessThanOrEqual(107);
      for (const path of [paths.migration(name), paths.disks(name)]) {
        expect(path.length).toBeLessThanOrEqual(107);
        expect(dirname(path)).toBe(paths.sockets);
      }
      expect(paths.migration(name)).not.toBe(paths.disks(name));
    }
  });

  it("has libvirt's socket of the new host where root alone comes, beside its key", () => {
    const { libvirt, key, state, sockets } = pathsOf(id);
    expect(dirname(libvirt)).toBe(state);
    expect(dirname(key)).toBe(state);
    expect(libvirt.startsWith(sockets)).toBe(false);
  });

  it("has names that libvirt's AppArmor profile of the guest allows", () => {
    // virt-aa-helper: "/run/libvirt/**/*.tunnelmigrate.dest.NAME" rw
    for (const path of [pathsOf(id).migration('web1'), pathsOf(id).disks('web1')])
      expect(path).toMatch(/^\/run\/libvirt\/.+\/[^/]*\.tunnelmigrate\.dest\.web1$/);
  });

  it('is opened by ssh with no setting of others', () => {
    const args = sshArguments(id, 'web1', { address: 'fd00::2', port: 2222 }, '/run/libvirt/libvirt-sock');
    expect(args.slice(0, 3)).toEqual(['-F', 'none', '-N']);
    expect(args.slice(-2)).toEqual(['--', 'fd00::2']);
    expect(args.join(' ')).toContain('-p 2222 -l root');
    for (const option of [
      'StrictHostKeyChecking=yes',
      'BatchMode=yes',
      'ExitOnForwardFailure=yes',
      'IdentityAgent=none',
    ])
      expect(args).toContain(option);
    expect(args).toContain(`${pathsOf(id).libvirt}:/run/libvirt/libvirt-sock`);
    expect(remoteUri(id)).toBe(`qemu+unix:///system?socket=${pathsOf(id).libvirt}`);
  });

  it('knows the keys of the new host by a name that is no address', () => {
    expect(knownHostsText(['ssh-ed25519 AAAA root@hv2', 'ssh-rsa BBBB'])).toBe(
      'piecewise-move ssh-ed25519 AAAA\npiecewise-move ssh-rsa BBBB\n',
    );
  });
});
