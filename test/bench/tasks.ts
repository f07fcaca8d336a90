import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../build/modules.ts';
import { findHypervisor, type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { buildCollection } from '../support/build.ts';
import { withArguments } from '../support/module.ts';
import { formerCollection } from './former.ts';
import { median } from './times.ts';

/** The last commit before the modules' inner order was made. */
const BEFORE = '2b176ec';
const RUNS = 40;

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

/**
 * A task of each kind that finds nothing to do, against the same task before the modules' inner order was made. Each has a
 * host of its own, since a host keeps the compiled code of one release; their runs take turns, so that both meet the same load.
 */
export async function benchTasks(): Promise<string> {
  await buildCollection();
  const sides = [
    { lab: 'bench-before', dist: await formerCollection(BEFORE) },
    { lab: 'bench', dist: join(ROOT, 'dist') },
  ];
  const hosts: Hypervisor[] = [];
  try {
    for (const { lab } of sides) {
      await (await findHypervisor(lab))?.remove();
      const host = await startHypervisor({ name: lab });
      hosts.push(host);
      await host.exec([
        'sh',
        '-c',
        'mkdir /srv/images; qemu-img create -q -f qcow2 /srv/images/tiny.qcow2 8M',
      ]);
    }
    const lines = [`a task that changes nothing, median of ${RUNS} runs of each in turn:`];
    for (const [name, args] of TASKS) {
      const runs = sides.map(({ dist }, i) => {
        const text = readFileSync(
          join(dist, 'ansible_collections/piecewise/cloud/plugins/modules', `${name}.js`),
          'utf8',
        );
        return timed(hosts[i] as Hypervisor, withArguments(text, args, { diff: false }));
      });
      // The first makes what is missing, the second compiles all that a run needs that changes nothing.
      for (const run of runs) for (let k = 0; k < 2; k += 1) await run();
      const times: number[][] = [[], []];
      for (let k = 0; k < RUNS; k += 1) {
        for (const [i, run] of runs.entries()) {
          const { seconds, changed } = await run();
          if (changed) throw new Error(`${name}: not a no-op`);
          times[i]?.push(seconds);
        }
      }
      const [before, now] = times.map(median) as [number, number];
      lines.push(
        `  ${name.padEnd(15)} ${BEFORE}: ${before.toFixed(3)} s, ours: ${now.toFixed(3)} s, ours of theirs: ${(now / before).toFixed(2)}`,
      );
    }
    return lines.join('\n');
  } finally {
    for (const host of hosts) await host.remove();
  }
}

const timed = (host: Hypervisor, input: string) => async () => {
  const start = performance.now();
  const { stdout } = await host.exec(['/usr/bin/node', '-'], { input, check: false });
  const seconds = (performance.now() - start) / 1000;
  const result = JSON.parse(stdout) as { changed: boolean; failed?: boolean; msg?: string };
  if (result.failed) throw new Error(result.msg);
  return { seconds, changed: result.changed };
};
