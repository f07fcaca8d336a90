import { asError, type Module } from '../lib/ansible/plan.ts';
import { type Host, readText } from '../lib/host/host.ts';
import { type Domain, readDomains } from '../lib/libvirt/virsh.ts';
import { applyStep } from './apply.ts';
import type { HostFacts } from './desired.ts';
import { checkOptions, type DomainOptions, nameOf } from './options.ts';
import { planDomain, type State, type Step } from './plan.ts';
import { spec } from './spec.ts';

// A /dev/kvm alone says little: in a guest without nested virtualisation it is there and hangs.
async function hostFacts(host: Host): Promise<HostFacts> {
  const cpuinfo = (await readText(host, '/proc/cpuinfo')) ?? '';
  const device = await host.stat('/dev/kvm');
  return { kvm: device !== undefined && /^flags\s*:.*\b(vmx|svm)\b/m.test(cpuinfo) };
}

async function observe(host: Host, items: readonly DomainOptions[]): Promise<(State | Error)[]> {
  const facts = await hostFacts(host);
  const machineId = ((await readText(host, '/etc/machine-id')) ?? '').trim();
  const found = new Map<DomainOptions, Domain | undefined | Error>();
  for (const uri of new Set(items.map((item) => item.uri))) {
    const mine = items.filter((item) => item.uri === uri);
    const domains = await readDomains(host, uri, mine.map(nameOf)).catch(asError);
    mine.forEach((item, i) => {
      found.set(item, domains instanceof Error ? domains : domains[i]);
    });
  }
  return items.map((item) => {
    const domain = found.get(item);
    return domain instanceof Error ? domain : { ...facts, machineId, domain };
  });
}

export const module: Module<DomainOptions, State, Step> = {
  spec,
  key: nameOf,
  check: checkOptions,
  observe,
  plan: planDomain,
  apply: applyStep,
};
