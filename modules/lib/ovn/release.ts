import type { Host } from '../host/host.ts';

/** The version of OVN on a host. */
export interface Release {
  /** Of the package that is installed; empty where none is. */
  readonly installed: string;
  /** Of the package that is installed, or else would be. Empty where neither is known. */
  readonly release: string;
}

/** Year and month of a package's version, as OVN's releases are called: `23.03` of `23.03.1-1~deb12u2`. */
export const releaseOf = (version: string): string => /^(?:\d+:)?(\d+\.\d+)/.exec(version.trim())?.[1] ?? '';

/** Reads which OVN the host has, or would get. */
export async function readRelease(host: Host): Promise<Release> {
  const { stdout } = await host.run('dpkg-query', [
    '-W',
    '-f',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own fields.
    '${db:Status-Status} ${Version}\n',
    'ovn-common',
  ]);
  const installed = releaseOf(/^installed (.*)$/m.exec(stdout)?.[1] ?? '');
  if (installed) return { installed, release: installed };
  const policy = await host.run('apt-cache', ['policy', 'ovn-common']);
  return { installed, release: releaseOf(/^ {2}Candidate: (.*)$/m.exec(policy.stdout)?.[1] ?? '') };
}
