import { existsSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ANSIBLES, type Ansible, makeProject, type Project } from './ansible.ts';

// The inventory of guests, and the file for OpenSSH that is made of it. No host of these tests can be reached.

type Variables = Record<string, unknown>;
type Groups = Record<string, { readonly hosts?: readonly string[] } | undefined>;
type Listing = Groups & { readonly _meta: { readonly hostvars: Record<string, Variables> } };

let project: Project;
beforeAll(async () => {
  project = await makeProject();
});
afterAll(() => project?.remove());

const directory = (name = 'inventory') => join(project.directory, name);
beforeEach(() => rmSync(directory(), { recursive: true, force: true }));

/** An inventory of these files, by their paths in it; `zz_guests.yml` is there anyway. */
function declare(files: Record<string, unknown>, name?: string): void {
  for (const [file, content] of Object.entries({ 'zz_guests.yml': {}, ...files })) {
    const path = join(directory(name), file);
    mkdirSync(dirname(path), { recursive: true });
    const source = file.startsWith('zz_')
      ? { plugin: 'piecewise.cloud.guests', ...(content as object) }
      : content;
    writeFileSync(path, stringify(source));
  }
}

const HOSTS = {
  kvm: {
    hosts: {
      hv1: { ansible_host: '203.0.113.11', ansible_user: 'root' },
      hv2: { ansible_host: '{{ prefix }}:12', ansible_port: 2222 },
    },
    vars: { prefix: '2001:db8:' },
  },
};

const list = async (ansible: Ansible, ...more: string[]) => {
  const run = await project.run(ansible, ['ansible-inventory', '-i', directory(), '--list', ...more]);
  expect([run.exitCode, run.stderr]).toEqual([0, '']);
  return JSON.parse(run.stdout) as Listing;
};

// Each is an inventory of its own, in one run: the number in its names is that of its row.
const PROBLEMS: readonly (readonly [vms: unknown, message: RegExp])[] = [
  [
    [{ name: 'a' }, { name: 'web' }, { name: 'web' }],
    /two guests have the name 'web': hv0: vms\[1\] \(web\), and hv0: vms\[2\] \(web\)\. .* needs 'host'/,
  ],
  [
    [{ name: 'a' }, { name: 'hv1' }],
    /hv1: vms\[1\] \(hv1\) has the name of a host of the inventory \(\S*hosts\.yml\)/,
  ],
  [[{ name: 'localhost' }], /hv2: vms\[0\] \(localhost\) has the name of the controller/],
  [
    [{ name: 'a', networks: [{ name: '{{ nosuch }}' }] }],
    /hv3: vms\[0\] \(a\)\.networks\[0\]\.name: 'nosuch' is undefined/,
  ],
  [[{ name: 'a' }, '{{ 1 / 0 }}'], /hv4: vms\[1\]: can't be evaluated/],
  [
    [{ name: 'a', interfaces: [{ address: '10.0.0.999' }] }],
    /hv5: vms\[0\] \(a\)\.interfaces\[0\]\.address: '10\.0\.0\.999' is not an IP address/,
  ],
  [
    [{ name: 'a', networks: [{ name: 'b', address: [6] }] }],
    /hv6: .*networks\[0\]\.address: '6' is not an IP address/,
  ],
  [
    [{ name: 'a -oProxyCommand=x' }],
    /hv7: vms\[0\] \(a -oProxyCommand=x\): name is not valid: 'a -oProxyCommand=x'/,
  ],
  [[{ name: 'a', users: [{ name: 'b\nc' }] }], /hv8: vms\[0\] \(a\): users\[0\]\.name is not valid: 'b\\nc'/],
  [[{ name: 'a', state: 'runing' }], /hv9: vms\[0\] \(a\)\.state: 'runing' is not a state of a VM/],
  ['a', /hv10: vms: must be a list/],
  [[5], /hv11: vms\[0\]: must be a mapping/],
  [[{ name: 'a', networks: { name: 'lan' } }], /hv12: vms\[0\] \(a\)\.networks: must be a list/],
  [
    [{ name: 'a', networks: [{ name: 'b' }] }, { name: 'network_b' }],
    /hv13: vms\[1\] \(network_b\) has the name of a group/,
  ],
  ['{{ nosuch }}', /hv14: vms: 'nosuch' is undefined/],
];

const web = (more: object = {}, group = 'shop') => ({
  vm_groups: [{ name: group, types: [{ name: 'web', prefix: 'web', ...more }] }],
});

// As above, of groups of guests, with the variables of each inventory.
const GROUP_PROBLEMS: readonly (readonly [variables: Variables, message: RegExp])[] = [
  [
    { ...web(), vms: [{ name: 'web00' }] },
    /'web00': gr0: vms\[0\] \(web00\), and gr0: vm_groups\[0\]\.types\[0\] \(web00\)\. .* needs 'host'/,
  ],
  [web({ count: 'x' }), /gr1: vm_groups\[0\]\.types\[0\]\.count: must be a whole number from 0 to 1000/],
  [web({ count: '{{ nosuch }}' }), /gr2: vm_groups\[0\]\.types\[0\]\.count: 'nosuch' is undefined/],
  [web({}, 'kvm3'), /gr3: .* is in the group 'kvm3', which has the hypervisors: choose another name/],
  [
    { vm_descriptions: ['../files/bad'] },
    /gr4: \S*bad line 3: 'ram' is unknown: the options are mem, cpu, dsk, name/,
  ],
  [{ vm_descriptions: ['nosuch'] }, /gr5: vm_descriptions\[0\]: there is no file nosuch in /],
  [
    web({ networks: [{ name: 5.5 }] }),
    /gr6: vm_groups\[0\]\.types\[0\] \(web00\): networks\[0\]\.name is not valid/,
  ],
];

describe.each(ANSIBLES)('ansible-inventory %s', (ansible) => {
  it('has the guests of all lists, with their defaults, and the groups that they are in', async () => {
    declare({
      'hosts.yml': HOSTS,
      'group_vars/all.yml': {
        third: 1,
        auditor: { name: 'ann' },
        ansible_ssh_common_args: '-o ConnectTimeout={{ third + 8 }}',
      },
      'group_vars/kvm.yml': {
        vm_defaults: {
          users: ['default', '{{ auditor }}', { name: 'joe', ssh_authorized_keys: ['ssh-ed25519 AAAA'] }],
        },
        vm_list: [
          { name: 'web1', host: 'hv1', networks: [{ name: 'lan', address: ['fd00::5', '10.20.0.5'] }] },
          { name: 'mon-{{ inventory_hostname }}', networks: [{ name: 'lan' }, { name: 'd-z' }] },
          { name: 101, host: 'hv2', users: [{ name: 'ann' }] },
        ],
      },
      'host_vars/hv1/more.yml': {
        vm_list_extra: [
          "{{ {'name': 'web2', 'interfaces': [{'address': '10.1.' ~ third ~ '.2', 'netmask': '255.255.255.0'}]} }}",
          { name: 'old', state: 'absent' },
        ],
      },
      'host_vars/web1.yml': { ansible_port: 2022 },
    });
    const listing = await list(ansible);
    const { web1, web2, 'mon-hv2': mon, hv1 } = listing._meta.hostvars;
    expect(web1).toEqual({
      ansible_control_path: expect.stringMatching(/^%\(directory\)s\/[0-9a-f]{10}-%%p-%%r$/),
      ansible_host: '10.20.0.5',
      ansible_port: 2022,
      ansible_ssh_common_args: expect.stringMatching(/-o HostKeyAlias=web1 -o ConnectTimeout=9$/),
      ansible_user: 'joe',
      guest_addresses: ['10.20.0.5', 'fd00::5'],
      guest_hypervisor: 'hv1',
      guest_jump: true,
      guest_kind: 'vm',
      guest_networks: ['lan'],
      guest_state: 'running',
      auditor: { name: 'ann' },
      third: 1,
    });
    expect(web2).toMatchObject({ ansible_host: '10.1.1.2', guest_networks: [], ansible_user: 'joe' });
    expect(mon?.ansible_host).toBeUndefined();
    expect(mon?.ansible_ssh_common_args).toMatch(/^-o 'ProxyCommand=ssh -p 2222 -o ConnectTimeout=9 -W /);
    expect(mon?.ansible_ssh_common_args).toMatch(
      / 2001:db8::12' -o HostKeyAlias=mon-hv2 -o ConnectTimeout=9$/,
    );
    expect(hv1?.ansible_host).toBe('203.0.113.11');
    expect(listing.guests?.hosts).toEqual(['web1', 'mon-hv1', 'web2', 'mon-hv2', '101']);
    expect(listing.hypervisor_hv1?.hosts).toEqual(['web1', 'mon-hv1', 'web2']);
    expect(listing.network_lan?.hosts).toEqual(['web1', 'mon-hv1', 'mon-hv2']);
    expect(listing.network_d_z?.hosts).toEqual(['mon-hv1', 'mon-hv2']);
    expect(listing.kvm?.hosts).toEqual(['hv1', 'hv2']);
  });

  it('reaches a guest through its hypervisor where nothing else has a way to it', async () => {
    const at = (address: string) => [{ name: 'eth0', address }];
    const vms = [
      { name: 'behind', networks: [{ name: 'lan', address: '9.9.9.9' }] },
      { name: 'leased', networks: [{ name: 'lan' }] },
      { name: 'elsewhere', interfaces: [{ name: 'eth0', mode: 'dhcp' }] },
      { name: 'public', interfaces: at('9.9.9.9/24') },
      { name: 'private', interfaces: at('10.0.0.5/24') },
      { name: 'beside', interfaces: at('203.0.113.12/24') },
      { name: 'link', interfaces: [...at('fe80::1/64'), ...at('2600::7/64')] },
    ];
    const jumping = async (jump: object) => {
      declare({ 'hosts.yml': HOSTS, 'host_vars/hv1.yml': { vms }, 'zz_guests.yml': jump });
      const { hostvars } = (await list(ansible))._meta;
      return vms.filter(({ name }) => {
        const { guest_jump: jumps, ansible_ssh_common_args: args } = hostvars[name] ?? {};
        expect(args).toBe(jumps ? `-o ProxyJump=root@203.0.113.11 -o HostKeyAlias=${name}` : undefined);
        return jumps;
      });
    };
    expect((await jumping({})).map(({ name }) => name)).toEqual(['behind', 'leased', 'private']);
    expect(await jumping({ jump: 'always' })).toEqual(vms);
    expect(await jumping({ jump: 'never' })).toEqual([]);
  });

  it('needs no jump where the controller is the hypervisor', async () => {
    const vms = [{ name: 'web1', networks: [{ name: 'lan', address: '10.20.0.5' }] }];
    declare({
      'hosts.yml': { kvm: { hosts: { hv1: { ansible_connection: 'local', vms } } } },
      'zz_guests.yml': { jump: 'always' },
    });
    expect((await list(ansible))._meta.hostvars.web1).toMatchObject({ guest_jump: false });
  });

  it('makes variables and groups by its options, all printed as plain texts', async () => {
    declare({
      'hosts.yml': { machines: { hosts: { 'hv1.example': { vms: [{ name: 'web1', state: 'stopped' }] } } } },
      'host_vars/web1.yml': { role: 'front' },
      'zz_guests.yml': {
        hypervisors: 'machines',
        keyed_groups: [{ key: 'guest_state', prefix: 'state' }],
        groups: { front: "role == 'front'" },
        compose: { title: "role ~ '-' ~ inventory_hostname", names: '[role, zone]', brace: "'{' ~ '{ x }}'" },
        use_extra_vars: true,
      },
    });
    const listing = await list(ansible, '-e', 'zone=z');
    expect(listing._meta.hostvars.web1).toMatchObject({ title: 'front-web1', names: ['front', 'z'] });
    expect([listing.state_stopped, listing.front, listing.hypervisor_hv1_example]).toEqual(
      Array(3).fill({ hosts: ['web1'] }),
    );
  });

  it('evaluates no key that it does not need, and needs no Ansible variable of plays', async () => {
    const secret = '{{ nosuch.password }}';
    const vms = [
      {
        name: 'web1',
        host: '{{ omitted | default(omit) }}',
        memory: secret,
        user_data: secret,
        ovs: [secret],
      },
    ];
    // What the role removes is no guest either.
    const removed = { vm_state: 'absent', vms: [{ name: 'web2', networks: [secret] }] };
    declare({ 'hosts.yml': HOSTS, 'host_vars/hv1.yml': { vms }, 'host_vars/hv2.yml': removed });
    expect((await list(ansible)).guests?.hosts).toEqual(['web1']);
  });

  it('adds no guest, and says why, if an entry is wrong or names two things', async () => {
    const args = PROBLEMS.flatMap(([vms], i) => {
      declare(
        {
          'hosts.yml': { [`kvm${i}`]: { hosts: { [`hv${i}`]: { vms } } } },
          'zz_guests.yml': { hypervisors: `kvm${i}` },
        },
        `case${i}`,
      );
      return ['-i', directory(`case${i}`)];
    });
    const env = { COLUMNS: '1000' };
    const { stdout, stderr } = await project.run(ansible, ['ansible-inventory', ...args, '--list'], env);
    const said = stderr.replace(/\s+/g, ' ');
    for (const [, message] of PROBLEMS) expect(said).toMatch(message);
    const hosts = Object.keys((JSON.parse(stdout) as Listing)._meta.hostvars);
    expect(hosts.sort()).toEqual(PROBLEMS.map((_, i) => `hv${i}`).sort());
  });

  it("has groups of guests in the shape of nocloud's inventory", async () => {
    const vars = {
      ansible_user: 'root',
      ansible_ssh_common_args: '-o StrictHostKeyChecking=no',
      of: '{{ first }}',
    };
    const types = [
      { name: 'sql', prefix: 'db', host: 'hv1' },
      { name: 'web', prefix: '{{ inventory_hostname }}-', count: '{{ 1 + 1 }}' },
      { name: 'app', host: 'hv2', count: 1 },
      { name: 'none', count: 0 },
      { name: 'old', prefix: 'old', state: 'absent' },
    ];
    declare({
      'hosts.yml': HOSTS,
      'group_vars/kvm.yml': { first: 'kvm', vm_groups: [{ name: 'pf-test', vars, types }] },
      'host_vars/hv1.yml': {
        vm_groups_extra: [{ name: 'pf-test', types: [{ name: 'web', prefix: 'more' }] }],
      },
      'host_vars/hv2.yml': {
        vm_descriptions: ['files/cms'],
        vms: [
          { name: 'plain' },
          { name: 'by-hand', group: 'cms', type: 'sql' },
          { name: 'front', group: 'cms' },
        ],
      },
    });
    mkdirSync(join(directory(), 'files'));
    writeFileSync(join(directory(), 'files/cms'), 'archlinux:1:sql:mem=1024;dsk=5,5;name=cms\n');
    const listing = await list(ansible, '--export');
    const of = (pattern: RegExp) =>
      Object.fromEntries(Object.entries(listing).filter(([name]) => pattern.test(name)));
    const app = listing.pf_test_app?.hosts?.[0];
    expect(app).toMatch(/^app-[0-9a-f]{10}$/);
    expect(of(/^pf_test/)).toEqual({
      pf_test: { children: ['pf_test_sql', 'pf_test_web', 'pf_test_app'], vars: { ...vars, of: 'kvm' } },
      pf_test_sql: { hosts: ['db00'] },
      pf_test_web: { hosts: ['hv1-00', 'hv1-01', 'more00', 'hv2-00', 'hv2-01'] },
      pf_test_app: { hosts: [app] },
    });
    expect(of(/^cms/)).toEqual({
      cms: { children: ['cms_sql'], hosts: ['front'] },
      cms_sql: { hosts: ['by-hand', 'cms00'] },
    });
    const plain = await list(ansible);
    expect(plain._meta.hostvars.db00).toMatchObject({
      guest_group: 'pf-test',
      guest_type: 'sql',
      guest_kind: 'vm',
      ansible_user: 'root',
    });
    expect(plain._meta.hostvars.plain).not.toHaveProperty('guest_group');
  });

  it('adds no guest of a group, and says why, if it is wrong', async () => {
    const args = GROUP_PROBLEMS.flatMap(([variables], i) => {
      declare(
        {
          'hosts.yml': { [`kvm${i}`]: { hosts: { [`gr${i}`]: variables } } },
          'zz_guests.yml': { hypervisors: `kvm${i}` },
        },
        `group${i}`,
      );
      return ['-i', directory(`group${i}`)];
    });
    mkdirSync(directory('files'), { recursive: true });
    writeFileSync(join(directory('files'), 'bad'), 'archlinux:1:sql\n\narchlinux:2:web:ram=5\n');
    const env = { COLUMNS: '1000' };
    const { stdout, stderr } = await project.run(ansible, ['ansible-inventory', ...args, '--list'], env);
    const said = stderr.replace(/\s+/g, ' ');
    for (const [, message] of GROUP_PROBLEMS) expect(said).toMatch(message);
    const hosts = Object.keys((JSON.parse(stdout) as Listing)._meta.hostvars);
    expect(hosts.sort()).toEqual(GROUP_PROBLEMS.map((_, i) => `gr${i}`).sort());
  });

  it('ends the run, where any inventory that is not read does', async () => {
    const vms = [{ name: 'web1', networks: [{ name: 'lan' }] }];
    // A list of a group, whose guests every hypervisor would have; then a value that would be another option of SSH.
    const hosts = { hv1: null, hv2: null };
    declare({ 'hosts.yml': { kvm: { hosts } }, 'group_vars/kvm.yml': { vms } });
    const env = { ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED: 'true', COLUMNS: '1000' };
    const listed = () =>
      project
        .run(ansible, ['ansible-inventory', '-i', directory(), '--list'], env)
        .then(({ exitCode, stderr }) => [exitCode > 0, stderr.replace(/\s+/g, ' ')]);
    const two = /'web1': hv1: vms\[0\] \(web1\), and hv2: vms\[0\] \(web1\)/;
    expect(await listed()).toEqual([true, expect.stringMatching(two)]);
    declare({ 'hosts.yml': { kvm: { hosts: { hv1: { ansible_user: 'root -oProxyCommand=x' } } } } });
    expect(await listed()).toEqual([true, expect.stringContaining('hv1: ansible_user is not valid')]);
    declare({ 'zz_guests.yml': { hypervisors: 'machines' } });
    expect(await listed()).toEqual([
      true,
      expect.stringContaining("no group 'machines' in what was read before"),
    ]);
  });
});

describe.each(ANSIBLES)('ssh_config with Ansible %s', (ansible) => {
  const file = () => join(project.directory, 'ssh.conf');
  beforeEach(() => {
    rmSync(file(), { force: true });
    const lan = (address?: string) => [{ name: 'lan', address }];
    declare({
      'hosts.yml': {
        kvm: {
          hosts: {
            hv1: { ansible_host: '203.0.113.11', ansible_user: 'root', ansible_port: 2222 },
            hv2: {
              ansible_host: '2001:db8::12',
              ansible_private_key_file: '~/.ssh/hv',
              ansible_ssh_common_args: '-C',
            },
          },
        },
      },
      'host_vars/hv1.yml': {
        vms: [
          { name: 'web1', networks: lan('10.20.0.5'), users: [{ name: 'joe' }] },
          { name: 'public', interfaces: [{ address: '9.9.9.9/24' }] },
        ],
      },
      'host_vars/hv2.yml': {
        vms: [
          { name: 'web2', networks: lan('10.20.0.5') },
          { name: 'web3', networks: lan() },
        ],
      },
      'host_vars/web2.yml': { ansible_port: 2022, ansible_user: '{{ "a" ~ "dmin" }}' },
    });
  });

  const play = (...more: string[]) =>
    project.run(ansible, ['ansible', '-i', directory(), 'kvm', '-m', 'piecewise.cloud.ssh_config', ...more]);
  const write = async (...more: string[]) => {
    const { exitCode, stdout, stderr } = await play('-a', `path=${file()}`, ...more);
    expect([exitCode, stderr], stdout).toEqual([
      0,
      expect.stringMatching(/^$|WARNING.*are not written.*hv2/s),
    ]);
    return stdout;
  };
  /** What OpenSSH reads of the file for a host. */
  const read = async (host: string) => {
    const { stdout } = await execa('ssh', ['-G', '-F', file(), host]);
    const lines = stdout
      .split('\n')
      .filter((line) =>
        /^(hostname|user|port|hostkeyalias|proxy(jump|command)|identityfile ~\/.ssh\/hv) ?/.test(line),
      );
    return Object.fromEntries(lines.map((line) => line.split(/ (.*)/).slice(0, 2)));
  };

  it('writes what OpenSSH needs to reach each guest, once', async () => {
    const checked = await write('--check', '--diff');
    expect(checked).toContain('+  HostName 10.20.0.5');
    expect(existsSync(file())).toBe(false);
    // Of two hosts.
    expect((await write()).match(/CHANGED/g)).toHaveLength(1);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    const text = readFileSync(file(), 'utf8');
    expect(await read('web1')).toMatchObject({
      hostname: '10.20.0.5',
      user: 'joe',
      port: '22',
      proxyjump: 'hv1',
      hostkeyalias: 'web1',
    });
    expect(await read('web2')).toMatchObject({
      hostname: '10.20.0.5',
      user: 'admin',
      port: '2022',
      proxyjump: 'hv2',
    });
    expect(await read('web3')).toMatchObject({ hostname: 'web3', proxyjump: 'hv2' });
    expect(await read('public')).toMatchObject({ hostname: '9.9.9.9', port: '22' });
    expect(await read('public')).not.toHaveProperty('proxyjump');
    expect(await read('hv1')).toMatchObject({ hostname: '203.0.113.11', user: 'root', port: '2222' });
    expect(await read('hv2')).toMatchObject({ hostname: '2001:db8::12', identityfile: '~/.ssh/hv' });
    expect(await read('other')).toMatchObject({ hostname: 'other' });
    expect(await write()).toContain('SUCCESS');
    expect(readFileSync(file(), 'utf8')).toBe(text);
  });

  it('writes it for the user by the playbook', async () => {
    const home = join(project.directory, 'home');
    rmSync(home, { recursive: true, force: true });
    mkdirSync(join(home, '.ssh'), { recursive: true });
    const args = ['-i', directory(), 'piecewise.cloud.ssh_config'];
    const { exitCode, stdout } = await project.run(ansible, ['ansible-playbook', ...args], { HOME: home });
    expect(exitCode, stdout).toBe(0);
    expect(readFileSync(join(home, '.ssh', 'piecewise-cloud.conf'), 'utf8')).toContain('\nHost web1\n');
  });

  it('writes through a link, and has only the hosts that it is asked for', async () => {
    const link = join(project.directory, 'link.conf');
    rmSync(link, { force: true });
    symlinkSync(file(), link);
    await write('-a', JSON.stringify({ path: link, hosts: ['web1'] }));
    expect(readFileSync(file(), 'utf8').match(/^Host .*$/gm)).toEqual(['Host hv1', 'Host web1']);
  });

  it('keeps the file where the inventory of guests has failed', async () => {
    await write();
    const text = readFileSync(file(), 'utf8');
    const failures = [
      { 'host_vars/hv2.yml': { vms: [{ name: '{{ nosuch }}' }] } },
      // The group is made, and then an error follows.
      {
        'host_vars/hv2.yml': { vms: [{ name: 'web2' }] },
        'zz_guests.yml': { strict: true, compose: { a: 'nosuch' } },
      },
    ];
    for (const files of failures) {
      declare(files);
      const { exitCode, stdout, stderr } = await play('-a', `path=${file()}`);
      expect(exitCode, stdout).not.toBe(0);
      expect(stderr).toMatch(/WARNING.*nosuch/s);
      expect(stdout).toMatch(/no guests in the inventory: .*piecewise\.cloud\.guests/);
      expect(readFileSync(file(), 'utf8')).toBe(text);
    }
    declare({ 'zz_guests.yml': {} });
    await write('-a', JSON.stringify({ path: file(), hosts: [] }));
    expect(readFileSync(file(), 'utf8')).not.toContain('Host');
  });

  it('refuses a file of others, an unknown host, and a value that would be more than it is', async () => {
    const other = join(project.directory, 'other.conf');
    writeFileSync(other, 'Host *\n  User joe\n');
    const values = {
      ansible_user: 'joe\n  ProxyCommand x',
      ansible_host: '10.0.0.1 -x',
      ansible_port: '22\nUser x',
      ansible_ssh_private_key_file: '/a\nProxyCommand x',
      guest_hypervisor: '-oProxyCommand=x',
    };
    const hosts = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [`bad_${name}`, { guest_jump: true, [name]: value }]),
    );
    declare({ 'more.yml': { bad: { hosts } } });
    const tries = [
      { path: other },
      { path: join(project.directory, 'nosuch', 'ssh.conf') },
      ...['nosuch', ...Object.keys(hosts)].map((host) => ({ path: file(), hosts: [host] })),
    ];
    const tasks = tries.map((args) => ({ 'piecewise.cloud.ssh_config': args, ignore_errors: true }));
    writeFileSync(
      join(project.directory, 'play.yml'),
      stringify([{ hosts: 'kvm', gather_facts: false, tasks }]),
    );
    const { stdout, stderr } = await project.run(ansible, [
      'ansible-playbook',
      '-i',
      directory(),
      'play.yml',
    ]);
    const output = `${stdout}\n${stderr}`;
    expect(stdout).toMatch(/hv1 +: ok=8 .*ignored=8/);
    expect(output).toContain('other.conf is a file of another program or user');
    expect(output).toContain("nosuch/ssh.conf: its directory doesn't exist");
    expect(output).toContain("no host 'nosuch' in the inventory");
    expect(output).toContain("no host '-oProxyCommand=x' in the inventory");
    expect(output).toContain('bad_ansible_port: ansible_port is not a port');
    for (const name of ['ansible_user', 'ansible_host', 'ansible_ssh_private_key_file'])
      expect(output).toContain(`bad_${name}: ${name} is not valid`);
    expect(readFileSync(other, 'utf8')).toBe('Host *\n  User joe\n');
    expect(existsSync(file())).toBe(false);
  });
});
