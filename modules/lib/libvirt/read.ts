import { Failure, MissingProgram } from '../failure.ts';
import type { Host } from '../host/host.ts';
import type { Element } from '../xml/element.ts';
import { parseXml } from '../xml/parse.ts';
import { inBatches, quoted, READ_TIMEOUT, virshBatch } from './batch.ts';
import { driverAt } from './driver.ts';
import { connection } from './virsh.ts';

/** A domain as libvirt reports it. */
export interface Domain {
  readonly name: string;
  readonly uuid: string;
  /** libvirt's name of the state: `running`, `shut off`, `paused`, `in shutdown`, `crashed`, … */
  readonly state: string;
  readonly autostart: boolean;
  /** Whether its memory is saved, to be restored at its next start. */
  readonly saved: boolean;
  /** False for a transient domain: it has no definition. */
  readonly persistent: boolean;
  /** The persistent definition, secrets included. */
  readonly definition: Element;
  /** The XML of the running guest, secrets included; undefined for one that is off. */
  readonly live: Element | undefined;
}

/** Whether a domain has a running guest: a QEMU process. */
export const isOn = (state: string) => state !== 'shut off' && state !== 'crashed';

/**
 * Reads several domains in one process.
 * @returns one for each name; undefined where libvirt has no such domain
 * @throws Failure when libvirt can't be reached
 */
export async function readDomains(
  host: Host,
  uri: string,
  names: readonly string[],
): Promise<(Domain | undefined)[]> {
  return inBatches(names, (batch) => readBatch(host, uri, batch));
}

/**
 * Reads all domains.
 * @throws Failure when libvirt can't be reached
 */
export async function readAllDomains(host: Host, uri: string): Promise<Domain[]> {
  const list = [...connection(uri), 'list', '--all', '--name'];
  const { code, stdout, stderr } = await host.run('virsh', list, { timeout: READ_TIMEOUT });
  if (code !== 0) throw unreachable(uri, stderr);
  const names = stdout
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  return (await readDomains(host, uri, names)).filter((domain) => domain !== undefined);
}

async function readBatch(host: Host, uri: string, names: readonly string[]): Promise<(Domain | undefined)[]> {
  const commands = names.flatMap((name) => [
    `dominfo --domain ${quoted(name)}`,
    `dumpxml --inactive --security-info --domain ${quoted(name)}`,
    `dumpxml --security-info --domain ${quoted(name)}`,
  ]);
  const { outputs, stderr } = await virshBatch(host, uri, ['list --all --name', ...commands]);
  const [list, ...others] = outputs;
  if (!list) throw unreachable(uri, stderr);
  const known = new Set(list.stdout.split('\n').map((line) => line.trim()));
  return names.map((name, i) => {
    if (!known.has(name)) return undefined;
    const [info, xml, live] = others.slice(3 * i, 3 * i + 3);
    if (!info || !xml?.stdout.trim())
      throw new Failure(`libvirt has domain '${name}' but can't read it: ${(xml?.stderr ?? stderr).trim()}`);
    return readDomain(name, info.stdout, xml.stdout, live?.stdout ?? '');
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

/** The error for a libvirt that can't be asked. An earlier task may install the driver for containers where it is missing. */
export const unreachable = (uri: string, stderr: string): Failure =>
  driverAt(uri).guests === 'container' && stderr.includes('no connection driver available')
    ? new MissingProgram(
        "libvirt of this host has no driver for containers: give 'hypervisor_containers: true' to the role hypervisor, or install libvirt-daemon-driver-lxc and restart libvirtd",
      )
    : new Failure(
        `libvirt doesn't answer at ${uri}: ${stderr.trim()}. Is libvirtd running? (systemctl start libvirtd)`,
      );
