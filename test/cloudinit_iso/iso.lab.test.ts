import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { runModule, runThrice } from '../support/module.ts';

const HOME = '/var/lib/libvirt/seed-test';
const DEST = `${HOME}/guest/seed.iso`;
let hypervisor: Hypervisor;

const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout;
const seed = (args: object, mode = {}) =>
  runModule(hypervisor, 'cloudinit_iso', { dest: DEST, ...args }, mode);

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  await sh(
    `mkdir -p ${HOME}/small && mount -t tmpfs -o size=1m lab ${HOME}/small && head -c 1040000 /dev/zero >${HOME}/small/filler`,
  );
});

afterAll(() => sh(`umount ${HOME}/small; rm -rf ${HOME}`));

const thrice = (args: object) => runThrice(hypervisor, 'cloudinit_iso', { dest: DEST, ...args });

const file = (name: string) => sh(`isoinfo -R -x /${name} -i ${DEST}`);

const full = {
  hostname: 'guest',
  user_data: { users: [{ name: 'joe', passwd: 'very secret indeed' }] },
  network_config: 'version: 1\nconfig: []\n',
};

describe('a seed', () => {
  it('holds what the options say, for root alone by default', async () => {
    expect(await thrice(full)).toMatchObject({ changed: true, dest: DEST });
    expect(await sh(`blkid -o value -s LABEL ${DEST}`)).toBe('cidata');
    expect(await file('user-data')).toContain('#cloud-config\n');
    expect(await file('meta-data')).toContain('local-hostname');
    expect(await file('network-config')).toContain('version: 1');
    expect(await sh(`stat -c '%a %U' ${DEST}`)).toBe('600 root');
  });

  it('takes owner and mode without being written again', async () => {
    const inode = () => sh(`stat -c %i ${DEST}`);
    const before = await inode();
    await thrice({ ...full, owner: 'libvirt-qemu', group: 'libvirt-qemu', mode: '0640' });
    expect(await sh(`stat -c '%a %U %G' ${DEST}`)).toBe('640 libvirt-qemu libvirt-qemu');
    expect(await inode()).toBe(before);
  });

  it('that changes says whether a guest will apply it', async () => {
    const changed = await thrice({ ...full, user_data: {} });
    expect(changed.applied).toBe(false);
    expect(JSON.stringify(changed.warnings)).toContain('instance-id');
    const renewed = await thrice({ ...full, instance_id: 'second' });
    expect(renewed.applied).toBe(true);
    expect(renewed).not.toHaveProperty('warnings');
  });

  it('shows keys and digests in its diff, and no secret', async () => {
    const secret = { ...full, user_data: { users: [{ name: 'joe', passwd: 'another secret' }] } };
    const result = await seed(secret, { check: true });
    expect(JSON.stringify(result)).toContain('users[0].passwd');
    expect(JSON.stringify(result)).not.toMatch(/another secret|very secret/);
  });

  it('with equal content is left alone, whoever wrote it', async () => {
    await sh(
      `cd ${HOME} && for f in user-data meta-data network-config; do isoinfo -R -x /$f -i ${DEST} >$f; done && genisoimage -quiet -o ${DEST} -V cidata -r -J user-data meta-data network-config`,
    );
    const theirs = await sh(`sha256sum ${DEST}`);
    expect(await seed({ ...full, instance_id: 'second' })).toMatchObject({ changed: false, diff: [] });
    expect(await sh(`sha256sum ${DEST}`)).toBe(theirs);
    expect(await seed({ ...full, instance_id: 'third' }, { check: true })).toMatchObject({ changed: true });
  });

  it('that is damaged is replaced, and said to be', async () => {
    await sh(`truncate -s 40000 ${DEST}`);
    const result = await thrice(full);
    expect(JSON.stringify(result.warnings)).toContain("can't be read as a seed");
  });

  it('is removed', async () => {
    await thrice({ state: 'absent' });
    expect(await sh(`ls ${HOME}/guest`)).toBe('');
  });
});

describe('what goes wrong leaves nothing behind', () => {
  const rows: [string, object, string][] = [
    ['a full disk', { dest: `${HOME}/small/seed.iso` }, 'No space left on device'],
    ['a text that cloud-init would not know', { user_data: 'echo hello' }, "option 'user_data'"],
    ['a list for a mapping', { meta_data: ['a'] }, "option 'meta_data': is neither a mapping nor a text"],
    ['a user who is not there', { owner: 'nobody-here' }, "there is no user 'nobody-here'"],
    ['a network-config without a version', { network_config: { config: [] } }, "option 'network_config'"],
  ];
  it.each(rows)('%s', async (_, args, message) => {
    const result = await seed(args);
    expect(result).toMatchObject({ failed: true, changed: false });
    expect(result.msg).toContain(message);
    expect(await sh(`cd ${HOME} && ls -A guest small`)).not.toContain('seed');
  });
});
