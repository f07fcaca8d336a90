import { cacheDir } from './cache.ts';
import type { ControllerKind, Release } from './packages.ts';
import { ensureRoot } from './root.ts';
import { type ExecOptions, type ExecResult, run } from './run.ts';
import type { Bind } from './state.ts';
import { ensureTools } from './tools.ts';

/** How to run a program on a controller. */
export interface ControllerOptions extends ExecOptions {
  /** Directories of the machine to show in it. */
  binds?: Bind[];
  /** The directory to run in, as the controller sees it; `/root` by default. */
  cwd?: string;
  /** 13 by default: the machine itself may have the older Ansible. */
  release?: Release;
  /** What it has; `controller` by default. */
  kind?: ControllerKind;
}

// All mounts are in the script's own namespace and what is written is in memory, so nothing is left of it.
const script = `
lower=$1 top=$2 cwd=$3 binds=$4; shift 4
mount -t tmpfs tmpfs "$top"
mkdir "$top/upper" "$top/work" "$top/root"
root=$top/root
mount -t overlay overlay -o "lowerdir=$lower,upperdir=$top/upper,workdir=$top/work" "$root"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
echo "$binds" | while IFS=: read -r host guest; do
  [ -n "$host" ] || continue
  mkdir -p "$root$guest"
  mount --rbind "$host" "$root$guest"
done
exec chroot "$root" env -C "$cwd" "$@"
`;

/**
 * Runs a program in a Debian root that has ansible-core, as root, and gives its output.
 * It sees the lab's cache where the machine has it, so an inventory of the lab works there as it stands; what it
 * writes elsewhere than in `binds` is gone afterwards. Throws as `run` does.
 */
export async function execOnController(
  argv: readonly string[],
  options: ControllerOptions = {},
): Promise<ExecResult> {
  const { binds = [], cwd = '/root', release = 13, kind = 'controller', ...rest } = options;
  await ensureTools();
  const lower = await ensureRoot(release, kind);
  const cache = cacheDir();
  const shown = [{ host: cache, guest: cache }, ...binds]
    .map(({ host, guest }) => `${host}:${guest}`)
    .join('\n');
  const args = [script, 'sh', lower, cacheDir('controller'), cwd, shown];
  return run(
    'controller',
    (limited) => ['unshare', '--mount', 'sh', '-eu', '-c', ...args, ...limited],
    argv,
    rest,
  );
}
