import { Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';

/** Milliseconds. Starting a saved guest restores its memory, which may take long. */
export const ACT_TIMEOUT = 900_000;

/** The arguments with which virsh connects. */
export const connection = (uri: string) => ['--quiet', '--connect', uri];

/** libvirt's reason in virsh's standard error: "error: Failed to … from FILE", then the reason. */
export const reasonIn = (stderr: string): string => {
  const lines = stderr
    .trim()
    .split('\n')
    .map((line) => line.replace(/^error: /, ''));
  const schema = lines.find((line) => /^XML document failed to validate/.test(line));
  // The schema's errors follow, line by line.
  return schema ? lines.slice(lines.indexOf(schema)).join(' ') : (lines.pop() ?? '');
};

/**
 * Runs one virsh command. Its arguments appear in the process list, so none may be secret.
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
 * Writes a document to a file that only its owner can read, and removes it after use. The document may contain a
 * password, so it can't be an argument.
 */
export async function withPrivateFile<T>(
  host: Host,
  xml: string,
  use: (path: string) => Promise<T>,
): Promise<T> {
  return withPrivateFiles(host, [xml], ([path = '']) => use(path));
}

/** The same for several documents. */
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

/** The output of `domstate`. */
export const domainState = async (host: Host, uri: string, name: string): Promise<string> =>
  (await virsh(host, uri, 'domstate', '--domain', name)).trim();
