import { Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';

/** Milliseconds. A guest that was saved is read back when it starts, and that may be a lot of memory. */
const ACT_TIMEOUT = 900_000;

const randomWord = () => Math.random().toString(36).slice(2);

/**
 * A line between what the commands of one virsh process print. It is another one each time, since a domain's description may
 * hold any text that was known before. Node's crypto would take as long to load as reading a domain does.
 */
export const newMark = (): string => `@piecewise-${randomWord()}${randomWord()}@`;

/** A word of virsh's own shell: double quotes with backslash (virsh(1), "NOTES"). */
export const quoted = (text: string) => `"${text.replace(/(["\\])/g, '\\$1')}"`;

/** The arguments by which virsh connects. */
export const connection = (uri: string) => ['--quiet', '--connect', uri];

/** libvirt's own reason in what virsh prints on standard error: "error: Failed to … from FILE", then the reason. */
export const reasonIn = (stderr: string): string => {
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => line.replace(/^error: /, ''));
  const schema = lines.find((line) => /^XML document failed to validate/.test(line));
  // A schema's reasons follow the sentence, line by line.
  return schema ? lines.slice(lines.indexOf(schema)).join(' ') : (lines.pop() ?? '');
};

/**
 * One virsh command; its arguments appear in the process list, so none may be secret.
 * @throws Failure with libvirt's own reason
 */
export async function virsh(host: Host, uri: string, command: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await host.run('virsh', [...connection(uri), command, ...args], {
    timeout: ACT_TIMEOUT,
  });
  if (code === 0) return stdout;
  throw new Failure(`libvirt refuses to ${command}: ${reasonIn(stderr) || `exit status ${code}`}`);
}

/**
 * Writes a document where only its owner reads it, for as long as something is done with it: it may hold a password,
 * and so it goes by a file and not by the process list.
 */
export async function withPrivateFile<T>(
  host: Host,
  xml: string,
  use: (path: string) => Promise<T>,
): Promise<T> {
  return withPrivateFiles(host, [xml], ([path = '']) => use(path));
}

/** The same of several. */
export const withPrivateFiles = <T>(
  host: Host,
  documents: readonly string[],
  use: (paths: readonly string[]) => Promise<T>,
): Promise<T> =>
  host.withNewDirectory('/run/piecewise-libvirt-', async (directory) => {
    const paths = documents.map((_, i) => `${directory}/${i}.xml`);
    await Promise.all(documents.map((xml, i) => host.write(paths[i] as string, xml, { mode: 0o600 })));
    return use(paths);
  });

/** What `domstate` says now. */
export const domainState = async (host: Host, uri: string, name: string): Promise<string> =>
  (await virsh(host, uri, 'domstate', '--domain', name)).trim();
