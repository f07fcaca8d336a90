import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ROOT } from '../../build/modules.ts';
import { ANSIBLES, type Ansible, makeProject, type Project } from './ansible.ts';

// Variables are checked on the controller: neither host of these tests can be reached, or has Node.js.
const BLOG = join(ROOT, 'examples/blog/host_vars/hv1/cloud.yml');
// TEST-NET-1, and nothing here has a route to it that a packet would go.
const UNREACHABLE = {
  ansible_connection: 'ssh',
  ansible_host: '192.0.2.1',
  ansible_ssh_common_args: '-F /dev/null -o ProxyCommand=false',
};
const WITHOUT_NODE = { ansible_connection: 'local', ansible_node_interpreter: '/nonexistent/node' };

type Variables = Record<string, unknown>;

let project: Project;

/** An inventory of two hosts: the first has the blog's file and can't be reached, the second has what is given. */
function declare(second: Variables): void {
  const hosts = { hv1: UNREACHABLE, hv2: { ...WITHOUT_NODE, ...second } };
  writeFileSync(join(project.directory, 'hosts.yml'), stringify({ kvm: { hosts } }));
}

beforeAll(async () => {
  project = await makeProject();
  mkdirSync(join(project.directory, 'host_vars'));
  writeFileSync(join(project.directory, 'host_vars/hv1.yml'), readFileSync(BLOG));
});

afterAll(() => project?.remove());

// Of bridges and ports alone: the second host is this machine, to which nothing is done without its Node.js.
const site = (ansible: Ansible) =>
  project.run(ansible, ['ansible-playbook', 'piecewise.cloud.site', '--tags', 'ovs']);

const SECRET = 'Tr0ub4dor';
const vm = { name: 'web1', memory: '1 GiB', archive_name: 'a' };

const GROUPS = [
  {
    name: 'shop',
    types: [
      { name: 'web', count: -1, memory: [SECRET], prefx: SECRET },
      {
        name: 'sql',
        memory: '1 GiB',
        archive_name: 'a',
        interfaces: [{ name: 'eth0', adress: SECRET }],
      },
      { prefix: '-a', memory: '1 GiB', archive_name: 'a' },
    ],
  },
  { types: {}, var: SECRET },
];

const SLIPS = {
  vms: [
    { ...vm, memry: SECRET },
    { name: 'web2', memory: [SECRET], state: 'runing', autostart: SECRET },
    { name: 'web3', state: 'absent' },
    { ...vm, interfaces: [{ name: 'eth0', adress: SECRET }], ovs: [{ vlans: [SECRET] }] },
    { memory: 5 },
  ],
  vm_groups: GROUPS,
  vm_descriptions: {},
  ovs_bridges: [{ name: '-a', dataptah_type: 'netdev' }, { stp_enable: 'perhaps' }],
  ovs_ports: [{ bridge: 'ovs-lan', tag: 4096, mode: 'statc' }],
  ovs_ports_extra: ['lan'],
  ovs_bridges_extra: null,
  images: {
    one: { debootstrap: { sute: SECRET } },
    two: { url: 'https://images.example.org/x' },
    three: {},
    'debian-12.qcow2': {},
    four: SECRET,
    '-six': { debootstrap: {} },
    five: { debootstrap: null, path: SECRET, checksum: SECRET },
  },
  overlay_address: '192.0.2.2',
  overlay_type: 'vlan',
  overlay_name: 'overlay',
  overlay_psk: `${SECRET} x`,
  overlay_port: { trunk: [5] },
  overlay_options: [],
};

const SAID = [
  "vms[0] (web1).memry is unknown; did you mean 'memory'?",
  'vms[1] (web2).archive_name is required',
  'vms[1] (web2).memory must be a text',
  'vms[1] (web2).state must be one of running, present, stopped, absent',
  'vms[1] (web2).autostart must be a boolean (yes or no)',
  "vms[3] (web1).interfaces[0] (eth0).adress is unknown; did you mean 'address'?",
  'vms[3] (web1).ovs[0].name is required',
  'vms[3] (web1).ovs[0].vlans must be a list, each item a whole number',
  'vms[4].name is required',
  'vms[4].archive_name is required',
  'vm_groups[0] (shop).types[0] (web).archive_name is required',
  'vm_groups[0] (shop).types[0] (web).count must be from 0 to 1000',
  'vm_groups[0] (shop).types[0] (web).memory must be a text',
  "vm_groups[0] (shop).types[0] (web).prefx is unknown; did you mean 'prefix'?",
  "vm_groups[0] (shop).types[1] (sql).interfaces[0] (eth0).adress is unknown; did you mean 'address'?",
  'vm_groups[0] (shop).types[2].name is required',
  "vm_groups[0] (shop).types[2].prefix must be made of letters, digits, '.', '_' and '-', and begin with a letter or digit",
  'vm_groups[1].name is required',
  'vm_groups[1].types must be a list',
  "vm_groups[1].var is unknown; did you mean 'vars'?",
  'vm_descriptions must be a list',
  "ovs_bridges[0] (-a).dataptah_type is unknown; did you mean 'datapath_type'?",
  "ovs_bridges[0] (-a).name must not begin with '-'",
  'ovs_bridges[1].name is required',
  'ovs_bridges[1].stp_enable must be a boolean (yes or no)',
  'ovs_ports[0] (ovs-lan).port is required',
  'ovs_ports[0] (ovs-lan).tag must be from 0 to 4095',
  'ovs_ports[0] (ovs-lan).mode must be one of manual, static, dhcp',
  'ovs_ports_extra must be a list, each item a mapping',
  'ovs_bridges_extra must be a list',
  "images['one'].debootstrap.sute is unknown; did you mean 'suite'?",
  "images['two']: missing parameter(s) required by 'url': checksum",
  "images['three']: name is not one of debian-11, debian-11.qcow2, debian-12, debian-12.qcow2, debian-13, debian-13.qcow2, ubuntu-22.04, ubuntu-22.04.qcow2, ubuntu-24.04, ubuntu-24.04.qcow2: give one of debootstrap, url, path",
  "images['four'] must be a mapping",
  "images['-six'] must not begin with '-'",
  "images['five']: parameters are mutually exclusive: debootstrap|url|path, debootstrap|checksum",
  'overlay_bridge is required',
  'overlay_type must be one of vxlan, geneve, gre',
  'overlay_name must be made of 1 to 6 small letters and digits',
  "overlay_psk must be without spaces, quotes and backslashes, which ipsec.secrets can't hold",
  "overlay_port.trunk is unknown; did you mean 'trunks'?",
  'overlay_options must be a mapping',
];

// All of it is legal. Two VMs have one mapping, as by an alias of YAML, and two have none.
const DOMAIN = { firmware: 'bios', graphics: [{ type: 'vnc' }] };
const LEGAL = {
  vms: [
    { ...vm, domain: DOMAIN, interfaces: [{ name: 'eth0', address: '10.0.0.2/24', dns: '9.9.9.9' }] },
    { ...vm, name: 'web2', domain: DOMAIN, memory: 524288, ovs: [{ name: 'ovs-lan', vlans: 10 }] },
    { ...vm, name: 'web3' },
    { ...vm, name: 'web4', vcpus: null, user_data: '#cloud-config\n' },
  ],
  ovs_bridges: [{ bridge: 'ovs-lan', fail_mode: '' }, { name: 'ovs-wan' }],
  ovs_ports: [
    { bridge: 'ovs-lan', port: 'lan', tag: '', trunks: [], vlan_mode: '' },
    { bridge: 'ovs-lan', port: 'wan', tag: '10', trunks: '1,2', address: '10.0.0.1/24' },
  ],
  images: { a: { debootstrap: null }, b: { debootstrap: { size: 2147483648 } } },
  vm_groups: [
    {
      name: 'shop',
      types: [
        { name: 'web', count: '2', memory: 524288, archive_name: 'a' },
        { ...vm, vcpus: null },
      ],
    },
  ],
  vm_groups_extra: [{ name: 'shop' }],
};

describe.each(ANSIBLES)("in a play of others' under Ansible %s", (ansible) => {
  it('the roles take what is legal', async () => {
    const roles = ['vm', 'ovs', 'image'];
    const hosts = Object.fromEntries(roles.map((role) => [role, { ...UNREACHABLE, ...LEGAL }]));
    writeFileSync(join(project.directory, 'hosts.yml'), stringify({ all: { hosts } }));
    const include = { 'ansible.builtin.include_role': { name: 'piecewise.cloud.{{ inventory_hostname }}' } };
    const plays = [{ hosts: 'all', gather_facts: false, tasks: [include] }];
    writeFileSync(join(project.directory, 'play.yml'), stringify(plays));
    const { stdout, stderr } = await project.run(ansible, ['ansible-playbook', 'play.yml']);
    for (const role of roles) {
      expect(stdout, stderr).toMatch(new RegExp(`${role} +: ok=[12] +changed=0 +unreachable=1 +failed=0`));
    }
  });
});

describe.each(ANSIBLES)('OVN is configured under Ansible %s', (ansible) => {
  // What is tried on the second host is seen by what it lacks.
  const tasks = [
    { 'ansible.builtin.raw': 'true' },
    { 'ansible.builtin.include_role': { name: 'piecewise.cloud.network', tasks_from: 'ovn.yml' } },
  ];
  const play = async (hosts: string) => {
    const all = { hv1: UNREACHABLE, hv2: WITHOUT_NODE, hv3: WITHOUT_NODE };
    const vars = { ovn_central: ['hv1', 'hv2'], network_engine: 'ovn', networks: [], network_guests_of: [] };
    writeFileSync(join(project.directory, 'hosts.yml'), stringify({ kvm: { hosts: all, vars } }));
    const plays = [{ hosts, gather_facts: false, tasks }];
    writeFileSync(join(project.directory, 'play.yml'), stringify(plays));
    return (await project.run(ansible, ['ansible-playbook', 'play.yml'])).stdout;
  };

  it('on the first member that is reached', async () => {
    const stdout = await play('kvm');
    expect(stdout).toMatch(/hv1 .*unreachable=1/);
    expect(stdout).toMatch(/hv2 lacks \/nonexistent\/node/);
  });

  it('on the first one where none is in the play', async () => {
    expect(await play('hv3')).toMatch(/hv3 -> hv1.*FAILED.*hv1: can't be reached/s);
  });
});

describe.each(ANSIBLES)('before a host is touched, Ansible %s tells', (ansible) => {
  const wrong = async (variables: Variables) => {
    declare(variables);
    const run = await site(ansible);
    const output = `${run.stdout}\n${run.stderr}`;
    expect(run.exitCode, output).toBe(2);
    expect(output).not.toContain(SECRET);
    // One wrong host ends the run of all, and no task was begun on any.
    expect(output).not.toMatch(/unreachable=[1-9]|hv2 lacks/);
    const lines = output.replaceAll('\\n', '\n').split('\n');
    // 2.19 says it twice.
    return [...new Set(lines.flatMap((line) => /hv2: (.*?)"?\}?$/.exec(line)?.[1] ?? []))].sort();
  };

  it('all that is wrong with the variables of the second host', async () => {
    expect(await wrong(SLIPS)).toEqual([...SAID].sort());
  });

  it('what is wrong with groups as a whole, and with the files that describe them', async () => {
    const all = { memory: '1 GiB', archive_name: 'a' };
    const type = (more: object) => [
      { name: 'shop', types: [{ ...all, name: 'web', prefix: 'web', ...more }] },
    ];
    expect(
      await wrong({ vm_groups: type({}), vm_groups_extra: type({ prefix: 'b', remove: true }) }),
    ).toEqual([
      "vm_groups_extra[0].types[0]: 'remove' differs from that of vm_groups[0].types[0], which is the type 'web' of the group 'shop' too: give both the same, or types of two names",
    ]);
    mkdirSync(join(project.directory, 'files'), { recursive: true });
    const file = (text: string) => writeFileSync(join(project.directory, 'files/pftest'), text);
    file('archlinux:1:sql:mem=512\n\narchlinux:2:web:mem=1G\n');
    expect(await wrong({ vm_descriptions: ['files/pftest'] })).toEqual([
      'files/pftest line 3: mem must be a whole number of MiB',
    ]);
    // What a line doesn't say may be in vm_defaults.
    file('# nocloud\narchlinux:1:sql:cpu=2\n');
    expect(await wrong({ vm_descriptions: ['files/pftest'] })).toEqual([
      'files/pftest line 2: memory is required',
    ]);
    expect(await wrong({ vm_descriptions: ['files/nosuch'] })).toEqual([
      expect.stringMatching(/^vm_descriptions\[0\]: there is no file files\/nosuch in /),
    ]);
  });

  it('which variable of an item is undefined, and no other of its keys', async () => {
    const users = [{ name: 'joe', passwd: SECRET, gecos: '{{ nosuch }}' }];
    expect(await wrong({ vms: [{ ...vm, users }] })).toEqual([
      "vms[0] (web1).users[0] (joe).gecos: 'nosuch' is undefined",
    ]);
  });

  it("nothing of the blog's file, nor of what is right", async () => {
    declare({
      vm_defaults: { memory: '512 MiB', archive_name: 'a' },
      ovs_bridges: [{ bridge: 'ovs-lan', fail_mode: '' }],
      ovs_ports: [{ bridge: 'ovs-lan', port: 'lan', tag: '10', trunks: '1,2', address: '10.0.0.1/24' }],
      images: { a: { debootstrap: {} }, b: { debootstrap: null, member: '{{ nosuch | default(omit) }}' } },
      guests: [{ name: 'web2' }],
      vm_groups: [{ name: 'shop', vars: { a: 1 }, types: [{ name: 'web', count: '{{ 1 + 1 }}', vcpus: 2 }] }],
      vm_list_extra: "{{ guests | default([]) | map('combine', {'archive_name': 'a'}) | list }}",
      vms: null,
    });
    const { stdout, stderr } = await site(ansible);
    expect(stdout).toMatch(/^ok: \[hv1\]$/m);
    expect(stdout).toMatch(/^ok: \[hv2\]$/m);
    // What comes next are the bridges and ports.
    expect(stdout).toMatch(/hv1 .*unreachable=1/);
    expect(`${stdout}\n${stderr}`).toContain('hv2 lacks /nonexistent/node');
  });
});
