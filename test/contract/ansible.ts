import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemble } from '../../build/collection.ts';
import { execOnController } from '../lab/controller.ts';
import { inventory } from '../lab/inventory.ts';
import { type ExecResult, run } from '../lab/run.ts';
import { plainEnv } from '../lab/tools.ts';
import { daily } from '../support/daily.ts';

export type Ansible = '2.14' | '2.19';

/** Those of the Ansibles that the collection is for, the machine's own and Debian 13's, with which today's tests run. */
export const ANSIBLES = daily<Ansible>(['2.14', '2.19'], 2);

/** A user's project: a directory with an inventory, and the collection as it was built, in which Ansible's programs run. */
export interface Project {
  readonly directory: string;
  /** Where the collection itself is. */
  readonly collection: string;
  /** Runs one of Ansible's programs there; it never throws because of its exit code. */
  run(ansible: Ansible, argv: readonly string[], env?: Record<string, string>): Promise<ExecResult>;
  remove(): void;
}

// Seconds. One that builds an image takes minutes, and more on a busy machine.
const LIMIT = 1100;

const RUN_ON: Record<
  Ansible,
  (directory: string, argv: readonly string[], env: Record<string, string>) => Promise<ExecResult>
> = {
  '2.14': (directory, argv, env) =>
    run('ansible', (limited) => ['env', '-C', directory, ...limited], argv, {
      env,
      check: false,
      timeout: LIMIT,
    }),
  '2.19': (directory, argv, env) =>
    execOnController(argv, {
      binds: [{ host: directory, guest: directory }],
      cwd: directory,
      env: { ...plainEnv, ...env },
      check: false,
      timeout: LIMIT,
    }),
};

/**
 * Makes a project with a collection of its own, since `dist` may be built anew beside us.
 * @param hosts lab hypervisors for its inventory
 * @param build writes the collection into a directory; the Node one by default
 */
export async function makeProject(
  hosts: readonly string[] = [],
  build: (collection: string) => Promise<void> = assemble,
): Promise<Project> {
  const directory = mkdtempSync(join(tmpdir(), 'piecewise-project-'));
  const collection = join(directory, 'collections', 'ansible_collections', 'piecewise', 'cloud');
  mkdirSync(collection, { recursive: true });
  await build(collection);
  writeFileSync(join(directory, 'hosts.yml'), await inventory(hosts));
  const settings = {
    ANSIBLE_COLLECTIONS_PATH: join(directory, 'collections'),
    ANSIBLE_INVENTORY: join(directory, 'hosts.yml'),
    ANSIBLE_LOCALHOST_WARNING: 'false',
    ANSIBLE_NOCOLOR: '1',
    ANSIBLE_PIPELINING: 'true',
  };
  return {
    directory,
    collection,
    run: (ansible, argv, env = {}) => RUN_ON[ansible](directory, argv, { ...settings, ...env }),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
