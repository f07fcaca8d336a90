import { join } from 'node:path';
import { ROOT } from '../../build/modules.ts';
import { findHypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { buildCollection } from '../support/build.ts';
import { runPlaybook } from '../support/playbook.ts';
import { debianCollections } from './collections.ts';
import { mean, median, shown } from './times.ts';

const LAB = 'bench';

const hundred = Array.from({ length: 100 }, (_, i) => ({
  bridge: 'br0',
  port: `a${i}`,
  tag: 25,
  type: 'internal',
}));

/** A hundred new ports against a loop over openvswitch_port, and an unchanged port against Ansible's ping. */
export async function benchOvs(): Promise<string> {
  await buildCollection();
  const collections = await debianCollections();
  await (await findHypervisor(LAB))?.remove();
  const hypervisor = await startHypervisor({ name: LAB });
  try {
    const play = join(ROOT, 'test/bench/ovs/play.yml');
    const run = await runPlaybook(play, { hv1: LAB }, { extraVars: { hundred }, collections: [collections] });
    const [, ping, ours, loop, task] = /TIMES (\S+) (\S+) (\S+) (\S+)"/.exec(run.output) ?? [];
    if (run.exitCode !== 0 || !ping || !ours || !loop || !task) throw new Error(run.output.slice(-5000));
    const [theirs, mine] = [ping, ours].map((list) => list.split(',').map(Number)) as [number[], number[]];
    const ratio = (of: (times: readonly number[]) => number) => (of(mine) / of(theirs)).toFixed(2);
    return [
      '100 new ports:',
      `  a loop over openvswitch_port: ${Number(loop).toFixed(1)} s`,
      `  one task of ovs_topology:     ${Number(task).toFixed(2)} s`,
      `  ovs_topology is ${(Number(loop) / Number(task)).toFixed(0)} times faster (at least 50 are asked)`,
      'an unchanged port, a task:',
      `  ansible.builtin.ping:     ${shown(theirs)}`,
      `  piecewise.cloud.ovs_port: ${shown(mine)}`,
      `  ours of theirs: ${ratio(median)} by the median, ${ratio(mean)} by the mean (at most 1 is asked)`,
    ].join('\n');
  } finally {
    await hypervisor.remove();
  }
}
