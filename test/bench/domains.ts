import { join } from 'node:path';
import { ROOT } from '../../build/modules.ts';
import { findHypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { buildCollection } from '../support/build.ts';
import { runPlaybook } from '../support/playbook.ts';
import { debianCollections } from './collections.ts';
import { mean, median, shown } from './times.ts';

const LAB = 'bench';

const devices = `<disk type='file'><driver name='qemu' type='qcow2'/><source file='/var/lib/libvirt/images/d.qcow2'/><target dev='vda' bus='virtio'/></disk>
<interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='br0'/><virtualport type='openvswitch'><parameters interfaceid='5754f78e-0ab8-4ed8-91da-7edb7004bf7e'/></virtualport><model type='virtio'/></interface>
<console type='pty'/><graphics type='vnc'/>`;

const xml = (name: string) =>
  `<domain type='qemu'><name>${name}</name><uuid>5754f78e-0ab8-4ed8-91da-7edb7004bf7f</uuid><memory unit='MiB'>64</memory><vcpu>1</vcpu><os><type machine='q35'>hvm</type></os><features><acpi/></features><devices>${devices}</devices></domain>`;

const hundred = Array.from({ length: 100 }, (_, i) => ({
  name: `bench${i}`,
  memory: '64 MiB',
  disks: [{ source: `/var/lib/libvirt/images/bench${i}.qcow2` }],
  interfaces: [{ source: 'br0', target: `bench${i}` }],
}));

/** An unchanged domain: our task against community.libvirt's define, and a hundred of them in one task. */
export async function benchDomains(): Promise<string> {
  await buildCollection();
  const collections = await debianCollections();
  await (await findHypervisor(LAB))?.remove();
  const hypervisor = await startHypervisor({ name: LAB });
  try {
    const play = join(ROOT, 'test/bench/domains/play.yml');
    const extraVars = { domain_xml: xml('bench'), hundred };
    const run = await runPlaybook(play, { hv1: LAB }, { extraVars, collections: [collections] });
    const [, define, ours, many] = /TIMES (\S+) (\S+) (\S+)"/.exec(run.output) ?? [];
    if (run.exitCode !== 0 || !define || !ours || !many) throw new Error(run.output.slice(-5000));
    const [theirs, mine] = [define, ours].map((list) => list.split(',').map(Number)) as [number[], number[]];
    // Some of the tasks of community.libvirt take a second more than the others: the mean has it, the median hasn't.
    const ratio = (of: (times: readonly number[]) => number) => (of(mine) / of(theirs)).toFixed(2);
    return [
      'an unchanged domain, a task:',
      `  community.libvirt.virt, define: ${shown(theirs)}`,
      `  piecewise.cloud.libvirt_domain: ${shown(mine)}`,
      `  ours of theirs: ${ratio(median)} by the median, ${ratio(mean)} by the mean (less than 1 is asked)`,
      `  100 domains in one task: ${Number(many).toFixed(2)} s (at most 5 are asked)`,
    ].join('\n');
  } finally {
    await hypervisor.remove();
  }
}
