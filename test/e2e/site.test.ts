import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ROOT } from '../../build/modules.ts';
import { findHypervisor, type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { publicKey } from '../lab/key.ts';
import { buildCollection } from '../support/build.ts';
import { onGuest, waitForPing } from '../support/guest.ts';
import { ChangedInventory, type CloudVariables } from '../support/inventory.ts';
import { type PlaybookOptions, type PlaybookRun, runPlaybook } from '../support/playbook.ts';
import { keepTemplates, templatesFor } from '../support/templates.ts';

// The blog's cloud on one lab hypervisor, from nothing to nothing. The tests build on each other, in this order.
const LAB = 'e2e';
const GUEST = '192.168.192.130';
// The host, which answers at once that it has no name server.
const DNS = '192.168.192.129';
let hypervisor: Hypervisor;
const temporary: { remove(): void }[] = [];

const playbook = (name: string) => join(ROOT, 'playbooks', `${name}.yml`);
// The blog's guest has no way in: a key is laid over its variables, by the role's own.
let defaults: Record<string, unknown> = {};
let blog: string;
const playFile = (file: string, options: PlaybookOptions = {}) =>
  runPlaybook(
    file,
    { hv1: LAB },
    { inventories: [blog], ...options, extraVars: { vm_defaults: defaults, ...options.extraVars } },
  );
const play = (name: string, options: PlaybookOptions = {}) => playFile(playbook(name), options);
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout;

async function mustPass(run: Promise<PlaybookRun>): Promise<PlaybookRun> {
  const done = await run;
  expect(done.exitCode, done.output).toBe(0);
  return done;
}

const changedBy = ({ recap }: PlaybookRun) => recap.hv1?.changed;

/** What a `--diff` run printed of differences, in its order. */
const diffLines = ({ output }: PlaybookRun) =>
  output.split('\n').filter((line) => /^(---|\+\+\+|@@|[-+ ] )/.test(line));

/** Everything about the host that a run could change. */
const snapshot = () =>
  sh(
    'for d in $(virsh list --all --name); do virsh dumpxml --inactive $d; virsh domstate $d; done; ovs-vsctl --columns=name,tag,external_ids,interfaces list port; ovs-vsctl --columns=name,datapath_type list bridge; ip -br addr | grep -v -e vnet; find /var/lib/libvirt/images | sort; find /var/lib/libvirt/images /etc/network -type f ! -name "*.qcow2" | sort | xargs -r sha256sum; cat /etc/network/interfaces 2>/dev/null',
  );

/** The blog's variables, but for a name server of its guest, and what a test changes. */
function inventoryWith(change: (variables: CloudVariables) => void = () => {}): string {
  const inventory = new ChangedInventory((variables) => {
    for (const nic of (variables.vms[0]?.interfaces ?? []) as object[]) Object.assign(nic, { dns: DNS });
    change(variables);
  });
  temporary.push(inventory);
  return inventory.path;
}

beforeAll(async () => {
  await buildCollection();
  await (await findHypervisor(LAB))?.remove();
  hypervisor = await startHypervisor({ name: LAB, binds: [templatesFor(LAB)] });
  blog = inventoryWith();
  defaults = { ssh_authorized_keys: [(await publicKey()).trim()] };
});

afterAll(async () => {
  for (const one of temporary) one.remove();
  await hypervisor?.remove();
  keepTemplates(LAB);
});

describe("the blog's cloud", () => {
  it('is only planned in check mode, on a fresh host too', async () => {
    const before = await snapshot();
    const run = await mustPass(play('site', { args: ['--check', '--diff'] }));
    expect(changedBy(run)).toBeGreaterThan(0);
    expect(run.output).toContain('define domain test');
    expect(await snapshot()).toBe(before);
  });

  it('has a guest that answers ping in VLAN 25', async () => {
    await mustPass(play('site'));
    expect(await waitForPing(hypervisor, GUEST)).toContain(`bytes from ${GUEST}`);
    expect(await sh('ovs-vsctl get port veth-test-eth0 tag; ovs-vsctl get port itc-wan1 tag')).toBe('25\n25');
  });

  it('accepts a login of its user, and cloud-init reports no problem', async () => {
    const asked = 'cloud-init status --wait; hostname; sudo id -un; grep -v "^#" /etc/resolv.conf';
    const { stdout } = await onGuest(hypervisor, GUEST, asked);
    expect(stdout.replace(/^\.*\n?/, '')).toBe(`status: done\ntest\nroot\nnameserver ${DNS}`);
  });

  it('changes nothing when it is run again', async () => {
    const before = await snapshot();
    const run = await mustPass(play('site', { args: ['--diff'] }));
    expect(changedBy(run), run.output).toBe(0);
    expect(diffLines(run)).toEqual([]);
    expect(await snapshot()).toBe(before);
  });

  it('shows in check mode exactly what the run then does', async () => {
    const inventory = inventoryWith(({ ovs, vms }) => {
      ovs.ports.push({
        bridge: 'ovs-wan1',
        port: 'itc-wan2',
        tag: 26,
        mode: 'static',
        address: '10.9.0.1/24',
      });
      ovs.ports.push({ bridge: 'ovs-wan1', port: 'itc-wan3' });
      const [nic] = (vms[0]?.interfaces ?? []) as object[];
      // Off, and left so when the host boots: two guests at once would be slow.
      const off = {
        state: 'present',
        autostart: false,
        interfaces: [{ ...nic, address: '192.168.192.132' }],
      };
      vms.push({ ...vms[0], ...off, name: 'a-much-longer-name' });
      Object.assign(vms[0] ?? {}, { memory: '400 MiB', vcpus: 2 });
    });
    const options = { inventories: [inventory] };
    const before = await snapshot();
    const planned = await mustPass(play('site', { ...options, args: ['--check', '--diff'] }));
    expect(await snapshot()).toBe(before);
    const done = await mustPass(play('site', { ...options, args: ['--diff'] }));
    expect(diffLines(planned)).toEqual(diffLines(done));
    expect(diffLines(done).length).toBeGreaterThan(10);
    expect(changedBy(planned)).toBe(changedBy(done));
    expect(await sh('ip -br link show dev itc-wan3')).toMatch(/,UP/);
    expect(changedBy(await mustPass(play('site', options)))).toBe(0);
  });

  it('shows no secret of a guest, however much is shown', async () => {
    const secret = 'Correct-Horse-Battery';
    const user = { name: 'joe', plain_text_passwd: secret, lock_passwd: false };
    const extraVars = { vm_defaults: { ...defaults, users: ['default', user] } };
    const run = await mustPass(play('vms', { args: ['--check', '--diff', '-vvv'], extraVars }));
    expect(run.output).toContain('users');
    expect(changedBy(run)).toBeGreaterThan(0);
    expect(run.output).not.toContain(secret);
  });

  it('runs for one VM with vm_only, and only defines or starts with tags', async () => {
    const inventory = inventoryWith(({ vms }) => {
      for (const name of ['one', 'two'])
        vms.push({ ...vms[0], name, interfaces: [], ovs: [], state: 'running' });
    });
    const options = { inventories: [inventory], extraVars: { vm_only: 'one' } };
    const states = async () =>
      (await sh('virsh list --all | grep -E " (one|two) "')).replace(/\s+/g, ' ').trim();
    await mustPass(play('vms', { ...options, args: ['--skip-tags', 'start'] }));
    expect(await states()).toBe('- one shut off');
    await mustPass(play('vms', { ...options, args: ['--tags', 'start'] }));
    expect(await states()).toMatch(/^\d+ one running$/);
    await mustPass(play('vms', { ...options, args: ['--tags', 'define'] }));
    expect(await states()).toMatch(/^\d+ one running$/);
    const absent = {
      vm_state: 'absent',
      vm_remove_storage: true,
      vm_defaults: { ...defaults, shutdown_timeout: 1, force_off: true },
    };
    await mustPass(play('vms', { ...options, extraVars: { ...options.extraVars, ...absent } }));
    expect(await sh('virsh list --all --name; ls /var/lib/libvirt/images')).not.toContain('one');
  });

  it('works with the role vm alone', async () => {
    const work = mkdtempSync(join(tmpdir(), 'piecewise-role-'));
    temporary.push({ remove: () => rmSync(work, { recursive: true }) });
    const file = join(work, 'play.yml');
    const role = { name: 'Ours', 'ansible.builtin.import_role': { name: 'piecewise.cloud.vm' } };
    writeFileSync(file, stringify([{ hosts: 'kvm', gather_facts: false, tasks: [role] }]));
    // The blog's memory again.
    expect(changedBy(await mustPass(playFile(file)))).toBe(1);
  });

  it('is back after a reboot, without a playbook run', async () => {
    await hypervisor.reboot();
    const running = 'test "$(virsh domstate test)" = running';
    await sh(`for i in $(seq 120); do ${running} && break; sleep 0.5; done; ${running}`);
    expect(await sh('ovs-vsctl get port itc-wan1 tag')).toBe('25');
    expect(await sh('ip -4 -br addr show dev itc-wan1')).toContain('192.168.192.129/29');
    expect(changedBy(await mustPass(play('site')))).toBe(0);
    // It boots for a minute, and nothing below needs it.
    await sh('virsh destroy test');
  });
});

describe('wrong variables are an error, and nothing is changed', () => {
  const rows: [string, 'networks' | 'vms', (variables: CloudVariables) => void, string][] = [
    [
      'a missing archive',
      'vms',
      ({ vms }) => Object.assign(vms[0] ?? {}, { archive_name: 'nowhere' }),
      "option 'vms[0].archive_name': there is neither an archive nowhere.tar.gz on the controller",
    ],
    [
      'a key that is misspelt',
      'vms',
      ({ vms }) => Object.assign(vms[0] ?? {}, { memroy: 1 }),
      "hv1: vms[0] (test).memroy is unknown; did you mean 'memory'?",
    ],
    [
      'a tag of 5000',
      'networks',
      ({ ovs }) => Object.assign(ovs.ports[0] ?? {}, { tag: 5000 }),
      'hv1: ovs.ports[0] (itc-wan1).tag must be from 0 to 4095',
    ],
  ];
  it.each(rows)('%s', async (_, playbook, change, message) => {
    const before = await snapshot();
    const run = await play(playbook, { inventories: [inventoryWith(change)] });
    expect(run.exitCode).not.toBe(0);
    expect(run.output).toContain(message);
    expect(await snapshot()).toBe(before);
  });

  it('a wrong checksum', async () => {
    const image = join(mkdtempSync(join(tmpdir(), 'piecewise-image-')), 'x.qcow2');
    writeFileSync(image, 'not what was expected');
    const images = { 'wrong.qcow2': { path: image, checksum: `sha256:${'0'.repeat(64)}` } };
    const run = await play('images', { extraVars: { image_list_extra: images } });
    expect(run.exitCode).not.toBe(0);
    expect(run.output).toContain("images['wrong.qcow2']");
    expect(await sh('ls /var/lib/libvirt/templates')).not.toContain('wrong');
  });
});

describe('destroy.yml', () => {
  it("does nothing without the host's name as confirmation", async () => {
    const before = await snapshot();
    const run = await play('destroy');
    expect(run.output).toContain('destroy_confirm=hv1');
    expect(run.exitCode).not.toBe(0);
    expect(await snapshot()).toBe(before);
  });

  it('removes all that site.yml made', async () => {
    const inventory = inventoryWith(({ ovs, vms }) => {
      ovs.ports.push({ bridge: 'ovs-wan1', port: 'itc-wan2' });
      // Its files are called as in the blog's entry.
      vms.push({ ...vms[0], name: 'a-much-longer-name' });
    });
    await mustPass(play('destroy', { inventories: [inventory], extraVars: { destroy_confirm: 'hv1' } }));
    expect(await sh('virsh list --all --name')).toBe('');
    expect(await sh('ovs-vsctl list-br')).toBe('');
    expect(await sh('ls /var/lib/libvirt/images /etc/network/interfaces.d')).not.toMatch(/test|ovs|itc|much/);
    expect(await sh('cat /etc/network/interfaces')).not.toMatch(/ovs_port|itc-wan/);
    expect(await sh('ip -br link')).not.toContain('itc-wan');
  });
});
