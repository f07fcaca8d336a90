import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../build/modules.ts';
import { findHypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { buildCollection } from '../support/build.ts';
import { withArguments } from '../support/module.ts';
import { median } from './times.ts';

const LAB = 'bench-cloud';
const RUNS = 11;
const GUESTS = 100;
/** The first of them run, without a system. */
const RUNNING = 10;

const numbers = Array.from({ length: GUESTS }, (_, i) => i);
const mac = (i: number) => `52:54:00:00:01:${i.toString(16).padStart(2, '0')}`;
const network = {
  name: 'lan',
  bridge: 'ovs-lan',
  vlan: 10,
  subnet: ['10.30.0.0/23'],
  dhcp: { range: ['10.30.0.10', '10.30.0.250'] },
};
const vms = numbers.map((i) => ({
  name: `vm${i}`,
  ...{ memory: '16 MiB', archive_name: 'tiny.qcow2', virt_type: 'qemu' },
  state: i < RUNNING ? 'running' : 'present',
  networks: [{ name: 'lan', mac: mac(i) }],
}));
const leases = numbers.map((i) => `2000000000 ${mac(i)} 10.30.0.${10 + i} vm${i} *`).join('\n');

/** All that a host with a hundred guests has: beyond Node's start. */
export async function benchCloud(): Promise<string> {
  await buildCollection();
  await (await findHypervisor(LAB))?.remove();
  const hypervisor = await startHypervisor({ name: LAB });
  const task = (name: string, args: object) => {
    const file = join(ROOT, `dist/ansible_collections/piecewise/cloud/plugins/modules/${name}.js`);
    return withArguments(readFileSync(file, 'utf8'), { ...args }, { diff: false });
  };
  const timed = async (input: string) => {
    const start = performance.now();
    const { stdout } = await hypervisor.exec(['/usr/bin/node', '-'], { input, check: false, timeout: 900 });
    return { seconds: (performance.now() - start) / 1000, stdout };
  };
  const make = async (name: string, args: object) => {
    const { failed, msg } = JSON.parse((await timed(task(name, args))).stdout);
    if (failed) throw new Error(`${name}: ${msg}`);
  };
  try {
    await hypervisor.exec([
      'sh',
      '-c',
      `mkdir -p /var/lib/libvirt/templates && qemu-img create -q -f qcow2 /var/lib/libvirt/templates/tiny.qcow2 8M
       ovs-vsctl add-br ovs-lan -- set bridge ovs-lan datapath_type=netdev`,
    ]);
    await make('network', network);
    await make('vm', { vms, hypervisor: 'hv1', checksum_offload: false });
    const kept = '/var/lib/private/piecewise-cloud-networks/lan/leases';
    await hypervisor.exec(['sh', '-c', `cat >${kept}`], { input: `${leases}\n` });
    const read = task('cloud_info', {});
    const [start, ours]: [number[], number[]] = [[], []];
    for (let i = 0; i < RUNS; i += 1) {
      start.push((await timed('0')).seconds);
      const { seconds, stdout } = await timed(read);
      const { guests, warnings } = JSON.parse(stdout);
      if (guests.length !== GUESTS || warnings) throw new Error(stdout.slice(0, 2000));
      ours.push(seconds);
    }
    const [node, whole] = [median(start), median(ours)];
    return [
      `all that a host with ${GUESTS} guests has, ${RUNNING} of them running, median of ${RUNS}:`,
      `  Node's start: ${node.toFixed(3)} s, cloud_info: ${whole.toFixed(3)} s (${(whole / node).toFixed(1)} times it)`,
      `  beyond Node's start: ${(whole - node).toFixed(3)} s (at most 1 is asked)`,
    ].join('\n');
  } finally {
    await hypervisor.remove();
  }
}
