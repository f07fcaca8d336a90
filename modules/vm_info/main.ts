import { defineModule } from '../lib/ansible/module.ts';
import { type ObjectKind, observeEach } from '../lib/ansible/plan.ts';
import type { OptionsOf } from '../lib/ansible/spec.ts';
import { MissingProgram } from '../lib/failure.ts';
import { addressesOfEach } from '../lib/guest/addresses/addresses.ts';
import type { Found } from '../lib/guest/addresses/found.ts';
import { type Sought, soughtOf } from '../lib/guest/addresses/sought.ts';
import { readyNow } from '../lib/guest/ready/now.ts';
import type { Host } from '../lib/host/host.ts';
import { CONTAINERS, connectionsOf } from '../lib/libvirt/connections.ts';
import { writeCpus } from '../lib/libvirt/cpu/host-cpus.ts';
import { readHostCpus } from '../lib/libvirt/cpu/read.ts';
import { driverAt, type GuestKind } from '../lib/libvirt/driver.ts';
import { evacuatedIn } from '../lib/libvirt/evacuated.ts';
import { type Member, memberIn } from '../lib/libvirt/member.ts';
import { type Domain, isOn, readAllDomains, readDomains } from '../lib/libvirt/read.ts';
import { spec } from './spec.ts';

type Options = OptionsOf<typeof spec>;

interface Vm extends Partial<Member> {
  readonly name: string;
  readonly kind: GuestKind;
  /** libvirt's name of it. */
  readonly state: string;
  /** The host that it was evacuated from. */
  readonly evacuated_from?: string;
  readonly ready?: boolean;
  readonly addresses: readonly Found[];
}

/** The guests of a connection. */
interface Guests {
  readonly uri: string;
  readonly domains: readonly Domain[];
  readonly running: readonly Sought[];
}

async function readGuests(host: Host, uri: string, names: readonly string[] | undefined): Promise<Guests> {
  const asked: Promise<(Domain | undefined)[]> = names
    ? readDomains(host, uri, [...new Set(names)])
    : readAllDomains(host, uri);
  const found: (Domain | undefined)[] = await asked.catch((error) => {
    // libvirtd has not loaded its driver for containers, so it runs none.
    if (uri === CONTAINERS && error instanceof MissingProgram) return [];
    throw error;
  });
  const domains = found.flatMap((domain) => domain ?? []);
  const running = domains.filter(({ state }) => isOn(state)).map((domain) => soughtOf(domain, uri));
  return { uri, domains, running };
}

async function read(host: Host, options: Options): Promise<Vm[]> {
  const { names, uri, agent_timeout: seconds } = options;
  const uris = await connectionsOf(host, uri);
  const guests = await Promise.all(uris.map((one) => readGuests(host, one, names)));
  const how = { uri, agentTimeout: seconds * 1000 };
  const lists = guests.map(({ running }) => running);
  const addresses = await addressesOfEach(host, lists, how);
  const described = guests.map((some, i) => describe(host, some, addresses[i] ?? new Map(), options.ready));
  return (await Promise.all(described)).flat();
}

async function describe(
  host: Host,
  { uri, domains, running }: Guests,
  addresses: ReadonlyMap<string, readonly Found[]>,
  asksReady: boolean,
): Promise<Vm[]> {
  const on = running.map(({ name }) => name);
  const ready = new Map(asksReady ? await readyNow(host, uri, on) : []);
  return domains.map(({ name, state, definition }) => {
    const from = evacuatedIn(definition);
    return {
      ...{ name, kind: driverAt(uri).guests, state, ...memberIn(definition) },
      ...(from === undefined ? {} : { evacuated_from: from }),
      ...(ready.has(name) ? { ready: ready.get(name) === true } : {}),
      addresses: addresses.get(name) ?? [],
    };
  });
}

interface State {
  readonly vms: readonly Vm[];
  readonly cpu?: string;
}

async function look(host: Host, options: Options): Promise<State> {
  const [vms, cpus] = await Promise.all([
    read(host, options),
    options.cpu ? readHostCpus(host, options.uri) : undefined,
  ]);
  return { vms, ...(cpus ? { cpu: writeCpus(cpus) } : {}) };
}

const info: ObjectKind<Options, State, never, State> = {
  key: () => 'VMs',
  observe: (host, items) => observeEach(items, (options) => look(host, options)),
  plan: (_, state) => ({ changes: [], result: state }),
  apply: async () => undefined,
};

export const module = defineModule(spec, info);
