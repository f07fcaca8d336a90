import { join } from 'node:path';
import { ROOT } from '../../build/modules.ts';
import { findHypervisor, startHypervisor } from '../lab/hypervisor.ts';
import type { Release } from '../lab/packages.ts';
import { buildCollection } from '../support/build.ts';
import { runPlaybook } from '../support/playbook.ts';
import { say, stage } from '../support/stages.ts';
import { keepTemplates, templatesFor } from '../support/templates.ts';
import { FORMER, formerCollection } from './former.ts';

// `npx tsx test/bench/adoption.ts`: a cloud that another release of the collection made is taken as it is. The blog's
// variables, by the former site.yml, then by ours, which changes nothing, on both Debian releases.
await buildCollection();
const former = await formerCollection();
const at = (dist: string) => join(dist, 'ansible_collections/piecewise/cloud/playbooks/site.yml');
const ours = join(ROOT, 'dist');
for (const release of [12, 13] as Release[]) {
  const name = `adopt${release}`;
  await (await findHypervisor(name))?.remove();
  const hypervisor = await startHypervisor({ name, release, binds: [templatesFor(name)] });
  try {
    const run = (dist: string, ...args: string[]) => runPlaybook(at(dist), { hv1: name }, { dist, args });
    const made = await stage(`Debian ${release}: site.yml of ${FORMER}`, () => run(former));
    say(JSON.stringify(made.recap));
    if (made.exitCode !== 0) throw new Error(made.output);
    keepTemplates(name);
    const planned = await stage(`Debian ${release}: site.yml of today, --check`, () =>
      run(ours, '--check', '--diff'),
    );
    say(JSON.stringify(planned.recap));
    const adopted = await stage(`Debian ${release}: site.yml of today`, () => run(ours, '--diff'));
    say(JSON.stringify(adopted.recap));
    if (adopted.recap.hv1?.changed !== 0) throw new Error(adopted.output);
  } finally {
    await hypervisor.remove();
  }
}
