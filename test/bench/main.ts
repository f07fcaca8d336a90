import { say } from '../support/stages.ts';
import { benchClones } from './clones.ts';
import { benchCloud } from './cloud.ts';
import { benchDomains } from './domains.ts';
import { benchInventory } from './inventory.ts';
import { benchNetworks } from './networks.ts';
import { benchOvn } from './ovn.ts';
import { benchOvs } from './ovs.ts';
import { benchPair } from './pair.ts';
import { benchSeeds } from './seeds.ts';
import { benchSite } from './site.ts';
import { benchTasks } from './tasks.ts';
import { benchVms } from './vms.ts';

// `npm run bench`: speeds as ratios, each measured in one run on one lab hypervisor.
const benches: Record<string, () => Promise<string>> = {
  site: benchSite,
  pair: benchPair,
  domains: benchDomains,
  ovs: benchOvs,
  networks: benchNetworks,
  ovn: benchOvn,
  seeds: benchSeeds,
  vms: benchVms,
  clones: benchClones,
  cloud: benchCloud,
  tasks: benchTasks,
  inventory: benchInventory,
};

const chosen = process.argv.slice(2);
const results: string[] = [];
for (const [name, bench] of Object.entries(benches)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  say(`bench ${name}`);
  results.push(await bench());
}
console.log(results.join('\n'));
