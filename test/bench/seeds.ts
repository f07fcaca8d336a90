import { join } from 'node:path';
import { ROOT } from '../../build/modules.ts';
import { findHypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { buildCollection } from '../support/build.ts';
import { runPlaybook } from '../support/playbook.ts';

const LAB = 'bench';

const guests = Array.from({ length: 200 }, (_, i) => ({
  name: `guest${i}`,
  hostname: `guest${i}`,
  interfaces: [{ name: 'eth0', mode: 'static', address: `10.0.0.${i + 1}`, netmask: '255.255.255.0' }],
}));

const interfacesFile = ({ interfaces }: (typeof guests)[number]) =>
  [
    'auto lo\niface lo inet loopback\n',
    ...interfaces.map(
      ({ name, mode, address, netmask }) =>
        `auto ${name}\niface ${name} inet ${mode}\n  address ${address}\n  netmask ${netmask}\n`,
    ),
  ].join('');

const seeds = guests.map((guest) => ({
  dest: `/var/lib/libvirt/images/${guest.name}/seed.iso`,
  hostname: guest.hostname,
  user_data: { write_files: [{ path: '/etc/network/interfaces', content: interfacesFile(guest) }] },
}));

/** The seeds of 200 guests by one task, against the blog's templates and genisoimage for each of them. */
export async function benchSeeds(): Promise<string> {
  await buildCollection();
  await (await findHypervisor(LAB))?.remove();
  const hypervisor = await startHypervisor({ name: LAB });
  try {
    const play = join(ROOT, 'test/bench/seeds/play.yml');
    const run = await runPlaybook(play, { hv1: LAB }, { extraVars: { guests, seeds } });
    const [, blog, ours, again] = (/TIMES (\S+) (\S+) (\S+)"/.exec(run.output) ?? []).map(Number);
    if (run.exitCode !== 0 || !blog || !ours || !again) throw new Error(run.output.slice(-5000));
    return [
      'the seeds of 200 guests:',
      `  two templates and genisoimage for each: ${blog.toFixed(1)} s`,
      `  one task of cloudinit_iso:              ${ours.toFixed(2)} s, and ${again.toFixed(2)} s when they are there`,
      `  ours of theirs: ${(ours / blog).toFixed(3)} (at most 0.1 is asked)`,
    ].join('\n');
  } finally {
    await hypervisor.remove();
  }
}
