import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ROOT } from '../../build/modules.ts';
import { findHypervisor, type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { buildCollection } from '../support/build.ts';
import { type PlaybookOptions, type PlaybookRun, runPlaybook } from '../support/playbook.ts';
import { stage } from '../support/stages.ts';
import { debianCollections } from './collections.ts';

const LAB = 'bench';
const COUNT = 10;
const RUNS = 3;
const ARCHIVE = 'template-debian-9.qcow2';

// The blog's variables, ten times: small guests, since what is measured is a run that changes nothing.
function variables(): object {
  const numbers = Array.from({ length: COUNT }, (_, i) => i + 1);
  return {
    ovs: {
      bridges: [{ name: 'ovs-wan1', state: 'present' }],
      ports: numbers.map((i) => ({
        bridge: 'ovs-wan1',
        port: `itc-wan${i}`,
        tag: 20 + i,
        mode: 'static',
        address: `10.1.${i}.1`,
        netmask: '255.255.255.0',
      })),
    },
    vms: numbers.map((i) => ({
      name: `vm${i}`,
      hostname: `vm${i}`,
      disk_name: 'template-debian-9',
      memory: 65536,
      archive_name: ARCHIVE,
      ovs: [{ name: 'ovs-wan1', vlans: [20 + i] }],
      interfaces: [{ name: 'eth0', mode: 'static', address: `10.1.${i}.2`, netmask: '255.255.255.0' }],
    })),
  };
}

async function measured(
  name: string,
  run: () => Promise<PlaybookRun>,
): Promise<{ seconds: number; changed: number }> {
  const runs: PlaybookRun[] = [];
  await stage(`${name}: deploy`, async () => mustPass(await run()));
  for (let i = 0; i < RUNS; i += 1) {
    runs.push(mustPass(await stage(`${name}: a run on what is there`, run)));
  }
  const seconds = runs.map((one) => one.seconds).sort((a, b) => a - b)[Math.floor(RUNS / 2)] ?? 0;
  return { seconds, changed: runs[RUNS - 1]?.recap.hv1?.changed ?? -1 };
}

function mustPass(run: PlaybookRun): PlaybookRun {
  if (run.exitCode === 0) return run;
  console.error(run.output.slice(-5000));
  throw new Error('the playbook failed: its output is above');
}

async function clear(hypervisor: Hypervisor): Promise<void> {
  const script = [
    'for d in $(virsh list --name); do virsh destroy $d; done',
    'for d in $(virsh list --all --name); do virsh undefine $d; done',
    'rm -rf /var/lib/libvirt/images/* /etc/network/interfaces.d/*; ovs-vsctl del-br ovs-wan1',
    "sed -i '/ovs_port/d' /etc/network/interfaces",
  ];
  await hypervisor.exec(['sh', '-c', script.join('; ')]);
}

/** A run that changes nothing, with 10 VMs and 10 ports: site.yml against the blog's own tasks. */
export async function benchSite(): Promise<string> {
  await buildCollection();
  const collections = await debianCollections();
  const work = mkdtempSync(join(tmpdir(), 'piecewise-bench-'));
  await (await findHypervisor(LAB))?.remove();
  const hypervisor = await startHypervisor({ name: LAB });
  try {
    const inventory = join(work, 'inventory');
    mkdirSync(join(inventory, 'host_vars'), { recursive: true });
    mkdirSync(join(work, 'files'));
    writeFileSync(join(inventory, 'hosts.yml'), stringify({ kvm: { hosts: { hv1: null } } }));
    writeFileSync(join(inventory, 'host_vars', 'hv1.yml'), stringify(variables()));
    await makeArchive(hypervisor, join(work, 'files'));
    const hosts = { hv1: LAB };
    const options: PlaybookOptions = {
      inventories: [inventory],
      extraVars: { vm_archive_paths: [join(work, 'files')] },
      collections: [collections],
    };
    // The kernel here may have no Open vSwitch, and the blog's task can't ask for a userspace bridge.
    await hypervisor.exec('ovs-vsctl add-br ovs-wan1 -- set bridge ovs-wan1 datapath_type=netdev'.split(' '));
    const play = join(work, 'blog', 'play.yml');
    cpSync(join(ROOT, 'test/bench/blog'), join(work, 'blog'), { recursive: true });
    cpSync(join(work, 'files'), join(work, 'blog', 'files'), { recursive: true });
    const blog = await measured('the blog', () => runPlaybook(play, hosts, options));
    await clear(hypervisor);
    const ours = await measured('site.yml', () =>
      runPlaybook(join(ROOT, 'playbooks/site.yml'), hosts, options),
    );
    const part = ours.seconds / blog.seconds;
    return [
      `${COUNT} VMs and ${COUNT} ports, a run that changes nothing, median of ${RUNS}:`,
      `  the blog's tasks: ${blog.seconds.toFixed(1)} s, changed=${blog.changed}`,
      `  site.yml:         ${ours.seconds.toFixed(1)} s, changed=${ours.changed}`,
      `  site.yml takes ${part.toFixed(2)} of the blog's time (at most 0.10 is asked)`,
    ].join('\n');
  } finally {
    await hypervisor.remove();
    rmSync(work, { recursive: true, force: true });
  }
}

// An empty disk in an archive of the blog's kind, made where qemu-img is.
async function makeArchive(hypervisor: Hypervisor, directory: string): Promise<void> {
  const script = `cd /tmp && qemu-img create -q -f qcow2 template-debian-9.qcow2 64M && tar -czf - template-debian-9.qcow2 | base64`;
  const { stdout } = await hypervisor.exec(['sh', '-c', script]);
  writeFileSync(join(directory, `${ARCHIVE}.tar.gz`), Buffer.from(stdout, 'base64'));
}
