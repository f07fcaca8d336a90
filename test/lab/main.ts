import { spawnSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { cacheDir } from './cache.ts';
import { inside } from './exec.ts';
import { findHypervisor, startHypervisor } from './hypervisor.ts';
import { inventory } from './inventory.ts';
import { destroy, isRunning } from './lifecycle.ts';
import type { BootedKind, Release } from './packages.ts';
import { pruneRoots } from './root.ts';
import { stage } from './stage.ts';
import { knownNames, readState } from './state.ts';
import { plainEnv } from './tools.ts';

const usage = `usage: tsx test/lab/main.ts COMMAND
  up NAME [--release 12|13] [--kind hypervisor|bare] [--bind HOST:GUEST]... [--containers]
  down NAME                 end it and remove all traces
  reboot NAME
  list
  shell NAME [-- COMMAND...]
  inventory NAME...         an Ansible inventory (YAML)
  clean [--cache]           remove all; with --cache the built roots and packages too`;

interface UpValues {
  release: string;
  kind: string;
  bind: string[];
  containers: boolean;
}

async function up(name: string, values: UpValues): Promise<void> {
  if (isRunning(name)) return console.log(`${name} is running`);
  if (values.kind !== 'hypervisor' && values.kind !== 'bare') throw new Error(usage);
  const binds = values.bind.map((text) => {
    const [host = '', guest = host] = text.split(':');
    return { host, guest };
  });
  const kind: BootedKind = values.kind;
  const release = Number(values.release) as Release;
  const { pid } = await startHypervisor({ name, release, kind, binds, containers: values.containers });
  console.log(`${name} is running, its init is process ${pid}`);
}

function list(): void {
  for (const name of knownNames()) {
    const state = readState(name);
    const condition = isRunning(name) ? `running, init ${state?.init?.pid}` : 'not running';
    console.log(`${name}\tDebian ${state?.release ?? '?'} ${state?.kind ?? '?'}\t${condition}`);
  }
}

function shell(name: string, argv: readonly string[]): void {
  const [command = '', ...args] = inside(name, argv.length > 0 ? argv : ['bash', '--login']);
  const env = { ...plainEnv, TERM: process.env.TERM ?? 'dumb' };
  process.exitCode = spawnSync(command, args, { stdio: 'inherit', env }).status ?? 1;
}

async function clean(cache: boolean): Promise<void> {
  for (const name of knownNames()) await stage(`remove ${name}`, () => destroy(name));
  if (cache) await rm(cacheDir(), { recursive: true, force: true });
  else await pruneRoots();
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      release: { type: 'string', default: '12' },
      kind: { type: 'string', default: 'hypervisor' },
      bind: { type: 'string', multiple: true, default: [] },
      containers: { type: 'boolean', default: false },
      cache: { type: 'boolean', default: false },
    },
  });
  const [command, name = '', ...rest] = positionals;
  if (command === 'list') return list();
  if (command === 'clean') return clean(values.cache);
  if (!name) throw new Error(usage);
  if (command === 'up') return up(name, values);
  if (command === 'down') return stage(`remove ${name}`, () => destroy(name));
  if (command === 'shell') return shell(name, rest);
  if (command === 'inventory') return console.log(await inventory([name, ...rest]));
  if (command === 'reboot') return (await findHypervisor(name))?.reboot();
  throw new Error(usage);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
