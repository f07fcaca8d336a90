import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ROOT } from '../../build/modules.ts';
import { findHypervisor, type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { buildCollection } from '../support/build.ts';
import { type PlaybookRun, runPlaybook } from '../support/playbook.ts';
import { stage } from '../support/stages.ts';
import { FORMER, formerCollection } from './former.ts';
import { median } from './times.ts';

const LAB = 'bench';
const RUNS = 5;
const COUNTS: readonly { readonly count: number; readonly asked: string }[] = [
  { count: 10, asked: '0.50' },
  { count: 100, asked: '0.33' },
];

// Off, and of an empty disk: what is measured is a run that changes nothing.
const variables = (count: number) => ({
  vm_images: { 'tiny.qcow2': {} },
  vm_image_directory: '/srv/images',
  vm_defaults: { memory: '64 MiB', archive_name: 'tiny.qcow2', state: 'present', virt_type: 'qemu' },
  vms: Array.from({ length: count }, (_, i) => ({
    name: `vm${i}`,
    ovs: [{ name: 'ovs-lan', vlans: [10] }],
    interfaces: [{ name: 'eth0', address: `10.1.${i >> 7}.${1 + (i & 127)}/16`, gateway: '10.1.255.1' }],
    ssh_authorized_keys: [
      'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJx6fz1ha9R3R3cA8Hc9Hh2Yk1c1gW0V3cR2k3v4x5yz joe',
    ],
  })),
});

const PLAY = [
  { hosts: 'kvm', gather_facts: false, vars: { ansible_pipelining: true }, roles: ['piecewise.cloud.vm'] },
];

function unchanged(run: PlaybookRun): PlaybookRun {
  if (run.exitCode === 0 && run.recap.hv1?.changed === 0) return run;
  console.error(run.output.slice(-5000));
  throw new Error('the role vm should have changed nothing: its output is above');
}

async function compared(
  hypervisor: Hypervisor,
  work: string,
  count: number,
): Promise<readonly [number, number]> {
  const former = await formerCollection();
  const inventory = join(work, String(count));
  mkdirSync(join(inventory, 'host_vars'), { recursive: true });
  writeFileSync(join(inventory, 'hosts.yml'), stringify({ kvm: { hosts: { hv1: null } } }));
  writeFileSync(join(inventory, 'host_vars', 'hv1.yml'), stringify(variables(count)));
  const play = join(work, 'play.yml');
  writeFileSync(play, stringify(PLAY));
  const run = (dist: string) =>
    runPlaybook(play, { hv1: hypervisor.name }, { inventories: [inventory], dist });
  await stage(`${count} VMs, made by ${FORMER}`, () => run(former));
  // What another release made is taken as it is.
  unchanged(await stage('ours, on what that made', () => run(join(ROOT, 'dist'))));
  const [theirs, ours]: [number[], number[]] = [[], []];
  for (let i = 0; i < RUNS; i += 1) {
    theirs.push(unchanged(await run(former)).seconds);
    ours.push(unchanged(await run(join(ROOT, 'dist'))).seconds);
  }
  return [median(theirs), median(ours)];
}

/** A run of the role vm that changes nothing: one module call, against what the role was before. */
export async function benchVms(): Promise<string> {
  await buildCollection();
  const work = mkdtempSync(join(tmpdir(), 'piecewise-bench-'));
  const lines: string[] = [];
  try {
    for (const { count, asked } of COUNTS) {
      await (await findHypervisor(LAB))?.remove();
      const hypervisor = await startHypervisor({ name: LAB });
      const script = `mkdir -p /srv/images && qemu-img create -q -f qcow2 /srv/images/tiny.qcow2 8M
        ovs-vsctl add-br ovs-lan -- set bridge ovs-lan datapath_type=netdev`;
      await hypervisor.exec(['sh', '-c', script]);
      const [former, ours] = await compared(hypervisor, work, count);
      lines.push(
        `${count} VMs, a run of the role vm that changes nothing, median of ${RUNS}:`,
        `  ${FORMER}: ${former.toFixed(2)} s, ours: ${ours.toFixed(2)} s`,
        `  ours of theirs: ${(ours / former).toFixed(2)} (at most ${asked} is asked)`,
      );
    }
    return lines.join('\n');
  } finally {
    await (await findHypervisor(LAB))?.remove();
    rmSync(work, { recursive: true, force: true });
  }
}
