import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../build/modules.ts';
import { findHypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { buildCollection } from '../support/build.ts';
import { withArguments } from '../support/module.ts';
import { runPlaybook } from '../support/playbook.ts';
import { debianCollections } from './collections.ts';
import { median } from './times.ts';

const LAB = 'bench';
const RUNS = 11;
const NETWORKS = 50;
const GUESTS = 10;

const numbers = Array.from({ length: NETWORKS }, (_, i) => i);
const networks = numbers.map((i) => ({
  name: `net${i}`,
  bridge: 'br0',
  vlan: 100 + i,
  subnet: [`10.30.${i}.0/24`],
  dhcp: { range: [`10.30.${i}.100`, `10.30.${i}.199`] },
  dns: { domain: `net${i}.test` },
}));
const libvirtNetworks = numbers.map((i) => ({
  name: `lv${i}`,
  xml: `<network><name>lv${i}</name><forward mode='bridge'/><bridge name='br0'/><virtualport type='openvswitch'/></network>`,
}));

// What the guests of each network have there.
const reservations = numbers
  .map(
    (i) => `d=/etc/piecewise-cloud/networks/net${i}
      for g in $(seq ${GUESTS}); do
        echo "52:54:00:00:$(printf %02x ${i}):$(printf %02x $g),10.30.${i}.$((g + 1)),vm$g" >$d/reservations/vm$g
        echo "10.30.${i}.$((g + 1)) vm$g" >$d/names/vm$g
      done`,
  )
  .join('\n');

/** Fifty networks with five hundred reservations, when nothing changes: beyond Node's start, and against a loop of virt_net. */
export async function benchNetworks(): Promise<string> {
  await buildCollection();
  const collections = await debianCollections();
  await (await findHypervisor(LAB))?.remove();
  const hypervisor = await startHypervisor({ name: LAB });
  try {
    await hypervisor.exec(['sh', '-c', 'ovs-vsctl add-br br0 -- set bridge br0 datapath_type=netdev']);
    const file = join(ROOT, 'dist/ansible_collections/piecewise/cloud/plugins/modules/network.js');
    const task = withArguments(readFileSync(file, 'utf8'), { networks }, { diff: false });
    const timed = async (input: string) => {
      const start = performance.now();
      const { stdout } = await hypervisor.exec(['/usr/bin/node', '-'], { input, check: false, timeout: 600 });
      return { seconds: (performance.now() - start) / 1000, stdout };
    };
    const made = JSON.parse((await timed(task)).stdout);
    if (made.failed) throw new Error(JSON.stringify(made).slice(0, 2000));
    await hypervisor.exec(['sh', '-c', reservations]);
    const [start, ours]: [number[], number[]] = [[], []];
    for (let i = 0; i < RUNS; i += 1) {
      start.push((await timed('0')).seconds);
      const { seconds, stdout } = await timed(task);
      if (JSON.parse(stdout).changed !== false) throw new Error(`not a no-op: ${stdout.slice(0, 2000)}`);
      ours.push(seconds);
    }
    const play = join(ROOT, 'test/bench/networks/play.yml');
    const extraVars = { networks, libvirt_networks: libvirtNetworks };
    const run = await runPlaybook(play, { hv1: LAB }, { extraVars, collections: [collections] });
    const [, loop, one] = /TIMES (\S+) (\S+)"/.exec(run.output) ?? [];
    if (run.exitCode !== 0 || !loop || !one) throw new Error(run.output.slice(-5000));
    const [node, whole] = [median(start), median(ours)];
    return [
      `${NETWORKS} networks with ${NETWORKS * GUESTS} reservations, nothing to change, median of ${RUNS}:`,
      `  Node's start: ${node.toFixed(3)} s, the module: ${whole.toFixed(3)} s, beyond the start: ${(whole - node).toFixed(3)} s (at most 0.5 is asked)`,
      `  a loop of community.libvirt.virt_net over ${NETWORKS}: ${Number(loop).toFixed(1)} s, a task of network: ${Number(one).toFixed(2)} s`,
    ].join('\n');
  } finally {
    await hypervisor.remove();
  }
}
