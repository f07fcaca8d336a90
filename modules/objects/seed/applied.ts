import type { FileDifference } from '../../lib/cloudinit/diff.ts';
import { CORE_FILES } from '../../lib/cloudinit/seed.ts';

/** Whether a guest that has booted with the old seed will apply the changes, and why. */
export interface Applied {
  readonly applied: boolean;
  readonly why: string;
}

/** What is known of a guest that was booted with the former seed. */
export interface Booted {
  /** When it looks at its network configuration again: `boot`, `hotplug`. */
  readonly events: ReadonlySet<string>;
  /** Whether a document differs only in saying that. */
  readonly isOurs: (path: string) => boolean;
}

/**
 * What a guest makes of a changed seed: cloud-init applies network-config, user-data and vendor-data once for each
 * instance-id (cloudinit/stages.py, is_new_instance; docs, "Boot stages").
 */
export function whyOf(
  differences: readonly FileDifference[],
  id: { readonly before: string | undefined; readonly after: string },
  { events, isOurs }: Booted,
): Applied {
  if (id.before !== id.after) {
    const from = id.before === undefined ? 'there was none' : `it was '${id.before}'`;
    const why = `its instance-id becomes '${id.after}' (${from}): a guest that starts with it applies all of it again, and makes new SSH host keys`;
    return { applied: true, why };
  }
  const read = differences.filter(({ path }) => CORE_FILES.some((name) => name === path));
  if (read.length === 0) {
    const why = `its instance-id stays '${id.after}': cloud-init has nothing to apply; a guest has the files when it starts the next time`;
    return { applied: true, why };
  }
  const looksAgain = events.has('boot');
  const left = read.filter(({ path }) => !isOurs(path) && !(looksAgain && path === 'network-config'));
  if (left.length === 0) {
    const why = read.some(({ path }) => path === 'network-config')
      ? `its instance-id stays '${id.after}': a guest applies its network-config when it boots the next time`
      : `its instance-id stays '${id.after}': a guest that has booted with it twice looks at its network-config at each boot`;
    return { applied: true, why };
  }
  const why = `its instance-id stays '${id.after}': a guest that has booted with it will not apply the change, unless it is given another 'instance_id' (and then makes new SSH host keys)`;
  return { applied: false, why };
}
