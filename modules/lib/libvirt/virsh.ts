import { Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import type { Element } from '../xml/element.ts';
import { parseXml } from '../xml/parse.ts';

/** A domain as libvirt knows it. */
export interface Domain {
  readonly name: string;
  readonly uuid: string;
  /** libvirt's own word: `running`, `shut off`, `paused`, `in shutdown`, `crashed`, … */
  readonly state: string;
  readonly autostart: boolean;
  /** A transient domain has no definition to change. */
  readonly persistent: boolean;
  /** The persistent definition, secrets included. */
  readonly definition: Element;
}

/** Milliseconds. Reading takes milliseconds, but a libvirtd that is being started probes QEMU for some seconds. */
const READ_TIMEOUT = 60_000;

/** Milliseconds. A guest that was saved is read back when it starts, and that may be a lot of memory. */
const ACT_TIMEOUT = 900_000;

const MARK = '@piecewise@';

// virsh's own shell: double quotes with backslash (virsh(1), "NOTES").
const quoted = (text: string) => `"${text.replace(/(["\\])/g, '\\$1')}"`;

const connection = (uri: string) => ['--quiet', '--connect', uri];

/**
 * One virsh command; its arguments appear in the process list, so none may be secret.
 * @throws Failure with libvirt's own reason
 */
export async function virsh(host: Host, uri: string, command: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await host.run('virsh', [...connection(uri), command, ...args], {
    timeout: ACT_TIMEOUT,
  });
  // "error: Failed to … from FILE", then the reason: the last line is what says something.
  const reason = stderr
    .trim()
    .split('\n')
    .pop()
    ?.replace(/^error: /, '');
  if (code !== 0) throw new Failure(`libvirt refuses to ${command}: ${reason || `exit status ${code}`}`);
  return stdout;
}

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
  const commands = names.flatMap((name) => [
    `echo ${MARK}`,
    `dominfo --domain ${quoted(name)}`,
    `echo ${MARK}`,
    `dumpxml --inactive --security-info --domain ${quoted(name)}`,
  ]);
  // The list comes first: its failure is the connection's.
  const script = ['list --all --name', ...commands].join('; ');
  const { stdout, stderr } = await host.run('virsh', [...connection(uri), script], { timeout: READ_TIMEOUT });
  const [listed = '', ...sections] = stdout.split(MARK);
  if (sections.length === 0) throw new Failure(unreachable(uri, stderr));
  const known = new Set(listed.split('\n').map((line) => line.trim()));
  return names.map((name, i) => {
    if (!known.has(name)) return undefined;
    const [info = '', xml = ''] = sections.slice(2 * i, 2 * i + 2);
    if (xml.trim() === '')
      throw new Failure(`libvirt has domain '${name}' but doesn't show it: ${stderr.trim()}`);
    return readDomain(name, info, xml);
  });
}

function readDomain(name: string, info: string, xml: string): Domain {
  const field = (label: string) => new RegExp(`^${label}:\\s*(.*)$`, 'm').exec(info)?.[1]?.trim() ?? '';
  return {
    name,
    uuid: field('UUID'),
    state: field('State'),
    autostart: field('Autostart') === 'enable',
    persistent: field('Persistent') !== 'no',
    definition: parseXml(xml),
  };
}

const unreachable = (uri: string, stderr: string) =>
  `libvirt doesn't answer at ${uri}: ${stderr.trim()}. Is libvirtd running? (systemctl start libvirtd)`;

/** What `domstate` says now. */
export const domainState = async (host: Host, uri: string, name: string): Promise<string> =>
  (await virsh(host, uri, 'domstate', '--domain', name)).trim();
