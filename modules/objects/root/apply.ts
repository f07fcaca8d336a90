import { dirname, join } from 'node:path';
import { extractRoot } from '../../lib/container/extract.ts';
import { writeHostKey } from '../../lib/container/host-keys.ts';
import type { RootFile } from '../../lib/container/identity.ts';
import { forget, record } from '../../lib/container/records.ts';
import { withWorkDirectory } from '../../lib/disk/work-directory.ts';
import { Failure } from '../../lib/failure.ts';
import type { Host } from '../../lib/host/host.ts';
import { reasonOf, runOrFail } from '../../lib/host/process.ts';
import type { RootOptions } from './options.ts';
import { removedPath } from './parts.ts';
import type { Step } from './plan.ts';

/** Applies one step. */
export async function applyStep(host: Host, step: Step, { dest }: RootOptions): Promise<undefined> {
  if (step.act === 'make') await make(host, dest, step);
  else if (step.act === 'remove') await remove(host, dest, step.first);
  else {
    if (step.record) await record(host, step.first, step.record);
    await writeFiles(host, dest, step.first, step.files);
    for (const path of step.surplus) await host.removeInside(dest, path);
  }
}

async function writeFiles(host: Host, root: string, first: number, files: readonly RootFile[]) {
  for (const { path, content, mode, directoryMode } of files) {
    const owner = { mode, uid: first, gid: first };
    await host.writeInside(root, path, content, {
      ...owner,
      ...(directoryMode === undefined ? {} : { directoryMode }),
    });
  }
}

// The root gets its name when it is complete: what has the name is one.
async function make(host: Host, dest: string, step: Step & { act: 'make' }): Promise<void> {
  const { template, first } = step;
  // Before the first file of the range is made, so that no other container gets it.
  await record(host, first, step.record);
  await deleteTree(host, removedPath(dest));
  await withWorkDirectory(host, dest, async (work) => {
    const root = join(work, 'root');
    await host.makeDirectory(root);
    await host.setAttributes(root, { mode: 0o755, uid: first, gid: first });
    await extractRoot(host, template, root, first);
    await writeFiles(host, root, first, step.files);
    if (step.hostKey) await writeHostKey(host, root, work, first);
    await runOrFail(host, 'sync', ['--file-system', root]);
    // Set-id programs of a container's users, and what its guest lets all users read, are no business of users of the host.
    await host.setAttributes(dirname(dest), { mode: 0o710, uid: 0, gid: first });
    if (await host.stat(dest)) throw new Failure(`${dest} exists meanwhile: run the task again`);
    await host.publish(root, dest);
  });
}

// The record goes last: until then, a run that was killed is known to have begun.
async function remove(host: Host, dest: string, first: number | undefined): Promise<void> {
  const removed = removedPath(dest);
  await deleteTree(host, removed);
  if (await host.stat(dest)) await host.publish(dest, removed);
  await deleteTree(host, removed);
  const directory = dirname(dest);
  await host.removeDirectory(directory);
  // One with other files is no container's any more.
  if (await host.stat(directory)) await host.setAttributes(directory, { mode: 0o755, uid: 0, gid: 0 });
  if (first !== undefined) await forget(host, first);
}

// rm(1) follows no links. It leaves other file systems alone; the plan has seen that nothing is mounted.
async function deleteTree(host: Host, path: string): Promise<void> {
  const { code, stderr } = await host.run('rm', ['-rf', '--one-file-system', '--', path]);
  if (code !== 0) throw new Failure(reasonOf('rm', stderr, code));
}
