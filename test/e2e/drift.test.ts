import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPicture, type Pages, startBrowser } from '../support/browser.ts';
import { SmallCloud } from './cloud.ts';

// What has drifted from the variables is seen, and put right by a run. The tests build on each other.
let cloud: SmallCloud;
let browser: Pages;
beforeAll(async () => {
  browser = await startBrowser();
  cloud = await SmallCloud.start();
});
afterAll(async () => {
  await browser?.close();
  await cloud?.remove();
});

interface Drift {
  readonly kind: string;
  readonly name: string;
  readonly changes: readonly string[];
}
interface Seen {
  readonly hosts: readonly {
    readonly name: string;
    readonly problems: readonly string[];
    readonly drift: readonly Drift[];
  }[];
}

/** What a playbook has written as JSON, once. */
function written(name: string): Seen {
  const path = join(cloud.project.directory, name);
  const seen = JSON.parse(readFileSync(path, 'utf8')) as Seen;
  rmSync(path);
  return seen;
}

async function mustPass(playbook: string, ...args: string[]): Promise<string> {
  const { output, exitCode } = await cloud.play(playbook, args);
  expect(exitCode, output).toBe(0);
  return output;
}

/** The objects that drift says, with their hosts, as `hv1: vms gate`. */
async function drifted(): Promise<string[]> {
  const { output, exitCode } = await cloud.play('drift', ['-e', 'drift_json=drift.json']);
  const { hosts } = written('drift.json');
  const found = hosts.flatMap(({ name, drift }) => drift.map((one) => `${name}: ${one.kind} ${one.name}`));
  expect(exitCode, output).toBe(found.length > 0 ? 2 : 0);
  expect(hosts.map(({ problems }) => problems)).toEqual([[], []]);
  const shown = output.slice(output.lastIndexOf('TASK ['));
  for (const one of found) expect(shown).toContain(`  ${one.replace(/^\S+ /, '')}: `);
  return found.sort();
}

/** The rows of status, each by the name of its guest, or of its host. */
async function status(...args: string[]): Promise<Record<string, string>> {
  const output = await mustPass('status', ...args);
  const [, ...rows] = output.slice(output.indexOf('\nHOST ')).trim().split('\n');
  const ours = rows.filter((row) => /^hv\d/.test(row) && !row.includes(': ok='));
  return Object.fromEntries(ours.map((row) => [/^hv\d {1,4}(\w+) /.exec(row)?.[1] ?? row.slice(0, 3), row]));
}

it('is everything before the first run', async () => {
  const found = await drifted();
  expect(found).toEqual(
    expect.arrayContaining([
      'hv1: ovs_bridges br-phy',
      'hv1: ovs_ports mgmt',
      'hv2: ovs_ports ov-hv1',
      'hv1: networks lan',
      'hv2: images tiny.raw',
      'hv1: vms shopsql00',
      'hv2: vms far',
    ]),
  );
  // Nothing was made.
  expect(
    await cloud.sh(
      'hv1',
      'ovs-vsctl list-br; virsh list --all --name; ls /etc/piecewise-cloud 2>/dev/null || true',
    ),
  ).toBe('');
});

it('is nothing after a run', async () => {
  await mustPass('site');
  expect(await drifted()).toEqual([]);
  const rows = await status('-e', 'status_json=status.json');
  expect(Object.keys(rows).sort()).toEqual([
    'far',
    'gate',
    'hv1',
    'hv2',
    'shopsql00',
    'shopweb00',
    'shopweb01',
  ]);
  expect(rows.gate).toMatch(/running +10\.20\.0\.5, 10\.30\.0\.5$/);
  expect(rows.shopsql00).toMatch(/shut off +10\.20\.0\.9 +shop\/sql$/);
  expect(rows.hv2).toContain('Debian GNU/Linux 13');
  expect(Object.values(rows).join()).not.toMatch(/drift|restart|unmanaged|not active/);
  expect(written('status.json').hosts[0]).toMatchObject({
    name: 'hv1',
    info: { networks: [{ name: 'lan', service: 'active' }] },
    guest_commands: { gate: expect.stringMatching(/^ssh .*10\.20\.0\.5$/) },
  });
});

it('is what others have changed, and a run puts it right', async () => {
  await cloud.sh(
    'hv1',
    `virsh destroy gate
    ovs-vsctl set port mgmt tag=31
    virsh dumpxml --inactive shopweb00 | sed 's/32768</65536</' >/run/edited.xml; virsh define /run/edited.xml
    ovs-vsctl add-port ovs-lan intruder -- set interface intruder type=internal
    systemctl stop piecewise-cloud-dnsmasq@lan`,
  );
  expect(await drifted()).toEqual([
    'hv1: networks lan',
    'hv1: ovs_ports mgmt',
    'hv1: vms gate',
    'hv1: vms shopweb00',
  ]);
  // Tags select what is looked at, not what is shown.
  const tagged = await cloud.play('drift', ['--tags', 'ovs']);
  expect(tagged.exitCode, tagged.output).toBe(2);
  expect(tagged.output).toContain('Drift: 1 object\n');
  await mustPass('picture');
  const rows = await status();
  expect(rows.hv1).toMatch(/drift: (ovs_ports mgmt, networks lan|networks lan, ovs_ports mgmt);/);
  expect(rows.hv1).toContain('unmanaged ports: intruder');
  expect(rows.hv1).toContain('network services not active: lan');
  expect(rows.gate).toMatch(/shut off .*drift$/);
  expect(rows.shopweb00).toMatch(/running .*drift; needs a restart: memory: /);
  expect(rows.shopweb01).toMatch(/running +shop\/web$/);
  await mustPass('site');
  expect(await drifted()).toEqual([]);
  // Packages are only looked for.
  const missing = ['-e', JSON.stringify({ hypervisor_packages: ['hello'] })];
  const { output, exitCode } = await cloud.play('drift', ['--limit', 'hv2', ...missing]);
  expect(exitCode, output).toBe(2);
  expect(output).toContain('hypervisor Show which packages would be installed: would install hello');
  expect(output).toContain('Drift: 1 object\n');
  // A port of others is kept by a run.
  await cloud.sh('hv1', 'ovs-vsctl del-port intruder');
  expect(Object.values(await status('-e', 'cloud_drift=false')).join()).not.toMatch(
    /drift|restart|unmanaged|not active/,
  );
});

it('is marked in the picture, which is drawn from what the hosts have', async () => {
  const file = join(cloud.project.directory, 'cloud.html');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const { page, requests, complaints } = await openPicture(browser, file);
  const label = (id: string) => page.locator(`.canvas [data-id="${id}"]`).getAttribute('aria-label');
  expect(await label('host:hv1')).toContain('drift: 4 objects');
  expect(await label('host:hv2')).not.toContain('drift');
  expect(await label('guest:hv1/gate')).toMatch(
    /^Guest gate on hv1, shut off, 10\.20\.0\.5.*drift: 1 object$/,
  );
  expect(await label('guest:hv1/shopweb00')).toMatch(/running.*restart pending, drift: 1 object$/);
  expect(await label('guest:hv1/shopweb01')).not.toContain('drift');
  expect(await label('guest:hv2/far')).toContain('VLAN 10');
  expect(await label('port:hv1/ovs-lan/mgmt')).toContain('drift: 1 object');
  expect(await label('network:hv1/lan')).toMatch(/10\.20\.0\.0\/24.*service inactive.*drift: 1 object$/);
  expect(await page.locator('.canvas').textContent()).toContain('intruder');
  expect(await page.locator('.canvas [data-id^="overlay:vxlan:77"]').count()).toBe(1);
  await page.locator('.canvas [data-id="port:hv1/ovs-lan/mgmt"] rect').first().click();
  expect(await page.getByRole('complementary', { name: 'Details' }).textContent()).toContain('31 -> 30');
  await page.keyboard.press('Escape');
  expect(requests.filter((address) => !/^(file|data|blob):/.test(address))).toEqual([]);
  expect(complaints).toEqual([]);
  await page.setViewportSize({ width: 1280, height: 860 });
  await page.getByRole('button', { name: 'Fit all' }).click();
  await page.mouse.move(0, 0);
  const image = await page.screenshot();
  // The picture in README.
  if (process.env.PIECEWISE_SCREENSHOTS)
    writeFileSync(join(process.env.PIECEWISE_SCREENSHOTS, 'lab.png'), image);
});

it('is not known of a host that is unreachable, and all else is shown', async () => {
  const ssh = join(cloud.project.directory, 'unreachable');
  writeFileSync(ssh, '#!/bin/sh\necho no route >&2; exit 255\n', { mode: 0o755 });
  const hv9 = { ansible_host: '192.0.2.9', ansible_connection: 'ssh', ansible_ssh_executable: ssh };
  await cloud.declare({ hv9: { ...hv9, ansible_ssh_retries: 0 } });
  const rows = await status('-e', 'cloud_drift=false');
  expect(rows.hv9).toMatch(/unknown +192\.0\.2\.9 +unreachable: .*no route/);
  expect(rows.gate).toMatch(/running/);
  const { output, exitCode } = await cloud.play('drift');
  expect([2, 4], output).toContain(exitCode);
  expect(output).toContain('  ! unreachable: ');
  expect(output).toContain('No drift was found; not all is known of 1 host');
});
