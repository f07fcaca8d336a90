import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ROOT } from '../../build/modules.ts';
import { findHypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { buildCollection } from '../support/build.ts';
import { type PlaybookRun, runPlaybook } from '../support/playbook.ts';
import { stage } from '../support/stages.ts';
import { FORMER, formerCollection } from './former.ts';
import { median } from './times.ts';

const LABS = { hv1: 'bench1', hv2: 'bench2' };
const COUNT = 10;
const RUNS = 5;

const numbers = Array.from({ length: COUNT }, (_, i) => i + 1);

// VMs that are off, and of an empty disk: what is measured is a run that changes nothing.
const VARIABLES = {
  ovs_bridges: [{ name: 'ovs-lan' }],
  ovs_ports: numbers.map((i) => ({
    bridge: 'ovs-lan',
    port: `lan${i}`,
    tag: 20 + i,
    address: `10.1.${i}.1/24`,
  })),
  vm_images: { 'tiny.qcow2': {} },
  vm_image_directory: '/srv/images',
  vm_defaults: { memory: '64 MiB', archive_name: 'tiny.qcow2', state: 'present', virt_type: 'qemu' },
  vms: numbers.map((i) => ({
    name: `vm${i}`,
    ovs: [{ name: 'ovs-lan', vlans: [20 + i] }],
    interfaces: [{ name: 'eth0', address: `10.1.${i}.2/24`, gateway: `10.1.${i}.1` }],
  })),
};

function passed(run: PlaybookRun): PlaybookRun {
  if (run.exitCode === 0) return run;
  console.error(run.output.slice(-5000));
  throw new Error('site.yml failed: its output is above');
}

function unchanged(run: PlaybookRun): PlaybookRun {
  const changed = Object.keys(LABS).map((host) => run.recap[host]?.changed);
  if (passed(run) && changed.every((count) => count === 0)) return run;
  console.error(run.output.slice(-5000));
  throw new Error('site.yml should have changed nothing: its output is above');
}

/** site.yml on two hypervisors with nothing to change, against what it was before. */
export async function benchPair(): Promise<string> {
  await buildCollection();
  const former = await formerCollection();
  const work = mkdtempSync(join(tmpdir(), 'piecewise-bench-'));
  try {
    for (const name of Object.values(LABS)) {
      await (await findHypervisor(name))?.remove();
      const hypervisor = await startHypervisor({ name });
      await hypervisor.exec([
        'sh',
        '-c',
        'mkdir -p /srv/images && qemu-img create -q -f qcow2 /srv/images/tiny.qcow2 8M',
      ]);
    }
    mkdirSync(join(work, 'group_vars'));
    const hosts = Object.fromEntries(Object.keys(LABS).map((name) => [name, null]));
    writeFileSync(join(work, 'hosts.yml'), stringify({ kvm: { hosts } }));
    writeFileSync(join(work, 'group_vars', 'kvm.yml'), stringify(VARIABLES));
    const run = (dist: string) => {
      const playbook = join(dist, 'ansible_collections/piecewise/cloud/playbooks/site.yml');
      return runPlaybook(playbook, LABS, { inventories: [work], dist });
    };
    const current = join(ROOT, 'dist');
    await stage(`two hypervisors, made by ${FORMER}`, async () => passed(await run(former)));
    // What another release made is taken as it is.
    await stage('ours, on what that made', async () => unchanged(await run(current)));
    const [theirs, ours]: [number[], number[]] = [[], []];
    for (let i = 0; i < RUNS; i += 1) {
      theirs.push(unchanged(await run(former)).seconds);
      ours.push(unchanged(await run(current)).seconds);
    }
    return [
      `two hypervisors with ${COUNT} VMs and ${COUNT} ports each, a run of site.yml that changes nothing, median of ${RUNS}:`,
      `  ${FORMER}: ${median(theirs).toFixed(2)} s, ours: ${median(ours).toFixed(2)} s`,
      `  ours of theirs: ${(median(ours) / median(theirs)).toFixed(2)} (at most 0.50 is asked)`,
    ].join('\n');
  } finally {
    for (const name of Object.values(LABS)) await (await findHypervisor(name))?.remove();
    rmSync(work, { recursive: true, force: true });
  }
}
