import { Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { valueAt } from '../xml/element.ts';
import { parseXml } from '../xml/parse.ts';
import { inBatches, quoted, virshBatch } from './batch.ts';
import { type Domain, isOn, unreachable } from './read.ts';

/** All domains of a host. */
export interface Overview {
  /** Without secrets, unlike those of `readAllDomains`. */
  readonly domains: readonly Domain[];
  /** What `virsh version` prints. */
  readonly version: string;
}

/** virsh's names of virDomainState, by number (libvirt-domain.h; virsh-domain-monitor.c). */
const STATES = ['no state', 'running', 'idle', 'paused', 'in shutdown', 'shut off', 'crashed', 'pmsuspended'];

/** What is asked of all domains at once: each takes one call of libvirt. */
const QUESTIONS = {
  names: 'list --all --name',
  autostart: 'list --all --name --autostart',
  saved: 'list --all --name --with-managed-save',
  transient: 'list --all --name --transient',
  states: 'domstats --state',
  version: 'version',
} as const;

const namesIn = (text = ''): string[] => text.split('\n').filter((line) => line.trim() !== '');

/** The states that `domstats --state` prints, by name. A number that isn't known is another state. Pure. */
export function statesIn(text: string): Map<string, string> {
  const found = text.matchAll(/^Domain: '(.*)'\n(?:(?!Domain: ).*\n)*?\s*state\.state=(\d+)$/gm);
  return new Map([...found].map(([, name = '', state]) => [name, STATES[Number(state)] ?? `state ${state}`]));
}

/**
 * Reads all domains of a host with as few calls as can be: for one that shows all of them. It takes a process, and another one for
 * each hundred domains.
 * @throws Failure when libvirt can't be reached
 */
export async function readOverview(host: Host, uri: string): Promise<Overview> {
  const { outputs, stderr } = await virshBatch(host, uri, Object.values(QUESTIONS));
  if (outputs.length < Object.keys(QUESTIONS).length) throw new Failure(unreachable(uri, stderr));
  const [names, autostart, saved, transient, states, version] = outputs.map(({ stdout }) => stdout);
  const lists = [autostart, saved, transient].map((text) => new Set(namesIn(text)));
  const stateOf = statesIn(states ?? '');
  const domains = await inBatches(namesIn(names), (batch) => readBatch(host, uri, batch, stateOf));
  return {
    domains: domains.flatMap((domain) => {
      const [starts = false, isSaved = false, isTransient = false] = lists.map((list) =>
        list.has(domain?.name ?? ''),
      );
      return domain ? [{ ...domain, autostart: starts, saved: isSaved, persistent: !isTransient }] : [];
    }),
    version: version ?? '',
  };
}

type Described = Pick<Domain, 'name' | 'uuid' | 'state' | 'definition' | 'live'>;

/** @returns undefined of a domain that was removed meanwhile */
async function readBatch(
  host: Host,
  uri: string,
  names: readonly string[],
  states: ReadonlyMap<string, string>,
): Promise<(Described | undefined)[]> {
  // A domain that isn't listed has no state that libvirt tells: it may run.
  const stateOf = (name: string) => states.get(name) ?? 'no state';
  const commands = names.map((name) => {
    const of = `--domain ${quoted(name)}`;
    return [`dumpxml --inactive ${of}`, ...(isOn(stateOf(name)) ? [`dumpxml ${of}`] : [])];
  });
  const { outputs, stderr } = await virshBatch(host, uri, commands.flat());
  if (outputs.length < commands.flat().length) throw new Failure(unreachable(uri, stderr));
  const texts = outputs.map(({ stdout }) => stdout.trim());
  return names.map((name, i) => {
    const [xml = '', live = ''] = texts.splice(0, commands[i]?.length ?? 0);
    if (!xml) return undefined;
    const definition = parseXml(xml);
    return {
      ...{ name, uuid: valueAt(definition, 'uuid') ?? '', state: stateOf(name), definition },
      live: live ? parseXml(live) : undefined,
    };
  });
}
