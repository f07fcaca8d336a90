import type { Host } from '../host/host.ts';
import { valueAt } from '../xml/element.ts';
import { parseXml } from '../xml/parse.ts';
import { inBatches, quoted, virshBatch } from './batch.ts';
import { driverAt } from './driver.ts';
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
  version: 'version',
} as const;

/** What tells the states of all domains, if the driver has it. */
const STATES_OF_ALL = 'domstats --state';

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
  const { tellsStates } = driverAt(uri);
  const questions = [...Object.values(QUESTIONS), ...(tellsStates ? [STATES_OF_ALL] : [])];
  const { outputs, stderr } = await virshBatch(host, uri, questions);
  if (outputs.length < questions.length) throw unreachable(uri, stderr);
  const [names, autostart, saved, transient, version, states] = outputs.map(({ stdout }) => stdout);
  const lists = [autostart, saved, transient].map((text) => new Set(namesIn(text)));
  const stateOf = tellsStates ? statesIn(states ?? '') : undefined;
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

/**
 * @param states of all domains; undefined where each is asked for its own
 * @returns undefined of a domain that was removed meanwhile
 */
async function readBatch(
  host: Host,
  uri: string,
  names: readonly string[],
  states: ReadonlyMap<string, string> | undefined,
): Promise<(Described | undefined)[]> {
  // A domain that isn't listed has no state that libvirt tells: it may run.
  const known = (name: string) => states && (states.get(name) ?? 'no state');
  const commands = names.map((name) => {
    const of = `--domain ${quoted(name)}`;
    const state = known(name);
    return [
      `dumpxml --inactive ${of}`,
      ...(state === undefined ? [`domstate ${of}`] : []),
      // That of a domain that is off is not used.
      ...(state === undefined || isOn(state) ? [`dumpxml ${of}`] : []),
    ];
  });
  const { outputs, stderr } = await virshBatch(host, uri, commands.flat());
  if (outputs.length < commands.flat().length) throw unreachable(uri, stderr);
  const texts = outputs.map(({ stdout }) => stdout.trim());
  return names.map((name, i) => {
    const [xml = '', ...others] = texts.splice(0, commands[i]?.length ?? 0);
    if (!xml) return undefined;
    const state = known(name) ?? (others.shift() || 'no state');
    const [live = ''] = others;
    const definition = parseXml(xml);
    return {
      ...{ name, uuid: valueAt(definition, 'uuid') ?? '', state, definition },
      live: live && isOn(state) ? parseXml(live) : undefined,
    };
  });
}
