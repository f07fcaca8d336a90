import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../build/modules.ts';
import { findHypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { buildCollection } from '../support/build.ts';
import { withArguments } from '../support/module.ts';
import { formerCollection } from './former.ts';
import { median } from './times.ts';

const LAB = 'bench';
/** The last commit before the modules' inner order was made. */
const BEFORE = '2b176ec';
const ROUNDS = 4;
const RUNS = 6;

const disk = '/var/lib/libvirt/images/d.qcow2';

// A task of each kind, as a host has it that is in order.
const TASKS: readonly (readonly [string, Record<string, unknown>])[] = [
  ['ovs_bridge', { bridge: 'br0', datapath_type: 'netdev' }],
  ['ovs_port', { bridge: 'br0', port: 'lan', tag: 25, type: 'internal' }],
  ['ovs_topology', { ports: [{ bridge: 'br0', port: 'wan', tag: 26, address: '192.0.2.1/24' }] }],
  ['disk_image', { dest: disk, format: 'qcow2', source: '/srv/images/tiny.qcow2' }],
  ['libvirt_domain', { name: 'd', memory: '64 MiB', virt_type: 'qemu', disks: [{ source: disk }] }],
  ['cloudinit_iso', { dest: '/var/lib/libvirt/images/seed.iso', hostname: 'd' }],
  [
    'vm',
    {
      name: 'v',
      memory: '64 MiB',
      virt_type: 'qemu',
      state: 'present',
      archive_name: 'tiny.qcow2',
      image_directory: '/srv/images',
      ovs: [{ name: 'br0', vlans: [25] }],
      interfaces: [{ name: 'eth0', address: '192.0.2.9/24', gateway: '192.0.2.1' }],
    },
  ],
];

/** A task of each kind that finds nothing to do, against the same task before the modules' inner order was made. */
export async function benchTasks(): Promise<string> {
  await buildCollection();
  const former = await formerCollection(BEFORE);
  const modules = 'ansible_collections/piecewise/cloud/plugins/modules';
  const text = (dist: string, name: string) => readFileSync(join(dist, modules, `${name}.js`), 'utf8');
  await (await findHypervisor(LAB))?.remove();
  const hypervisor = await startHypervisor({ name: LAB });
  const run = async (input: string) => {
    const start = performance.now();
    const { stdout } = await hypervisor.exec(['/usr/bin/node', '-'], { input, check: false });
    const result = JSON.parse(stdout) as { changed: boolean; failed?: boolean };
    return { seconds: (performance.now() - start) / 1000, result };
  };
  const unchanged = async (input: string) => {
    const { seconds, result } = await run(input);
    if (result.failed || result.changed) throw new Error(`not a no-op: ${JSON.stringify(result)}`);
    return seconds;
  };
  const lines = [`a task that changes nothing, median of ${ROUNDS * RUNS}, ${RUNS} of each in turn:`];
  try {
    await hypervisor.exec([
      'sh',
      '-c',
      'mkdir /srv/images; qemu-img create -q -f qcow2 /srv/images/tiny.qcow2 8M',
    ]);
    for (const [name, args] of TASKS) {
      const [theirs, ours] = [former, join(ROOT, 'dist')].map((dist) =>
        withArguments(text(dist, name), args, { diff: false }),
      ) as [string, string];
      const times: [number[], number[]] = [[], []];
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const [i, task] of [theirs, ours].entries()) {
          // A host keeps the compiled code of one release: the first run of each compiles it, and may make what is missing.
          const { result } = await run(task);
          if (result.failed) throw new Error(`${name}: ${JSON.stringify(result)}`);
          for (let k = 0; k < RUNS; k += 1) times[i]?.push(await unchanged(task));
        }
      }
      const [before, now] = times.map(median) as [number, number];
      lines.push(
        `  ${name.padEnd(15)} ${BEFORE}: ${before.toFixed(3)} s, ours: ${now.toFixed(3)} s, ours of theirs: ${(now / before).toFixed(2)}`,
      );
    }
    return lines.join('\n');
  } finally {
    await hypervisor.remove();
  }
}
