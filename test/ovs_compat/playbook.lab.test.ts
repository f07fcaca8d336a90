import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { ROOT } from '../../build/modules.ts';
import { debianCollections } from '../bench/collections.ts';
import { makeProject, type Project } from '../contract/ansible.ts';
import { play } from '../contract/play.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { OvsLab } from '../lib/ovs/lab.ts';
import { renamed, type Task } from './rename.ts';

const STAGES = ['make', 'change', 'remove'] as const;
const NICS = ['eth2', 'eth3', 'eth4', 'eth5', 'vifeth6'];
const tasks = parse(readFileSync(join(ROOT, 'test/ovs_compat/tasks.yml'), 'utf8')) as Record<string, Task[]>;

const COLUMNS = {
  bridge: 'name,datapath_type,fail_mode,external_ids,other_config',
  port: 'name,bond_mode,lacp,bond_updelay,bond_downdelay,fake_bridge,tag,trunks,vlan_mode,external_ids,other_config',
  interface: 'name,type,options,mtu_request,external_ids',
};

let lab: OvsLab;
let project: Project;
let collections: string;
beforeAll(async () => {
  const hypervisor = await sharedHypervisor();
  lab = new OvsLab(hypervisor);
  await lab.clean();
  project = await makeProject([hypervisor.name]);
  collections = [join(project.directory, 'collections'), await debianCollections()].join(':');
  for (const nic of NICS) await lab.sh(`ip link add ${nic} type veth peer name ${nic}x`);
});
afterAll(async () => {
  project?.remove();
  await lab.clean();
  for (const nic of NICS) await lab.sh(`ip link del ${nic}`);
});

/** Runs a stage by the machine's Ansible. @returns which task changed something */
async function run(stage: readonly Task[]): Promise<boolean[]> {
  const registered = stage.map((task, i) => ({ name: `Task ${i}`, ...task, register: `task${i}` }));
  const text = stringify(registered, { lineWidth: 0 }).replace(/^/gm, '    ');
  const env = { ANSIBLE_COLLECTIONS_PATH: collections };
  const { results, output } = await play(project, '2.14', text, { env });
  return stage.map((_, i) => {
    const result = results[`task${i}`];
    expect(result?.failed ?? false, `${JSON.stringify(result)}\n${output}`).toBe(false);
    return result?.changed ?? false;
  });
}

/** All rows, but for what is kept in them for ourselves; the type 'system' is '', and LACP that is off is none. */
async function rows(): Promise<unknown> {
  const lists = Object.entries(COLUMNS).map(async ([table, columns]) => {
    const { data } = JSON.parse(await lab.sh(`ovs-vsctl --format=json --columns=${columns} list ${table}`));
    const text = JSON.stringify((data as string[][]).sort(([a = ''], [b = '']) => (a < b ? -1 : 1)));
    const plain = text.replace(/,?\["piecewise-[a-z]+","(?:[^"\\]|\\.)*"\]/g, '').replace(/\[,/g, '[');
    return JSON.parse(plain.replaceAll('"system"', '""').replaceAll('"off"', '["set",[]]'));
  });
  const places = await lab.sh('for b in $(ovs-vsctl list-br); do echo $b: $(ovs-vsctl list-ifaces $b); done');
  return [...(await Promise.all(lists)), places];
}

describe('a playbook for openvswitch.openvswitch', () => {
  const after: Record<string, { changed: boolean[]; rows: unknown }> = {};
  beforeAll(async () => {
    for (const stage of STAGES) after[stage] = { changed: await run(tasks[stage] ?? []), rows: await rows() };
    await lab.clean();
  });

  test.each(STAGES)("comes to the same with the modules' names changed, stage '%s'", async (stage) => {
    const ours = (tasks[stage] ?? []).map(renamed);
    expect(await run(ours)).toEqual(after[stage]?.changed);
    expect(await rows()).toEqual(after[stage]?.rows);
    expect(await run(ours)).toEqual(ours.map(() => false));
  });
});

describe("where README's table says otherwise", () => {
  const PORT = 'openvswitch.openvswitch.openvswitch_port';
  const BRIDGE = {
    'openvswitch.openvswitch.openvswitch_bridge': { bridge: 'br0', set: 'bridge br0 datapath_type=netdev' },
  };
  const get = (command: string) => lab.sh(`ovs-vsctl get ${command}`);
  /** The same of both: first theirs, then ours, each from nothing. */
  async function both(options: Task, command: string): Promise<string[]> {
    const told: string[] = [];
    for (const word of [(task: Task) => task, renamed]) {
      await lab.clean();
      await run([BRIDGE, { [PORT]: { bridge: 'br0', port: 'p0', ...options } }].map(word));
      told.push(await get(command));
    }
    return told;
  }

  test("a new port of a name that no NIC has is 'internal', and not broken", async () => {
    const [theirs = '', ours = ''] = await both({}, 'interface p0 type ofport error');
    expect(theirs).toMatch(/^""\n-1\n"could not open network device/);
    expect(ours).toMatch(/^internal\n\d+\n\[\]/);
  });

  test('quotes in a value are part of it', async () => {
    const options = { external_ids: { a: '"100"' }, set: 'interface p0 type=internal' };
    expect(await both(options, 'port p0 external_ids:a')).toEqual(['"100"', '"\\"100\\""']);
  });

  test("a VLAN bridge's ports go with it to another VLAN", async () => {
    const bridge = (vlan: number) => ({
      'openvswitch.openvswitch.openvswitch_bridge': { bridge: 'vlan', parent: 'br0', vlan },
    });
    const port = { [PORT]: { bridge: 'vlan', port: 'p0', set: 'interface p0 type=internal' } };
    const told: string[] = [];
    for (const word of [(task: Task) => task, renamed]) {
      await lab.clean();
      await run([BRIDGE, bridge(10), port, bridge(11)].map(word));
      told.push(await lab.sh('ovs-vsctl br-to-vlan vlan -- list-ports vlan'));
    }
    expect(told).toEqual(['11', '11\np0']);
  });

  test('a key that is no longer given is removed, if a task had set it', async () => {
    const port = (external_ids: object) => [{ [PORT]: { bridge: 'br0', port: 'p0', external_ids } }];
    const told: string[] = [];
    for (const word of [(task: Task) => task, renamed]) {
      await lab.clean();
      await run([BRIDGE, ...port({ a: '1', b: '2' })].map(word));
      await lab.sh('ovs-vsctl set port p0 external_ids:others=3');
      await run(port({ a: '1' }).map(word));
      told.push(
        await lab.sh('for k in a b others; do ovs-vsctl --if-exists get port p0 external_ids:$k; done'),
      );
    }
    expect(told).toEqual(['"1"\n"2"\n"3"', '"1"\n\n"3"']);
  });
});
