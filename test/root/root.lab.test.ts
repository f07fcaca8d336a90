import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Result } from '../../modules/lib/ansible/result.ts';
import { withDebootstrap } from '../image/debootstrap.ts';
import { expectSame, killedEverywhere, TREE } from '../killed/everywhere.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { type RunMode, runModule, runThrice } from '../support/module.ts';
import { expectUnchanged } from '../support/unchanged.ts';

// Roots of containers, from root templates that the module image makes. The templates are small ones of busybox, and hostile
// ones, with what a real root has: set-id bits, capabilities, hard links, ACLs.

const HOME = '/var/lib/libvirt/root-test';
const NAMES = `${HOME}/templates`;
const RANGES = '/var/lib/piecewise-cloud/ranges';
const VICTIM = '/srv/root-victim';
const DRIVER = '../test/root/driver';
let hypervisor: Hypervisor;
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout.trim();
const python = (script: string) => hypervisor.exec(['/usr/bin/python3', '-c', script]);
const sumOf = async (file: string) => `sha256:${(await sh(`sha256sum ${file}`)).slice(0, 64)}`;

const dest = (name: string) => `${HOME}/containers/${name}/root`;
const given = (name: string, more: object = {}) => ({
  dest: dest(name),
  template: `${NAMES}/small`,
  hostname: name,
  user_data: { password: 'secret' },
  ...more,
});
const run = (args: Record<string, unknown>, mode: RunMode = {}) => runModule(hypervisor, DRIVER, args, mode);
const thrice = (args: Record<string, unknown>) => runThrice(hypervisor, DRIVER, args);
const firstOf = ({ idmap }: Result) => (idmap as { first: number }).first;

/** A template from an archive at HOME. */
async function imageOf(name: string, archive: string, mode: RunMode = {}) {
  const file = `${HOME}/${archive}`;
  const image = { kind: 'container', url: `${WEB}/${archive}`, checksum: await sumOf(file) };
  return runModule(hypervisor, 'image', { directory: NAMES, images: { [name]: image } }, mode);
}
const PORT = 8098;
const WEB = `http://127.0.0.1:${PORT}`;

// A capability of version 2 (cap_net_raw), and an ACL with the named user 33.
const SMALL = `
import os, struct
os.chdir('${HOME}/small')
os.setxattr('bin/ping', 'security.capability', struct.pack('<5I', 0x02000001, 1 << 13, 0, 0, 0))
entry = lambda tag, perm, id=0xffffffff: struct.pack('<HHI', tag, perm, id)
acl = struct.pack('<I', 2) + entry(1, 6) + entry(2, 4, 33) + entry(4, 4) + entry(16, 4) + entry(32, 4)
os.setxattr('etc/acl', 'system.posix_acl_access', acl)
`;

beforeAll(async () => {
  hypervisor = await sharedHypervisor(12);
  await sh(
    `rm -rf ${HOME} ${RANGES}; mkdir -p ${HOME}/small && cd ${HOME}/small
     mkdir -p bin etc usr/bin usr/sbin dev var/www root lib/systemd sbin
     cp /bin/busybox bin/busybox; for one in sh sleep; do ln -s busybox bin/$one; done
     cp /bin/true bin/ping; cp /bin/true bin/su; chmod 4755 bin/su; ln bin/su bin/sudo
     cp /bin/true bin/wall; chown 0:5 bin/wall; chmod 2755 bin/wall
     echo x >etc/acl; chown 33:33 var/www; chmod 3770 var/www; echo x >etc/shadow; chmod 640 etc/shadow; chgrp 42 etc/shadow
     echo x >usr/bin/cloud-init; echo x >lib/systemd/systemd; mknod dev/null c 1 3; ln -s /etc/shadow etc/link`,
  );
  await python(SMALL);
  const keep = "--numeric-owner --acls --xattrs --xattrs-include='*'";
  await sh(
    `cd ${HOME} && tar -C small ${keep} -cJf small.tar.xz . && rm small/usr/bin/cloud-init && echo x >small/sbin/ifup
     tar -C small ${keep} -czf plain.tar.gz .; systemd-run -q --unit=root-web python3 -m http.server ${PORT} --bind 127.0.0.1 --directory ${HOME}
     until python3 -c 'import urllib.request as r; r.urlopen("${WEB}")' 2>/dev/null; do sleep 0.1; done`,
  );
  for (const [name, archive] of [
    ['small', 'small.tar.xz'],
    ['plain', 'plain.tar.gz'],
  ] as const)
    expect(await imageOf(name, archive)).toMatchObject({ changed: true });
});
afterAll(() => hypervisor?.exec(['sh', '-c', `systemctl stop root-web; rm -rf ${HOME} ${RANGES} ${VICTIM}`]));
beforeEach(() =>
  sh(
    `! mountpoint -q ${dest('web')}/mnt || umount ${dest('web')}/mnt
     rm -rf ${HOME}/containers ${RANGES} ${VICTIM}; mkdir -m 1777 ${VICTIM}; echo kept >${VICTIM}/file`,
  ),
);

describe('a root template', () => {
  it('is an archive that never changes, under the name of its image', async () => {
    const target = await sh(`readlink -f ${NAMES}/small`);
    expect(target).toMatch(/\/by-checksum\/sha256-[0-9a-f]{64}\+root\.tar$/);
    expect(await sh(`stat -c %a ${target}`)).toBe('444');
    expectUnchanged(await imageOf('small', 'small.tar.xz'));
  });

  it('is built by debootstrap without a kernel, once', async () => {
    const images = { built: { kind: 'container', debootstrap: { suite: 'bookworm', packages: ['less'] } } };
    const made = await withDebootstrap(
      hypervisor,
      'mkdir -p "$2/usr/bin" "$2/dev" "$2/etc/ssh"; echo x >"$2/usr/bin/sh"; echo "$*" >/run/root-debootstrap; mknod "$2/dev/null" c 1 3',
      () => runThrice(hypervisor, 'image', { directory: NAMES, images }),
    );
    expect(made).toMatchObject({ changed: true });
    const listed = await sh(`tar -tf ${NAMES}/built`);
    expect(listed).toContain('./usr/bin/sh');
    expect(listed).not.toMatch(/dev\/null|boot\/grub|etc\/fstab/);
    expect(await sh(`test -e ${NAMES}/incoming && echo left || true`)).toBe('');
    expect(await thrice(given('built', { template: `${NAMES}/built` }))).toMatchObject({ changed: true });
  });

  it.each([
    ['kind', { kind: 'container' }, /catalogue has disks only/],
    [
      'partition',
      { kind: 'container', url: `${WEB}/x`, checksum: `sha256:${'0'.repeat(64)}`, partition: 1 },
      /only for disks/,
    ],
    ['size', { kind: 'container', debootstrap: { size: '4G' } }, /only for disks/],
  ] as const)('is refused with a wrong %s', async (_, image, said) => {
    const result = await runModule(hypervisor, 'image', { directory: NAMES, images: { 'debian-12': image } });
    expect(result).toMatchObject({ failed: true, msg: expect.stringMatching(said) });
  });
});

describe('a root', () => {
  it('has all that its template has, with other users', async () => {
    const made = await thrice(given('web'));
    const first = firstOf(made);
    expect(made).toMatchObject({ changed: true, cloud_init: true });
    const at = (path: string) => sh(`stat -c '%a %u %g %h' ${dest('web')}/${path}`);
    const shown = async (...paths: string[]) => Promise.all(paths.map(at));
    expect(await shown('bin/su', 'bin/sudo', 'bin/wall', 'var/www', 'etc/shadow')).toEqual([
      `4755 ${first} ${first} 2`,
      `4755 ${first} ${first} 2`,
      `2755 ${first} ${first + 5} 1`,
      `3770 ${first + 33} ${first + 33} 2`,
      `640 ${first} ${first + 42} 1`,
    ]);
    const outside = `find ${dest('web')} ! \\( -uid +${first - 1} -uid -${first + 65536} -gid +${first - 1} -gid -${first + 65536} \\)`;
    expect(await sh(outside)).toBe('');
    const { stdout } = await python(
      `import os; r='${dest('web')}'; print(os.getxattr(r+'/bin/ping','security.capability').hex(), os.getxattr(r+'/etc/acl','system.posix_acl_access').hex())`,
    );
    const [capability = '', acl = ''] = stdout
      .trim()
      .split(' ')
      .map((hex) => Buffer.from(hex, 'hex')) as Buffer[];
    // Version 3, effective, cap_net_raw, and the user who is root for it.
    expect(Buffer.from(capability).readUInt32LE(0)).toBe(0x03000001);
    expect(Buffer.from(capability).readUInt32LE(4)).toBe(1 << 13);
    expect(Buffer.from(capability).readUInt32LE(20)).toBe(first);
    // The named user is the second entry.
    expect(Buffer.from(acl).readUInt32LE(4 + 8 + 4)).toBe(first + 33);
    expect(await sh(`find ${dest('web')} -type b -o -type c; readlink ${dest('web')}/etc/link`)).toBe(
      '/etc/shadow',
    );
    expect(await sh(`ls -A ${HOME}/containers/web`)).toBe('root');
  });

  it('has its seed, its name, and nothing that fails in it', async () => {
    const first = firstOf(await run(given('web')));
    const seed = `${dest('web')}/var/lib/cloud/seed/nocloud`;
    expect(await sh(`stat -c '%n %a %u' ${seed}/*`)).toBe(
      `${seed}/meta-data 600 ${first}\n${seed}/user-data 600 ${first}`,
    );
    expect(await sh(`cat ${seed}/user-data ${dest('web')}/etc/hostname`)).toMatch(
      /"password": "secret"\s+web$/,
    );
    expect(await sh(`cd ${dest('web')}/etc/systemd/system && find . -size 0 -name '*.mount'`)).toContain(
      'debug',
    );
  });

  it('gets another seed later, and nothing else', async () => {
    const first = firstOf(await run(given('web')));
    await sh(`echo own >${dest('web')}/etc/own; chmod 4711 ${dest('web')}/bin/ping`);
    const changed = await thrice(given('web', { user_data: { password: 'other' }, instance_id: 'second' }));
    expect(changed).toMatchObject({ changed: true, applied: true, idmap: { first } });
    expect(JSON.stringify(changed)).not.toMatch(/secret|other/);
    expect(await sh(`cat ${dest('web')}/var/lib/cloud/seed/nocloud/meta-data`)).toContain('second');
    expect(await sh(`cat ${dest('web')}/etc/own; stat -c %a ${dest('web')}/bin/ping`)).toBe('own\n4711');
    expectUnchanged(
      await run(
        given('web', { template: `${NAMES}/plain`, user_data: { password: 'other' }, instance_id: 'second' }),
      ),
    );
  });

  it('without cloud-init has name, addresses and keys from us', async () => {
    const made = await thrice(
      given('plain', {
        template: `${NAMES}/plain`,
        user_data: undefined,
        interfaces: [{ name: 'eth0', addresses: ['10.1.0.2/24'], gateways: ['10.1.0.1'] }],
        authorized_keys: ['ssh-ed25519 AAAA ada'],
      }),
    );
    const first = firstOf(made);
    expect(made).toMatchObject({ cloud_init: false, written: ['hostname', 'addresses', 'authorized_keys'] });
    expect(
      await sh(
        `cd ${dest('plain')} && cat etc/network/interfaces root/.ssh/authorized_keys; test ! -e var/lib/cloud`,
      ),
    ).toMatch(/address 10\.1\.0\.2\/24\n[\s\S]*AAAA ada$/);
    expect(await sh(`cd ${dest('plain')} && stat -c '%a %u' root/.ssh root/.ssh/authorized_keys`)).toBe(
      `700 ${first}\n600 ${first}`,
    );
  });

  it('has users that no other one has, in one task and in another', async () => {
    const both = await thrice({ roots: [given('one'), given('two')] });
    const third = await run(given('three'));
    const firsts = [...(both.results as Result[]), third].map(firstOf);
    expect(new Set(firsts).size).toBe(3);
    expect(await sh(`ls ${RANGES} | sort -n`)).toBe([...firsts].sort().join('\n'));
  });

  it('is not made where something is that is no root of ours', async () => {
    await sh(`mkdir -p ${dest('web')}; echo kept >${dest('web')}/file`);
    expect(await run(given('web'))).toMatchObject({
      failed: true,
      msg: expect.stringContaining('not recorded'),
    });
    expect(await run(given('web', { state: 'absent' }))).toMatchObject({ failed: true });
    expect(await sh(`cat ${dest('web')}/file`)).toBe('kept');
  });

  it('is removed with its users, and what it leads to is kept', async () => {
    await run(given('web'));
    await sh(
      `ln -s ${VICTIM} ${dest('web')}/etc/victim; mkdir ${dest('web')}/mnt; mount --bind ${VICTIM} ${dest('web')}/mnt`,
    );
    const refused = await run(given('web', { state: 'absent' }));
    expect(refused).toMatchObject({ failed: true, msg: expect.stringContaining('unmount it first') });
    await sh(`umount ${dest('web')}/mnt`);
    expect(await thrice(given('web', { state: 'absent' }))).toMatchObject({ changed: true });
    expect(await sh(`ls -A ${HOME}/containers ${RANGES}; cat ${VICTIM}/file`)).toMatch(/kept$/);
    expect(await sh(`find ${HOME}/containers ${RANGES} -mindepth 1`)).toBe('');
  });
});

/** Makes an archive of Python's tarfile: it has a small root, and what the lines add to it. */
const hostile = (lines: string) =>
  python(`
import io, tarfile
a = tarfile.open('${HOME}/hostile.tar', 'w')
def add(name, type=tarfile.REGTYPE, to='', text=b'evil', uid=0):
    i = tarfile.TarInfo(name); i.type = type; i.linkname = to; i.uid = uid; i.mode = 0o4777
    i.size = len(text) if type == tarfile.REGTYPE else 0
    a.addfile(i, io.BytesIO(text) if i.size else None)
add('bin/sh'); add('usr/bin/cloud-init')
${lines}
a.close()`);

describe('a hostile archive', () => {
  const outside = () => sh(`find /etc ${VICTIM} -printf '%p %m %u %s %T@\\n' | sort | sha256sum`);

  it.each([
    ['a name that leads out', "add('../../../../../../srv/root-victim/evil')", /leads out of it/],
    ['a device', "add('bin/sda', tarfile.BLKTYPE)", /has the device/],
    [
      'no root',
      "a.close(); a = tarfile.open('/var/lib/libvirt/root-test/hostile.tar', 'w'); add('disk.raw')",
      /holds no root/,
    ],
  ] as const)('is no template: %s', async (_, lines, said) => {
    await hostile(lines);
    const before = await outside();
    expect(await imageOf('hostile', 'hostile.tar')).toMatchObject({ failed: true });
    expect((await imageOf('hostile', 'hostile.tar')).msg).toMatch(said);
    expect(await sh(`ls -A ${NAMES} | grep hostile || echo none`)).toBe('none');
    expect(await outside()).toBe(before);
  });

  it.each([
    ['a file below a link', `add('out', tarfile.SYMTYPE, '${VICTIM}'); add('out/evil')`],
    [
      'a file below a link of links',
      `add('a', tarfile.SYMTYPE, '/srv'); add('b', tarfile.SYMTYPE, 'a/root-victim'); add('b/evil')`,
    ],
    ['a file in the place of a link', `add('f', tarfile.SYMTYPE, '${VICTIM}/evil'); add('f')`],
    ['an absolute name', `add('${VICTIM}/evil')`],
    ['a hard link to a file of the host', `add('h', tarfile.LNKTYPE, '${VICTIM}/file'); add('h')`],
    [
      'a hard link to a link',
      `add('s', tarfile.SYMTYPE, '${VICTIM}/file'); add('h', tarfile.LNKTYPE, 's'); add('h')`,
    ],
    ['a link in the place of what we write', `add('etc', tarfile.SYMTYPE, '${VICTIM}')`],
    ['a link above the seed', `add('var', tarfile.SYMTYPE, '../../../../../../../../srv/root-victim')`],
    ['users that no container has', "add('etc/x', uid=70000)"],
  ] as const)('changes nothing outside of its root: %s', async (_, lines) => {
    await hostile(lines);
    expect(await imageOf('hostile', 'hostile.tar')).not.toHaveProperty('failed');
    const before = await outside();
    const result = await run(given('web', { template: `${NAMES}/hostile` }));
    expect(await outside()).toBe(before);
    // It is a root, or there is none.
    const made = await sh(`test -e ${dest('web')} && echo made || true`);
    expect(made).toBe(result.failed ? '' : 'made');
    expect(await sh(`find ${HOME}/containers/web -mindepth 1 -maxdepth 1 ! -name root`)).toBe('');
  });
});

describe('the root of a hostile guest', () => {
  it.each(['var/lib/cloud/seed/nocloud', 'var/lib/cloud/seed', 'var/lib', 'var'])(
    'does not lead us out by a link at %s',
    async (path) => {
      await run(given('web'));
      await sh(`cd ${dest('web')} && rm -rf ${path} && ln -s ${VICTIM} ${path}`);
      await sh(`mkdir -p ${VICTIM}/lib/cloud/seed/nocloud ${VICTIM}/cloud/seed/nocloud ${VICTIM}/nocloud`);
      const before = await sh(`find ${VICTIM} | sort`);
      const result = await run(given('web', { user_data: { password: 'other' } }));
      expect(result).toMatchObject({
        failed: true,
        msg: expect.stringMatching(/is not a directory, or a symbolic link/),
      });
      expect(await sh(`find ${VICTIM} | sort`)).toBe(before);
    },
  );

  it('has its files replaced where they are links, or pipes', async () => {
    const first = firstOf(await run(given('web')));
    const seed = `${dest('web')}/var/lib/cloud/seed/nocloud`;
    await sh(`cd ${seed} && rm * && ln -s ${VICTIM}/file meta-data && mkfifo user-data`);
    expect(await thrice(given('web'))).toMatchObject({ changed: true });
    expect(await sh(`cat ${VICTIM}/file; stat -c '%F %u' ${seed}/*`)).toBe(
      `kept\nregular file ${first}\nregular file ${first}`,
    );
  });
});

describe('a task that is killed before each of its effects', () => {
  const nothing = `rm -rf ${HOME}/containers ${RANGES}`;
  it.each([
    ['makes a root', () => given('web'), nothing],
    ['removes one', () => given('web', { state: 'absent' }), undefined],
  ] as const)('%s all the same by the next run', async (_, args, prepare) => {
    await run(given('web'));
    await sh(
      `mkdir -p ${HOME}/kept && rm -rf ${HOME}/kept/* && cp -a ${HOME}/containers ${RANGES} ${HOME}/kept`,
    );
    const again = `${nothing}; cp -a ${HOME}/kept/containers ${HOME}; cp -a ${HOME}/kept/ranges /var/lib/piecewise-cloud`;
    const report = await killedEverywhere(hypervisor, {
      module: DRIVER,
      args: args(),
      prepare: prepare ?? again,
      show: `${TREE} ${HOME}/containers ${RANGES}`,
    });
    expectSame(report);
    // What has the name of a root is a whole one.
    for (const { left } of report.killed)
      if (left.includes(`${dest('web')} d`)) expect(left).toContain(`${dest('web')}/bin/su f 4755`);
  });
});
