import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../../modules/lib/ansible/coerce.ts';
import { mountsBelow, type SeedEntry, type State } from '../../../modules/objects/root/observe.ts';
import { type RootOptions, rootOptions } from '../../../modules/objects/root/options.ts';
import { seedFilesOf } from '../../../modules/objects/root/parts.ts';
import { checkOptions, planRoot } from '../../../modules/objects/root/plan.ts';

const FIRST = 0x4000_0000;
const DEST = '/var/lib/libvirt/containers/web/root';
const given = (more: Partial<RootOptions> = {}): RootOptions =>
  withDefaults(rootOptions, {
    dest: DEST,
    template: '/var/lib/libvirt/templates/debian-12',
    hostname: 'web',
    ...more,
  });
const state = (more: Partial<State> = {}): State => ({
  ...{ exists: false, isForeign: false },
  left: false,
  first: FIRST,
  record: undefined,
  traits: { cloudInit: true, systemd: true, sshd: false, network: 'ifupdown' },
  seed: [],
  mounts: [],
  ...more,
});
const record = { root: DEST, cloudInit: true };
const is = { mode: 0o600, uid: FIRST, gid: FIRST };
const stored = (root: RootOptions, how: SeedEntry['is'] = is): SeedEntry[] =>
  seedFilesOf(root).files.map((file) => ({ ...file, is: how }));
const titles = (root: RootOptions, seen: State) => planRoot(root, seen).changes.map(({ title }) => title);

describe('the root of a container', () => {
  it('is made with its seed, which belongs to its own root and to nobody else', () => {
    const plan = planRoot(given(), state());
    const [change] = plan.changes;
    expect(change?.title).toBe(`make root ${DEST}`);
    const files = change?.step.act === 'make' ? change.step.files : [];
    const seed = files.filter(({ path }) => path.startsWith('var/lib/cloud/seed/nocloud/'));
    expect(seed.map(({ path, mode }) => [path.split('/').pop(), mode])).toEqual([
      ['meta-data', 0o600],
      ['user-data', 0o600],
    ]);
    expect(plan.result).toMatchObject({ idmap: { first: FIRST, count: 65_536 }, cloud_init: true });
  });

  it('gets name servers where ifupdown would not take them from cloud-init', () => {
    const interfaces = [
      { name: 'eth0', addresses: [], gateways: [], dns: ['10.0.0.1'], dhcp: false, dhcp6: false },
    ];
    const pathsOf = (network: 'ifupdown' | 'networkd') => {
      const traits = { cloudInit: true, systemd: true, sshd: false, network };
      const [change] = planRoot(given({ interfaces }), state({ traits })).changes;
      return change?.step.act === 'make' ? change.step.files.map(({ path }) => path) : [];
    };
    expect(pathsOf('ifupdown')).toContain('etc/resolv.conf');
    expect(pathsOf('networkd')).not.toContain('etc/resolv.conf');
  });

  it('gets name, addresses and keys instead where it has no cloud-init, and says so', () => {
    const traits = { cloudInit: false, systemd: true, sshd: false, network: 'ifupdown' } as const;
    const plan = planRoot(
      given({ authorized_keys: ['ssh-ed25519 A'], user_data: { a: 1 } }),
      state({ traits }),
    );
    expect(plan.result).toMatchObject({ cloud_init: false, written: ['hostname', 'authorized_keys'] });
    expect(plan.warnings?.join()).toMatch(/has no cloud-init, so .* and not a$/);
    const step = plan.changes[0]?.step;
    const withServer = planRoot(given(), state({ traits: { ...traits, sshd: true } }));
    expect(withServer.result?.written).toContain('SSH host key');
    expect(step?.act === 'make' && step.files.some(({ path }) => path.includes('cloud'))).toBe(false);
  });

  it('needs its template, which check mode assumes', () => {
    expect(planRoot(given(), state({ traits: undefined })).missing?.join()).toMatch(/debian-12 is not found/);
  });

  it('that exists is never made again, whatever its template is', () => {
    const root = given();
    const seen = state({ exists: true, record, seed: stored(root), traits: undefined });
    expect(titles(root, seen)).toEqual([]);
    expect(titles(given({ template: '/another' }), seen)).toEqual([]);
  });

  it('that exists without a record is not touched', () => {
    expect(() => planRoot(given(), state({ exists: true, first: undefined }))).toThrow(/not recorded/);
    expect(() => planRoot(given({ state: 'absent' }), state({ exists: true }))).toThrow(/remove it by hand/);
  });

  it('gets another seed, without its contents in the diff', () => {
    const old = given({ user_data: { password: 'former' } });
    const seen = state({ exists: true, record, seed: stored(old) });
    const plan = planRoot(given({ user_data: { password: 'secret' } }), seen);
    expect(plan.changes.map(({ title }) => title)).toEqual([`write seed in ${DEST}`]);
    const { before, after } = plan.changes[0] ?? {};
    expect(JSON.stringify([before, after])).not.toMatch(/secret|former/);
    expect(plan.warnings?.join()).toMatch(/will not apply the change/);
  });

  it('gets its seed again where the guest has changed its owner, or put a link in its place', () => {
    const root = given();
    const at = (how: SeedEntry['is']) => state({ exists: true, record, seed: stored(root, how) });
    expect(titles(root, at({ ...is, uid: FIRST + 1 }))).toHaveLength(1);
    expect(titles(root, at({ ...is, mode: 0o644 }))).toHaveLength(1);
    expect(titles(root, at('other'))).toHaveLength(1);
  });

  it('without cloud-init warns of what is not changed', () => {
    const traits = { cloudInit: false, systemd: false, sshd: false, network: undefined };
    const step = planRoot(given(), state({ traits })).changes[0]?.step;
    const made = step?.act === 'make' ? step.record : undefined;
    const seen = state({ exists: true, record: made });
    expect(planRoot(given(), seen)).toMatchObject({ changes: [], warnings: [] });
    expect(planRoot(given({ hostname: 'other' }), seen).warnings?.join()).toMatch(/are not changed now/);
  });

  it('is removed, unless something is mounted in it', () => {
    const absent = given({ state: 'absent' });
    expect(titles(absent, state({ exists: true, record }))).toEqual([`remove root ${DEST}`]);
    expect(titles(absent, state({ record }))).toEqual([`remove root ${DEST}`]);
    expect(titles(absent, state({ first: undefined, left: true }))).toEqual([`remove root ${DEST}`]);
    expect(titles(absent, state({ first: undefined }))).toEqual([]);
    expect(() => planRoot(absent, state({ exists: true, record, mounts: [`${DEST}/mnt`] }))).toThrow(
      /unmount/,
    );
  });

  it('says so where no users are left', () => {
    expect(() => planRoot(given(), state({ first: undefined }))).toThrow(/no range/);
  });
});

it('finds the mounts below a directory, and not beside it', () => {
  const line = (path: string) => `36 35 98:0 / ${path} rw - ext4 /dev/root rw`;
  const text = ['/a/root', '/a/root/m\\040t', '/a/root2', '/a'].map(line).join('\n');
  expect(mountsBelow(text, '/a/root')).toEqual(['/a/root', '/a/root/m t']);
});

it.each(['root', '/root', '/etc', '/usr/lib', '/a/../b/c', '/a/b/c/'])(
  "refuses the directory '%s'",
  (dest) => {
    expect(() => checkOptions(given({ dest }))).toThrow(/option 'dest'/);
  },
);

it('refuses a key of several lines', () => {
  expect(() => checkOptions(given({ authorized_keys: ['a\nb'] }))).toThrow(/more than one line/);
});
