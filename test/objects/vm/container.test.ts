import { describe, expect, it } from 'vitest';
import { RANGE } from '../../../modules/lib/container/range.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';
import { draftOf } from '../../../modules/objects/domain/draft/draft.ts';
import type { KnownNetwork } from '../../../modules/objects/network/record.ts';
import type { State as RootState } from '../../../modules/objects/root/observe.ts';
import { seedFilesOf } from '../../../modules/objects/root/parts.ts';
import { attach } from '../../../modules/objects/vm/attach.ts';
import { rootsOf, withRoot } from '../../../modules/objects/vm/container.ts';
import { domainOf } from '../../../modules/objects/vm/parts.ts';
import { vm } from '../../../modules/objects/vm/vm.ts';
import { LAN, problems, vmOf } from './given.ts';
import { DHCP, known, network } from './networks.ts';
import { stateOf, xmlOf } from './state.ts';

const FIRST = 0x4000_0000;
const DEST = '/var/lib/libvirt/images/web1/root';
const TEMPLATE = '/var/lib/libvirt/templates/debian-12';
const root = (more: Partial<RootState> = {}): RootState => ({
  ...{ exists: false, isForeign: false, left: false, first: FIRST, record: undefined, seed: [], mounts: [] },
  traits: { cloudInit: false, systemd: true, sshd: false, network: 'ifupdown' },
  ...more,
});
const SEEDED = root({ traits: { cloudInit: true, systemd: true, sshd: false, network: 'ifupdown' } });
const CONTAINER = { kind: 'container', memory: '128 MiB' };

interface Seen {
  readonly root?: RootState | Error;
  readonly known?: ReadonlyMap<string, KnownNetwork>;
  /** The XML of a running container. */
  readonly running?: string;
}

/** What is planned of a container. */
function plan(given: object = {}, { root: seen = root(), known: all = known(), running }: Seen = {}) {
  const one = vmOf({ ...CONTAINER, ...given });
  const state = stateOf(one);
  const definition = running === undefined ? undefined : parseXml(running);
  const found = {
    name: 'web1',
    uuid: 'u',
    state: 'running',
    autostart: true,
    persistent: true,
    saved: false,
  };
  const domain = definition && { ...found, definition, live: definition };
  const host = { kvm: false, machineId: 'm', domain };
  const options = domainOf(withRoot(attach(one, all).vm, seen));
  const draft = options.state === 'absent' ? undefined : draftOf(options, host);
  const planned = vm.plan(one, {
    ...state,
    domain: { ...state.domain, ...host, draft, missingDirectories: [DEST] } as typeof state.domain,
    root: seen,
    known: all,
  });
  return { one, ...planned };
}
const titles = ({ changes }: ReturnType<typeof plan>) => changes.map(({ title }) => title);

describe('a container', () => {
  it('is a root from a template and a domain with its users, which starts when the root is made', () => {
    const planned = plan({ ...LAN, autostart: false });
    expect(titles(planned)).toEqual([`make root ${DEST}`, 'define domain web1', 'start domain web1']);
    expect(planned.missing).toEqual([]);
    const xml = xmlOf(planned);
    expect(xml).toMatch(/<domain type="lxc">.*<memory unit="KiB">131072</s);
    expect(xml).toContain(`<uid start="0" target="${FIRST}" count="${RANGE}"/>`);
    expect(xml).toMatch(new RegExp(`<source dir="${DEST}"/>\\s*<target dir="/"/>`));
    expect(xml).not.toMatch(/<disk|cdrom|emulator/);
    expect(planned.result).toMatchObject({
      kind: 'container',
      root: { path: DEST, first_user: FIRST, users: RANGE, cloud_init: false },
    });
    expect(planned.result).not.toHaveProperty('disk');
    expect(planned.result).not.toHaveProperty('seed');
    expect(rootsOf(planned.one)[0]).toMatchObject({ dest: DEST, template: TEMPLATE });
  });

  it('gets its addresses by libvirt without cloud-init, and by its seed with it', () => {
    const address = /<ip address="10.10.1.11" family="ipv4" prefix="24"\/>\s*<route [^>]*gateway="10.10.1.1"/;
    expect(xmlOf(plan(LAN))).toMatch(address);
    const seeded = plan(LAN, { root: SEEDED });
    expect(xmlOf(seeded)).not.toMatch(/<ip |<route/);
    expect(seeded.result).toMatchObject({ seed: { path: `${DEST}/var/lib/cloud/seed/nocloud` } });
    const step = seeded.changes.find(({ step: { part } }) => part === 'root')?.step;
    const files = step?.part === 'root' && step.step.act === 'make' ? step.step.files : [];
    const text = (name: string) => {
      const { content } = files.find(({ path }) => path.endsWith(name)) ?? {};
      return content instanceof Uint8Array ? new TextDecoder().decode(content) : content;
    };
    expect(text('network-config')).toContain('address: "10.10.1.11/24"');
    expect(text('vendor-data')).not.toContain('hotplug');
  });

  it('has an address of a network with DHCP without asking for it, and asks where it has none', () => {
    const all = known(network('lan', { nat: true, ...DHCP, dns: { domain: 'lan' }, mtu: 1442 }));
    const fixed = plan({ networks: [{ name: 'lan', address: '10.20.0.5' }] }, { known: all });
    expect(xmlOf(fixed)).toMatch(
      /<ip address="10.20.0.5"[^>]*prefix="24"\/>\s*<route [^>]*gateway="10.20.0.1"/,
    );
    const asking = plan({ networks: [{ name: 'lan' }] }, { known: all });
    expect(xmlOf(asking)).not.toContain('<ip ');
    const rootOf = ({ one }: ReturnType<typeof plan>) => rootsOf(attach(one, all).vm)[0]?.interfaces;
    expect(rootOf(fixed)).toMatchObject([
      { name: 'eth0', dhcp: false, addresses: [], dns: ['10.20.0.1'], mtu: 1442 },
    ]);
    expect(rootOf(asking)).toMatchObject([{ name: 'eth0', dhcp: true, dns: [] }]);
  });

  it('takes a changed seed at its next start, and says so until then', () => {
    const mac = '52:54:00:00:00:01';
    const nic = { ...LAN, interfaces: [{ ...LAN.interfaces[0], mac }] };
    const stored = (more: Partial<RootState> = {}) => {
      const [options] = rootsOf(vmOf({ ...CONTAINER, ...nic }), [mac]);
      if (!options) throw new Error('no root');
      const is = { mode: 0o600, uid: FIRST, gid: FIRST };
      const seed = seedFilesOf(options).files.map((file) => ({ ...file, is }));
      return root({
        exists: true,
        traits: undefined,
        record: { root: DEST, cloudInit: true },
        seed,
        ...more,
      });
    };
    const running = xmlOf(plan(nic, { root: SEEDED }));
    const other = { interfaces: [{ ...nic.interfaces[0], address: '10.10.1.12/24' }] };
    const changed = plan({ ...nic, ...other }, { root: stored({ boot: 'now' }), running });
    expect(titles(changed)).toContain(`write seed in ${DEST}`);
    expect(changed.result?.seed).toMatchObject({ applied: true });
    expect(changed.result?.restart_reasons.join()).toMatch(/seed when it boots/);
    const step = changed.changes.find(({ step: { part } }) => part === 'root')?.step;
    const record = step?.part === 'root' && step.step.act === 'seed' ? step.step.record : undefined;
    expect(record).toMatchObject({ root: DEST, cloudInit: true });
    // Only the start that it was noted for waits, and what isn't applied at a start is none.
    const reasons = (boot: string | undefined, more: object = {}) =>
      plan({ ...nic, ...more }, { root: stored({ record, boot }), running }).result?.restart_reasons.join();
    expect(reasons('now')).toMatch(/seed when it boots/);
    expect(reasons('later')).not.toMatch(/seed/);
    expect(reasons(undefined)).not.toMatch(/seed/);
    expect(reasons('later', { hostname: 'other' })).not.toMatch(/seed/);
  });

  it('is not restarted for a file of its seed that has another mode', () => {
    const [options] = rootsOf(vmOf({ ...CONTAINER }), []);
    if (!options) throw new Error('no root');
    const seed = seedFilesOf(options).files.map((file) => ({
      ...file,
      is: { mode: 0o644, uid: FIRST, gid: FIRST },
    }));
    const made = root({
      exists: true,
      traits: undefined,
      record: { root: DEST, cloudInit: true },
      seed,
      boot: 'now',
    });
    const planned = plan({}, { root: made, running: xmlOf(plan({}, { root: SEEDED })) });
    expect(titles(planned)).toEqual([`write seed in ${DEST}`]);
    expect(planned.result).toMatchObject({ restart_required: false });
  });

  it('is stopped whatever its guest has made of its seed, and keeps its users', () => {
    const running = xmlOf(plan(LAN, { root: SEEDED }));
    const unreadable = new Error('a link');
    const planned = plan({ ...LAN, state: 'stopped', memory: '64 MiB' }, { root: unreadable, running });
    expect(titles(planned)).toEqual(['shut down domain web1']);
    expect(planned.warnings).toContain('a link');
    expect(() => plan(LAN, { root: unreadable, running })).toThrow('a link');
  });

  it('takes its template for what it will have, whatever was recorded of a former root', () => {
    const former = root({ record: { root: DEST, cloudInit: true } });
    expect(xmlOf(plan(LAN, { root: former }))).toContain('<ip address="10.10.1.11"');
  });

  it('has no root that libvirt has made', () => {
    const made = root({
      exists: true,
      isForeign: true,
      traits: undefined,
      record: { root: DEST, cloudInit: false },
    });
    expect(() => plan({}, { root: made })).toThrow(/is not the root that was made: remove it/);
  });

  it('keeps its root when it is removed, unless the storage is to go', () => {
    const made = root({ exists: true, traits: undefined, record: { root: DEST, cloudInit: false } });
    const running = xmlOf(plan());
    const gone = { state: 'absent', force_off: true };
    expect(titles(plan(gone, { root: made, running })).join()).not.toContain('root');
    expect(titles(plan({ ...gone, remove_storage: true }, { root: made, running })).at(-1)).toBe(
      `remove root ${DEST}`,
    );
  });

  it('waits for cloud-init only where there is one', () => {
    const wait = { wait: { for: 'cloud_init' } };
    expect(() => plan(wait)).toThrow(/option 'wait.for': the root from 'debian-12' has no cloud-init/);
    expect(() => plan(wait, { root: SEEDED })).not.toThrow();
  });

  it('says what is missing while its template is', () => {
    const planned = plan({}, { root: root({ traits: undefined }) });
    expect(planned.missing).toEqual([expect.stringContaining(`${TEMPLATE} is not found`)]);
  });

  it('is not made over a guest of the other kind', () => {
    const one = vmOf(CONTAINER);
    const state = { ...stateOf(one), other: 'guest' as const };
    expect(() => vm.plan(one, state)).toThrow(/web1 is a VM on this host: give 'kind: vm'/);
    const machine = vmOf();
    expect(() => vm.plan(machine, { ...stateOf(machine), other: 'guest' })).toThrow(
      /is a container on this host/,
    );
    expect(() => vm.plan(machine, { ...stateOf(machine), other: 'root' })).toThrow(
      /the root of a container web1 was kept/,
    );
    const defined = stateOf(machine, '<domain type="qemu"><name>web1</name></domain>');
    expect(() => vm.plan(machine, { ...defined, other: 'root' })).not.toThrow(/was kept/);
  });
});

describe('options of a container', () => {
  it.each([
    [{ disks: [{ size: '1G' }] }, 'disks', /domain\.filesystems/],
    [{ disk_size: '1G' }, 'disk_size', /root instead of disks/],
    [{ backing: 'copy' }, 'backing', /a copy/],
    [{ memory_max: '1 GiB' }, 'memory_max', /up to what it was started with/],
    [{ kernel: 'template' }, 'kernel', /kernel/],
    [{ iso: {} }, 'iso', /template/],
    [{ migrate: 'live' }, 'migrate', /can't move/],
    [{ cpu_mode: 'host-model' }, 'cpu_mode', /processors/],
    [{ domain: { idmap: { target: 1, count: 2 } } }, 'domain.idmap', /users of its root/],
    [{ domain: { firmware: 'efi' } }, 'domain.firmware', /no firmware/],
    [{ hostname: 'a_b' }, 'hostname', /made of letters/],
    [{ name: 'a_b' }, 'name', /'hostname'/],
    [{ wait: { for: 'agent' } }, 'wait.for', /has no agent/],
    [{ images: ['x'], archives: ['debian-12'] }, 'archive_name', /no entry images\['debian-12'\]/],
    [
      { domain: { filesystems: [{ source: '/srv', target: '/' }] } },
      'domain.filesystems[0].target',
      /another/,
    ],
  ] as const)('refuse %j', async (given, option, said) => {
    const found = await problems([{ ...CONTAINER, ...given }]);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`option 'vms[0].${option}': `);
    expect(found[0]).toMatch(said);
  });

  it.each([
    [{ domain: { init: '/sbin/init' } }, 'domain.init'],
    [{ domain: { idmap: { target: 1, count: 2 } } }, 'domain.idmap'],
    [{ uri: 'lxc:///system' }, 'uri'],
  ] as const)('are errors of a VM: %j', async (given, option) => {
    expect(await problems([given])).toEqual([
      expect.stringMatching(
        new RegExp(`option 'vms\\[0\\]\\.${option.replace('.', '\\.')}': .*kind: container`),
      ),
    ]);
  });

  it('may stand for those that a count no longer has', async () => {
    const surplus = { group: 'shop', type: 'web', surplus: 'keep', state: 'absent' };
    expect(await problems([{ ...CONTAINER, ...surplus, name: 'shop_web' }])).toEqual([]);
  });

  it('are those of a guest: two of one name are an error, whatever they are', async () => {
    expect((await problems([{}, CONTAINER])).join()).toMatch(/the name 'web1' is used by vms\[1\]\.name too/);
  });
});
