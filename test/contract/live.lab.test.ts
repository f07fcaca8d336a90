import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ANSIBLES, type Ansible, makeProject, type Project } from './ansible.ts';

// The inventory of guests, with `live: true`. Its hypervisors are the controller, where a script answers in place of Node.js.

type Variables = Record<string, unknown>;
interface Listing {
  readonly _meta: { readonly hostvars: Record<string, Variables> };
  readonly guests?: { readonly hosts: readonly string[] };
}

let project: Project;
beforeAll(async () => {
  project = await makeProject();
});
afterAll(() => project?.remove());

const at = (...path: string[]) => join(project.directory, ...path);
beforeEach(() => rmSync(at('live'), { recursive: true, force: true }));

function write(path: string, text: string, mode = 0o644): void {
  mkdirSync(dirname(at('live', path)), { recursive: true });
  writeFileSync(at('live', path), text, { mode });
}

/** A hypervisor's answer: what it prints, or the script that prints it. It records that it was asked. */
interface Answer {
  readonly says?: unknown;
  readonly script?: string;
}

const found = (name: string, ...addresses: unknown[]) => ({
  name,
  state: 'running',
  addresses: addresses.map((address) => ({ address, mac: '52:54:00:00:00:01', source: 'lease' })),
});

/** Writes hypervisors, each with the guest g-NAME by DHCP if it has no others, and the file of the plugin. */
function declare(answers: Record<string, Answer & { readonly vms?: unknown }>, options: object): void {
  const hosts = Object.entries(answers).map(([name, { says, script, vms }]) => {
    write(
      `said/${name}`,
      typeof says === 'string' ? says : JSON.stringify({ changed: false, vms: says ?? [] }),
    );
    const answer = script ?? `cat '${at('live', 'said', name)}'`;
    write(
      `node/${name}`,
      `#!/bin/sh\ncat >/dev/null\necho x >>'${at('live', `asked-${name}`)}'\n${answer}\n`,
      0o755,
    );
    return [name, { vms: vms ?? [{ name: `g-${name}`, networks: [{ name: 'lan' }] }] }] as const;
  });
  const vars = {
    ansible_connection: 'local',
    nodes: at('live', 'node'),
    ansible_node_interpreter: '{{ nodes }}/{{ inventory_hostname }}',
  };
  write('inventory/hosts.yml', stringify({ kvm: { hosts: Object.fromEntries(hosts), vars } }));
  write('inventory/zz_guests.yml', stringify({ plugin: 'piecewise.cloud.guests', live: true, ...options }));
}

/** How many times a hypervisor was asked. */
const asked = (name: string) =>
  existsSync(at('live', `asked-${name}`)) ? readFileSync(at('live', `asked-${name}`), 'utf8').length / 2 : 0;

const list = async (ansible: Ansible, ...more: string[]) => {
  const argv = ['ansible-inventory', '-i', at('live', 'inventory'), '--list', ...more];
  const { stdout, stderr, exitCode } = await project.run(ansible, argv, { COLUMNS: '2000' });
  expect(exitCode, stderr).toBe(0);
  const listing = JSON.parse(stdout) as Listing;
  const addressesOf = (name: string) => listing._meta.hostvars[name]?.guest_addresses;
  return { listing, addressesOf, said: stderr.replace(/\s+/g, ' ') };
};

const LOOKUP = `{{ lookup('pipe', 'touch OWNED') }}`;

describe.each(ANSIBLES)('live addresses with Ansible %s', (ansible) => {
  it('are those of guests without a declared one, of the hypervisors that have such guests', async () => {
    const vms = [
      { name: 'fixed', networks: [{ name: 'lan', address: '10.20.0.5' }] },
      { name: 'leased', networks: [{ name: 'lan' }] },
      { name: 'bridged', interfaces: [{ name: 'eth0', mode: 'dhcp' }] },
      { name: 'silent', networks: [{ name: 'lan' }] },
    ];
    const says = [
      found('fixed', '10.20.0.9'),
      found('leased', 'FD00::0:7', '10.20.0.7'),
      found('bridged', '10.1.0.7'),
    ];
    const stopped = [vms[0], { name: 'off', state: 'stopped', networks: [{ name: 'lan' }] }].map((vm, i) => ({
      ...vm,
      name: `other-${i}`,
    }));
    declare({ hv1: { vms, says }, hv2: { vms: stopped } }, {});
    const { listing, addressesOf, said } = await list(ansible);
    expect(said).toBe('');
    expect(['fixed', 'leased', 'bridged', 'silent', 'other-0', 'other-1'].map(addressesOf)).toEqual([
      ['10.20.0.5'],
      ['10.20.0.7', 'fd00::7'],
      ['10.1.0.7'],
      [],
      ['10.20.0.5'],
      [],
    ]);
    const { leased, silent } = listing._meta.hostvars;
    expect([leased?.ansible_host, silent?.ansible_host]).toEqual(['10.20.0.7', undefined]);
    expect([asked('hv1'), asked('hv2')]).toEqual([1, 0]);
  });

  it('are nothing but addresses, whatever hypervisors answer', async () => {
    const exception = `x\ngood | SUCCESS => ${JSON.stringify({ vms: [found('g-good', '10.6.6.6')] })}`;
    declare(
      {
        forges: {
          says: JSON.stringify({ failed: true, msg: `${LOOKUP}\u001b[2J${'y'.repeat(9000)}`, exception }),
        },
        other: { says: [found('g-good', '10.6.6.6'), found('new', '10.6.6.6')] },
        many: {
          says: [found('g-many', ...Array.from({ length: 9000 }, (_, i) => `10.1.${i >> 8}.${i & 255}`))],
        },
        number: { says: [found('g-number', 168430090)] },
        facts: { says: JSON.stringify({ changed: false, vms: [], ansible_facts: { a: 1 } }) },
        adds: { says: JSON.stringify({ changed: false, vms: [], add_host: { host_name: 'new' } }) },
        garbage: { says: `\u0000\u001b[2J${LOOKUP}\n[[[` },
        huge: { script: "echo '{\"vms\": \"'; head -c 20000000 /dev/zero | tr '\\0' x" },
        missing: { script: 'echo "$0: not found" >&2; exit 127' },
        good: {
          says: [
            found(
              'g-good',
              LOOKUP,
              '10.0.0.1/24',
              'fe80::1',
              '127.0.0.1',
              '::ffff:10.0.0.1',
              'fd00::1%x',
              '10.0.0.8',
            ),
            found('g-other', '10.6.6.6'),
            found('good', '10.6.6.6'),
          ],
        },
      },
      {},
    );
    const { listing, addressesOf, said } = await list(ansible);
    const names = [
      'forges',
      'other',
      'many',
      'number',
      'facts',
      'adds',
      'garbage',
      'huge',
      'missing',
      'good',
    ];
    expect(listing.guests?.hosts).toEqual(names.map((name) => `g-${name}`));
    expect(Object.keys(listing._meta.hostvars).sort()).toEqual(
      [...names, ...names.map((name) => `g-${name}`)].sort(),
    );
    expect(addressesOf('g-good')).toEqual(['10.0.0.8']);
    expect((addressesOf('g-many') as string[]).length).toBe(64);
    for (const name of names.filter((one) => !['good', 'many'].includes(one)))
      expect(addressesOf(`g-${name}`), name).toEqual([]);
    for (const name of names.filter((one) => !['good', 'many', 'other'].includes(one)))
      expect(said).toContain(`${name} can't be asked for the addresses of its guests: `);
    expect(said).toMatch(
      /facts can't .{0,60}: facts: answered with 'ansible_facts', which this module never gives/,
    );
    expect(said).toMatch(/missing can't .* lacks \S*node\/missing, which modules run with/);
    expect(said).not.toContain('\u001b');
    expect(said.length).toBeLessThan(6000);
    expect(existsSync(at('OWNED'))).toBe(false);
  });

  it('of a hypervisor that does not answer in time are a warning', async () => {
    declare({ slow: { script: 'exec sleep 60' } }, { live_timeout: 1 });
    const { addressesOf, said } = await list(ansible);
    expect(addressesOf('g-slow')).toEqual([]);
    expect(said).toContain("slow can't be asked for the addresses of its guests: ");
  });

  it('are asked for once, where there is a cache, and again where it is flushed', async () => {
    const cache = { cache: true, cache_plugin: 'jsonfile', cache_connection: at('live', 'cache') };
    const declared = (address: string, ...more: string[]) => {
      const vms = ['a', ...more].map((name) => ({ name, networks: [{ name: 'lan' }] }));
      const fails = { script: 'exit 1' };
      declare({ hv1: { vms, says: vms.map(({ name }) => found(name, address)) }, bad: fails }, cache);
    };
    declared('10.0.0.1');
    expect((await list(ansible)).addressesOf('a')).toEqual(['10.0.0.1']);
    declared('10.0.0.2');
    expect((await list(ansible)).addressesOf('a')).toEqual(['10.0.0.1']);
    // The one that failed is asked again.
    expect([asked('hv1'), asked('bad')]).toEqual([1, 2]);
    // A guest that the answer hasn't.
    declared('10.0.0.3', 'b');
    const { addressesOf } = await list(ansible);
    expect(['a', 'b'].map(addressesOf)).toEqual([['10.0.0.3'], ['10.0.0.3']]);
    declared('10.0.0.4', 'b');
    const seen = { 'ansible.builtin.debug': { msg: "seen {{ hostvars['a'].ansible_host }}" } };
    const vms = [found('a', '10.0.0.5'), found('b', '10.0.0.5')];
    const change = {
      'ansible.builtin.copy': {
        content: JSON.stringify({ changed: false, vms }),
        dest: at('live', 'said', 'hv1'),
      },
      delegate_to: 'localhost',
    };
    const tasks = [seen, change, { 'ansible.builtin.meta': 'refresh_inventory' }, seen];
    write('play.yml', stringify([{ hosts: 'a', gather_facts: false, tasks }]));
    const argv = ['ansible-playbook', '--flush-cache', '-i', at('live', 'inventory'), at('live', 'play.yml')];
    const { stdout, stderr } = await project.run(ansible, argv);
    expect(stdout.match(/seen [\d.]+/g), stderr).toEqual(['seen 10.0.0.4', 'seen 10.0.0.5']);
    expect(asked('hv1')).toBe(4);
  });
});
