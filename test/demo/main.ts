import { join } from 'node:path';
import { ROOT } from '../../build/modules.ts';
import { findHypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { privateKeyFile, publicKey } from '../lab/key.ts';
import { paths } from '../lab/state.ts';
import { buildCollection } from '../support/build.ts';
import { waitForPing } from '../support/guest.ts';
import { type PlaybookRun, runPlaybook } from '../support/playbook.ts';
import { say, stage } from '../support/stages.ts';
import { keepTemplates, templatesFor } from '../support/templates.ts';

// The blog's cloud on one machine: a hypervisor in the lab, the blog's variables, a guest that answers ping.
const NAME = 'demo';
const GUEST = '192.168.192.130';

const site = join(ROOT, 'playbooks', 'site.yml');

function mustPass({ exitCode, output }: PlaybookRun): void {
  if (exitCode === 0) return;
  console.error(output);
  throw new Error('the playbook failed: its output is above');
}

await stage('building the collection', buildCollection);
await (await findHypervisor(NAME))?.remove();
const hypervisor = await stage(`raising the hypervisor ${NAME} in the lab`, () =>
  startHypervisor({ name: NAME, binds: [templatesFor(NAME)] }),
);
const hosts = { hv1: NAME };
// The blog's guest has no way in: a key is laid over its variables, by the role's own.
const extraVars = { vm_defaults: { ssh_authorized_keys: [(await publicKey()).trim()] } };
await stage("ansible-playbook playbooks/site.yml, with the blog's variables", async () => {
  mustPass(await runPlaybook(site, hosts, { extraVars, live: true }));
  keepTemplates(NAME);
});
const answer = await stage(`waiting for the guest, ping ${GUEST} in VLAN 25`, () =>
  waitForPing(hypervisor, GUEST),
);
say(answer);
const again = await stage('the same playbook again', () => runPlaybook(site, hosts, { extraVars }));
mustPass(again);
const changed = again.recap.hv1?.changed;
if (changed !== 0) {
  console.error(again.output);
  throw new Error(`the second run should have changed nothing, and changed ${changed}`);
}
say('the second run changed nothing');
const picture = join(ROOT, 'dist', 'cloud.html');
await stage('ansible-playbook playbooks/picture.yml', async () => {
  const drawn = { ...extraVars, picture_path: picture };
  mustPass(await runPlaybook(join(ROOT, 'playbooks', 'picture.yml'), hosts, { extraVars: drawn }));
});
const ssh = `ssh -i ${await privateKeyFile()} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null`;
console.log(`
A private cloud, from examples/blog/host_vars/hv1/cloud.yml alone.

  its picture:     file://${picture}
  the hypervisor:  npm run lab -- shell ${NAME}
  the guest:       nsenter -t $(cat ${paths(NAME).pid}) -n ${ssh} debian@${GUEST}
  (its SSH comes up some seconds after its network)
  its console:     npm run lab -- shell ${NAME} -- virsh console test     (Ctrl+] leaves)
  its ping:        npm run lab -- shell ${NAME} -- ping -c 3 ${GUEST}
  the networks:    npm run lab -- shell ${NAME} -- ovs-vsctl show
  remove it all:   npm run lab -- down ${NAME}
  and the caches:  npm run lab -- clean --cache
`);
