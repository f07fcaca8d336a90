import { Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import type { Element } from '../xml/element.ts';
import { parseXml } from '../xml/parse.ts';
import { connection, newMark, quoted } from './virsh.ts';

/** A domain as libvirt knows it. */
export interface Domain {
  readonly name: string;
  readonly uuid: string;
  /** libvirt's own word: `running`, `shut off`, `paused`, `in shutdown`, `crashed`, … */
  readonly state: string;
  readonly autostart: boolean;
  /** Whether its memory is saved, to go on with at its next start. */
  readonly saved: boolean;
  /** A transient domain has no definition to change. */
  readonly persistent: boolean;
  /** The persistent definition, secrets included. */
  readonly definition: Element;
  /** What the running guest has, secrets included; undefined for one that is off. */
  readonly live: Element | undefined;
}

/** Milliseconds. Reading takes milliseconds, but a libvirtd that is being started probes QEMU for some seconds. */
const READ_TIMEOUT = 60_000;

/** Domains to a process: a command line has its limit. */
const BATCH = 100;

/** Whether a domain has a guest: whether there is a QEMU. */
export const isOn = (state: string) => state !== 'shut off' && state !== 'crashed';

/**
 * Reads several domains in one process.
 * @returns one for each name, undefined where there is no such domain
 * @throws Failure when libvirt can't be reached
 */
export async function readDomains(
  host: Host,
  uri: string,
  names: readonly string[],
): Promise<(Domain | undefined)[]> {
  const found: (Domain | undefined)[] = [];
  for (let from = 0; from < names.length; from += BATCH) {
    found.push(...(await readBatch(host, uri, names.slice(from, from + BATCH))));
  }
  return found;
}

/**
 * Reads all domains that there are.
 * @throws Failure when libvirt can't be reached
 */
export async function readAllDomains(host: Host, uri: string): Promise<Domain[]> {
  const list = [...connection(uri), 'list', '--all', '--name'];
  const { code, stdout, stderr } = await host.run('virsh', list, { timeout: READ_TIMEOUT });
  if (code !== 0) throw new Failure(unreachable(uri, stderr));
  const names = stdout
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  return (await readDomains(host, uri, names)).filter((domain) => domain !== undefined);
}

async function readBatch(host: Host, uri: string, names: readonly string[]): Promise<(Domain | undefined)[]> {
  const mark = newMark();
  const commands = names.flatMap((name) => [
    `echo ${mark}`,
    `dominfo --domain ${quoted(name)}`,
    `echo ${mark}`,
    `dumpxml --inactive --security-info --domain ${quoted(name)}`,
    `echo ${mark}`,
    `dumpxml --security-info --domain ${quoted(name)}`,
  ]);
  // The list comes first: its failure is the connection's.
  const script = ['list --all --name', ...commands].join('; ');
  const { stdout, stderr } = await host.run('virsh', [...connection(uri), script], { timeout: READ_TIMEOUT });
  const [listed = '', ...sections] = stdout.split(mark);
  if (sections.length === 0) throw new Failure(unreachable(uri, stderr));
  const known = new Set(listed.split('\n').map((line) => line.trim()));
  return names.map((name, i) => {
    if (!known.has(name)) return undefined;
    const [info = '', xml = '', live = ''] = sections.slice(3 * i, 3 * i + 3);
    if (xml.trim() === '')
      throw new Failure(`libvirt has domain '${name}' but doesn't show it: ${stderr.trim()}`);
    return readDomain(name, info, xml, live);
  });
}

function readDomain(name: string, info: string, xml: string, live: string): Domain {
  const field = (label: string) => new RegExp(`^${label}:\\s*(.*)$`, 'm').exec(info)?.[1]?.trim() ?? '';
  const state = field('State');
  return {
    name,
    uuid: field('UUID'),
    state,
    autostart: field('Autostart') === 'enable',
    saved: field('Managed save') === 'yes',
    persistent: field('Persistent') !== 'no',
    definition: parseXml(xml),
    live: isOn(state) && live.trim() !== '' ? parseXml(live) : undefined,
  };
}

const unreachable = (uri: string, stderr: string) =>
  `libvirt doesn't answer at ${uri}: ${stderr.trim()}. Is libvirtd running? (systemctl start libvirtd)`;
