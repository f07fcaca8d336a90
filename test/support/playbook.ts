import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { stringify } from 'yaml';
import { ROOT } from '../../build/modules.ts';
import { hostVariables } from '../lab/inventory.ts';
import { plainEnv } from '../lab/tools.ts';

/** What a lab hypervisor has that a real one hasn't, as variables: no kernel modules, and userspace bridges. */
export const LAB_VARIABLES = {
  hypervisor_kernel_modules: [],
  ovs_bridge_defaults: { datapath_type: 'netdev' },
  vm_checksum_offload: false,
};

/** What ansible-playbook said of one host at the end. */
export interface Recap {
  ok: number;
  changed: number;
  unreachable: number;
  failed: number;
}

export interface PlaybookRun {
  readonly exitCode: number;
  readonly output: string;
  readonly recap: Readonly<Record<string, Recap>>;
  readonly seconds: number;
}

export interface PlaybookOptions {
  /** Arguments before the playbook, such as `--check`. */
  readonly args?: readonly string[];
  readonly extraVars?: Record<string, unknown>;
  /** Inventories after the lab's own; the example inventory by default. */
  readonly inventories?: readonly string[];
  /** Where the collection is; what `npm run build` made by default. */
  readonly dist?: string;
  /** Directories of collections beside ours. */
  readonly collections?: readonly string[];
  /** Gets the output as it comes; it is collected too. */
  readonly live?: boolean;
}

/** The environment in which Ansible finds the collection that `npm run build` made. */
const ansibleEnv = {
  ...plainEnv,
  ANSIBLE_CONFIG: join(ROOT, 'ansible.cfg'),
  ANSIBLE_NOCOLOR: '1',
  ANSIBLE_LOCALHOST_WARNING: 'false',
};

function recapOf(output: string): Record<string, Recap> {
  const line = /^(\S+)\s+: ok=(\d+)\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)/gm;
  return Object.fromEntries(
    [...output.matchAll(line)].map(([, host, ok, changed, unreachable, failed]) => [
      host,
      { ok: Number(ok), changed: Number(changed), unreachable: Number(unreachable), failed: Number(failed) },
    ]),
  );
}

/**
 * Runs a playbook against lab hypervisors.
 * @param hosts inventory name → name of the lab hypervisor that stands for it
 */
export async function runPlaybook(
  playbook: string,
  hosts: Readonly<Record<string, string>>,
  {
    args = [],
    extraVars = {},
    inventories = [join(ROOT, 'examples', 'blog')],
    dist = join(ROOT, 'dist'),
    collections = [],
    live,
  }: PlaybookOptions = {},
): Promise<PlaybookRun> {
  const work = mkdtempSync(join(tmpdir(), 'piecewise-play-'));
  const start = performance.now();
  try {
    const reach = await Promise.all(
      Object.entries(hosts).map(async ([name, lab]) => [
        name,
        { ...(await hostVariables(lab)), ...LAB_VARIABLES },
      ]),
    );
    mkdirSync(join(work, 'lab'));
    const inventory = join(work, 'lab', 'lab.yml');
    writeFileSync(inventory, stringify({ kvm: { hosts: Object.fromEntries(reach) } }, { lineWidth: 0 }));
    const command = [
      ...[...inventories, inventory].flatMap((path) => ['-i', path]),
      ...args,
      ...Object.entries(extraVars).flatMap(([name, value]) => ['-e', JSON.stringify({ [name]: value })]),
      playbook,
    ];
    const { all, exitCode } = await execa('ansible-playbook', command, {
      cwd: ROOT,
      env: { ...ansibleEnv, ANSIBLE_COLLECTIONS_PATH: [dist, ...collections].join(':') },
      extendEnv: false,
      reject: false,
      all: true,
      stdin: 'ignore',
      ...(live ? { stdout: ['pipe', 'inherit'] as const, stderr: ['pipe', 'inherit'] as const } : {}),
    });
    const output = all ?? '';
    const seconds = (performance.now() - start) / 1000;
    return { exitCode: exitCode ?? 255, output, recap: recapOf(output), seconds };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
