import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { findHypervisor, type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { buildCollection } from '../support/build.ts';
import { runPlaybook } from '../support/playbook.ts';
import { stage } from '../support/stages.ts';

const LAB = 'bench';
const COUNT = 100;
const IMAGES = '/srv/images';

// Off, and of an empty disk: what is measured is how long it takes to define them.
const VARIABLES = {
  vm_images: { 'tiny.qcow2': {} },
  vm_image_directory: IMAGES,
  vm_defaults: { memory: '64 MiB', archive_name: 'tiny.qcow2', state: 'present', virt_type: 'qemu' },
  vm_groups: [{ name: 'shop', types: [{ name: 'web', prefix: 'web', count: COUNT }] }],
};

const PLAY = [
  { hosts: 'kvm', gather_facts: false, vars: { ansible_pipelining: true }, roles: ['piecewise.cloud.vm'] },
];

/** What an administrator would write: an overlay for each, and virt-install, which defines without starting (`--noreboot`). */
const LOOP = `set -e; mkdir -p /srv/loop; cd /srv/loop
for i in $(seq -w 0 ${COUNT - 1}); do
  qemu-img create -q -f qcow2 -F qcow2 -b ${IMAGES}/tiny.qcow2 loop$i.qcow2
  virt-install --quiet --import --noreboot --noautoconsole --name loop$i --memory 64 --vcpus 1 --virt-type qemu \\
    --osinfo detect=off,require=off --disk loop$i.qcow2 --network none --graphics none
done`;

async function timed(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await act();
  return (performance.now() - start) / 1000;
}

async function byLoop(hypervisor: Hypervisor): Promise<number> {
  await hypervisor.exec(
    ['sh', '-c', 'apt-get update && apt-get install -y --no-install-recommends virtinst'],
    { timeout: 600 },
  );
  return timed(() => hypervisor.exec(['sh', '-c', LOOP], { timeout: 3600 }));
}

async function byTask(hypervisor: Hypervisor, work: string): Promise<number> {
  mkdirSync(join(work, 'host_vars'));
  writeFileSync(join(work, 'hosts.yml'), stringify({ kvm: { hosts: { hv1: null } } }));
  writeFileSync(join(work, 'host_vars', 'hv1.yml'), stringify(VARIABLES));
  const play = join(work, 'play.yml');
  writeFileSync(play, stringify(PLAY));
  const run = await runPlaybook(play, { hv1: hypervisor.name }, { inventories: [work] });
  if (run.exitCode !== 0 || run.recap.hv1?.changed !== 1) throw new Error(run.output.slice(-5000));
  return run.seconds;
}

/** A hundred clones of one template, defined by one task, against virt-install in a loop. */
export async function benchClones(): Promise<string> {
  await buildCollection();
  await (await findHypervisor(LAB))?.remove();
  const hypervisor = await startHypervisor({ name: LAB });
  const work = mkdtempSync(join(tmpdir(), 'piecewise-bench-'));
  try {
    await hypervisor.exec([
      ...['sh', '-c'],
      `mkdir -p ${IMAGES} && qemu-img create -q -f qcow2 ${IMAGES}/tiny.qcow2 8M && virsh --quiet list`,
    ]);
    const theirs = await stage(`${COUNT} clones by virt-install`, () => byLoop(hypervisor));
    const ours = await stage(`${COUNT} clones by one task`, () => byTask(hypervisor, work));
    const defined = await hypervisor.exec(['sh', '-c', 'virsh -q list --all --name | grep -c "^web"']);
    if (defined.stdout.trim() !== String(COUNT)) throw new Error(`${defined.stdout} of ${COUNT} are defined`);
    return [
      `${COUNT} clones of one template, defined:`,
      `  virt-install --import in a loop: ${theirs.toFixed(2)} s, without seeds`,
      `  one task, with their seeds: ${ours.toFixed(2)} s`,
      `  ${(theirs / ours).toFixed(1)} times as fast (at least 5 is asked)`,
    ].join('\n');
  } finally {
    await hypervisor.remove();
    rmSync(work, { recursive: true, force: true });
  }
}
