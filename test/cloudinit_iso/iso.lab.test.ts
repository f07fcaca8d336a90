import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { runModule, runThrice } from '../support/module.ts';
import { expectUnchanged } from '../support/unchanged.ts';

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
  user_data: { write_files: [{ path: '/etc/token', content: 'very secret indeed' }] },
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

  it('has the same bytes each time', async () => {
    const sum = () => sh(`sha256sum <${DEST}`);
    const before = await sum();
    await sh(`rm ${DEST}`);
    await seed(full);
    expect(await sum()).toBe(before);
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
    expect(changed.applied_why).toMatch(
      /^its instance-id stays 'iid-[0-9a-f]{16}': a guest that has booted with it will not apply the change/,
    );
    const renewed = await thrice({ ...full, instance_id: 'second' });
    expect(renewed.applied).toBe(true);
    expect(renewed.applied_why).toMatch(/^its instance-id becomes 'second' \(it was 'iid-/);
    expect(renewed).not.toHaveProperty('warnings');
  });

  it('has another instance-id with every content, where that is asked for', async () => {
    const args = { dest: `${HOME}/guest/content.iso`, instance_id: 'content' };
    const one = await thrice({ ...args, ...full });
    const two = await thrice({ ...args, ...full, extra_files: { note: 'a' } });
    const three = await thrice({ ...args, ...full, extra_files: { note: 'b' }, hostname: 'other' });
    expect(new Set([one, two, three].map((result) => result.instance_id)).size).toBe(3);
    expect(three).toMatchObject({ applied: true });
    expect(await thrice({ ...args, ...full })).toMatchObject({ instance_id: one.instance_id });
    await sh(`rm ${args.dest}`);
  });

  it('shows keys and digests in its diff, and no secret', async () => {
    const secret = {
      ...full,
      user_data: { write_files: [{ path: '/etc/token', content: 'another secret' }] },
    };
    const result = await seed(secret, { check: true });
    expect(JSON.stringify(result)).toContain('write_files[0].content');
    expect(JSON.stringify(result)).not.toMatch(/another secret|very secret/);
  });

  it('with equal content is left alone, whoever wrote it', async () => {
    await sh(
      `cd ${HOME} && for f in user-data meta-data network-config; do isoinfo -R -x /$f -i ${DEST} >$f; done && genisoimage -quiet -o ${DEST} -V cidata -r -J user-data meta-data network-config`,
    );
    const theirs = await sh(`sha256sum ${DEST}`);
    expectUnchanged(await seed({ ...full, instance_id: 'second' }));
    expect(await sh(`sha256sum ${DEST}`)).toBe(theirs);
    expect(await seed({ ...full, instance_id: 'third' }, { check: true })).toMatchObject({ changed: true });
  });

  it('that is damaged is replaced, and said to be', async () => {
    await sh(`truncate -s 40000 ${DEST}`);
    const result = await thrice(full);
    expect(result.warnings).toEqual([
      expect.stringMatching(
        new RegExp(`^${DEST} can't be read as a seed and is replaced: the image ends at byte 40000`),
      ),
    ]);
    await sh(`: >${DEST}`);
    expect(await thrice(full)).toMatchObject({ changed: true });
  });

  it('in FAT is replaced by an ISO, as is said', async () => {
    await sh(`rm ${DEST} && mkfs.vfat -C -n CIDATA ${DEST} 1024`);
    expect(await sh(`blkid -o value -s TYPE ${DEST}`)).toBe('vfat');
    const { warnings } = await thrice(full);
    expect(warnings).toEqual([
      `${DEST} can't be read as a seed and is replaced: it is a FAT volume, and seeds are written in ISO 9660`,
    ]);
    expect(await sh(`blkid -o value -s TYPE ${DEST}`)).toBe('iso9660');
  });

  it('takes the place of no file that never was one', async () => {
    await sh(
      `mv ${DEST} ${HOME}/kept.iso && qemu-img create -q -f qcow2 ${DEST} 1M && sha256sum ${DEST} >${HOME}/sum`,
    );
    const result = await seed(full);
    expect(result).toMatchObject({ failed: true, changed: false });
    expect(result.msg).toMatch(
      new RegExp(`^${DEST} exists and is not a seed: remove it, or give another 'dest' \\(`),
    );
    expect(await sh(`sha256sum -c ${HOME}/sum`)).toContain('OK');
    await sh(`mv ${HOME}/kept.iso ${DEST}`);
  });

  it('is removed', async () => {
    await thrice({ state: 'absent' });
    expect(await sh(`ls ${HOME}/guest`)).toBe('');
  });
});

describe('parts and files', () => {
  const parts = [
    { content: { users: [{ name: 'joe' }] } },
    { content: '#!/bin/sh\necho größer', filename: 'grow.sh' },
    { content: 'packages: [vim]\n', type: 'text/cloud-config' },
    '#cloud-boothook\n:\n',
  ];

  it('sends parts as cloud-init takes them apart', async () => {
    await thrice({ user_data: parts });
    await sh(`isoinfo -R -x /user-data -i ${DEST} >${HOME}/user-data`);
    const script = [
      'import email, json, sys',
      'message = email.message_from_bytes(open(sys.argv[1], "rb").read())',
      'print(json.dumps([[p.get_content_type(), p.get_filename(), p.get_payload(decode=True).decode()] for p in message.walk() if not p.is_multipart()]))',
    ].join('\n');
    const { stdout } = await hypervisor.exec(['python3', '-c', script, `${HOME}/user-data`]);
    expect(JSON.parse(stdout)).toEqual([
      ['text/cloud-config', 'part-001', '#cloud-config\n"users":\n  - "name": "joe"\n'],
      ['text/x-shellscript', 'grow.sh', '#!/bin/sh\necho größer'],
      ['text/cloud-config', 'part-003', 'packages: [vim]\n'],
      ['text/cloud-boothook', 'part-004', '#cloud-boothook\n:\n'],
    ]);
  });

  it('holds texts and files of the host, also large ones', async () => {
    await sh(`head -c 5000000 /dev/urandom >${HOME}/large`);
    const args = {
      dest: `${HOME}/guest/extra`,
      extra_files: { 'a/b/Größe.txt': 'text', large: { src: `${HOME}/large` } },
    };
    await thrice(args);
    expect(await sh(`blkid -o value -s TYPE -s LABEL ${args.dest}`)).toMatch(/cidata\niso9660/);
    await sh(
      `mkdir ${HOME}/out && bsdtar -xf ${args.dest} -C ${HOME}/out large && cmp ${HOME}/out/large ${HOME}/large`,
    );
    // The file on the host counts, not its name.
    await sh(`head -c 5000000 /dev/urandom >${HOME}/large`);
    expect(await thrice(args)).toMatchObject({ changed: true, applied: true });
  });

  it('holds thousands of files', async () => {
    const many = Object.fromEntries(
      Array.from({ length: 3000 }, (_, i) => [`many/${i % 7}/file-${i}.txt`, `number ${i}`]),
    );
    const args = { dest: `${HOME}/guest/many.iso`, extra_files: many };
    await thrice(args);
    expect(await sh(`bsdtar -tf ${args.dest} | grep -c 'file-'`)).toBe('3000');
    await sh(`rm ${args.dest}`);
  });

  it('warns of a name that Linux would cut', async () => {
    const args = {
      dest: `${HOME}/guest/long`,
      extra_files: { [`a/${'x'.repeat(254)}`]: '', ['y'.repeat(253)]: '' },
    };
    expect((await thrice(args)).warnings).toEqual([
      "option 'extra_files.…': Linux cuts names of more than 253 bytes: give a shorter one",
    ]);
    await sh(`rm ${args.dest}`);
  });

  it('warns of a label that cloud-init does not look for', async () => {
    const result = await thrice({ dest: `${HOME}/guest/labelled`, label: 'MY_SEED' });
    expect(result.warnings).toEqual([
      "option 'label': cloud-init looks for 'cidata', and takes 'MY_SEED' only where its 'fs_label' says so",
    ]);
    await sh(`rm ${HOME}/guest/*`);
  });
});

describe('what a guest would trip over', () => {
  const wrong = {
    user_data: '#cloud-config\nusers:\n  - name: joe\n    sudo: 5\npackges: [vim]\n',
    network_config: { version: 2, ethernets: { eth0: { addresses: ['10.0.0.1/24'], gateway4: '10.9.0.1' } } },
  };

  it('is an error, with its place', async () => {
    const result = await seed(wrong);
    expect(result).toMatchObject({ failed: true, changed: false });
    expect(result.msg).toMatch(/option 'user_data': users\[0\]\.sudo \(line 4, column 5\): /);
    expect(result.msg).toMatch(/option 'network_config': ethernets\.eth0\.gateway4: /);
    expect(await sh(`ls -A ${HOME}/guest`)).toBe('');
  });

  it('is a warning where the task says so, and nothing where it says that', async () => {
    const warned = await thrice({ ...wrong, validate: 'warn' });
    expect(warned.warnings).toEqual([
      expect.stringContaining("option 'user_data': users[0].sudo"),
      expect.stringMatching(/packges .*did you mean 'packages'\?$/),
      expect.stringContaining("option 'network_config': ethernets.eth0.gateway4: is outdated"),
      expect.stringContaining('ethernets.eth0.gateway4: 10.9.0.1 is in no subnet of the interface'),
    ]);
    expect(await seed({ ...wrong, validate: 'off' })).not.toHaveProperty('warnings');
    await sh(`rm ${DEST}`);
  });
});

describe('what goes wrong leaves nothing behind', () => {
  const rows: [string, object, string][] = [
    ['a full disk', { dest: `${HOME}/small/seed.iso` }, 'No space left on device'],
    ['a text that cloud-init would not know', { user_data: 'echo hello' }, "option 'user_data'"],
    [
      'a part of no kind',
      { user_data: [{ content: 'echo' }] },
      "option 'user_data[0]': needs a 'type', such as text/cloud-config",
    ],
    [
      'a part that is a cloud-config',
      { user_data: [{ packages: ['vim'] }] },
      "a part that is a cloud-config has it as 'content'",
    ],
    [
      'a type of no part',
      { user_data: [{ content: 'x', type: 'text/x-shelscript' }] },
      "did you mean 'text/x-shellscript'?",
    ],
    [
      'an error in a part',
      { user_data: [{ content: { users: [{ name: 'joe', sudo: 5 }] } }] },
      "option 'user_data[0].content': users[0].sudo: ",
    ],
    [
      'a file of the seed itself',
      { extra_files: { 'user-data': 'x' } },
      "option 'extra_files.user-data': is cloud-init's own file: give it as 'user_data'",
    ],
    ['a file that leads out', { extra_files: { '../x': 'x' } }, "option 'extra_files'"],
    [
      "a file that there isn't",
      { extra_files: { x: { src: '/nowhere/x' } } },
      "option 'extra_files.x': /nowhere/x is not found on the host",
    ],
    [
      'a directory for a file',
      { extra_files: { x: { src: '/etc' } } },
      '/etc is not a file: a seed holds files',
    ],
    [
      'a label that is too long',
      { label: 'cloud-init-seed-1' },
      "option 'label': 'cloud-init-seed-1' is not a valid label: use 1 to 16 letters",
    ],
    [
      'two instance-ids',
      { instance_id: 'content', meta_data: { 'instance-id': 'x' } },
      "option 'instance_id': is 'content', but meta_data has 'instance-id: x': give it in one place only",
    ],
    ['a list for a mapping', { meta_data: ['a'] }, "option 'meta_data': is neither a mapping nor a text"],
    ['a user who is not there', { owner: 'nobody-here' }, "the user 'nobody-here' is not found on this host"],
    ['a network-config without a version', { network_config: { config: [] } }, "option 'network_config'"],
  ];
  it.each(rows)('%s', async (_, args, message) => {
    const result = await seed(args);
    expect(result).toMatchObject({ failed: true, changed: false });
    expect(result.msg).toContain(message);
    expect(await sh(`cd ${HOME} && ls -A guest small`)).not.toContain('seed');
  });
});
