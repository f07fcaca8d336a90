import { type Host, readText } from '../host/host.ts';
import type { Element } from '../xml/element.ts';
import { parseXml } from '../xml/parse.ts';
import { inBatches, type Output, quoted, virshBatch } from './batch.ts';
import { reasonIn, withPrivateFiles } from './virsh.ts';

/** A definition for a dry run. */
export interface Draft {
  readonly name: string;
  readonly xml: string;
}

/** libvirt's answer about a draft. */
export type Rehearsed =
  /** It accepts the draft. */
  | {
      readonly outcome: 'defined';
      /** The definition that it would store, with the values that it fills in. */
      readonly definition: Element;
      /** Why its schema doesn't allow the draft, where libvirt accepts it nevertheless. */
      readonly invalid?: string;
    }
  /** It refuses the draft. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** libvirt can't be asked. */
  | { readonly outcome: 'unavailable'; readonly reason: string };

/** The root directory of an embedded libvirt, for root only. It is kept, since the first run probes QEMU for seconds. */
const ROOT = '/var/cache/piecewise-cloud/libvirt';

/** Directories of the embedded libvirt, and the host's directories that they replace (libvirt's qemu_conf.c, "embed"). */
const DIRECTORIES: readonly (readonly [string, string])[] = [
  [`${ROOT}/lib/`, '/var/lib/libvirt/'],
  [`${ROOT}/cache/`, '/var/cache/libvirt/'],
  [`${ROOT}/run/`, '/run/libvirt/'],
  [`${ROOT}/log/`, '/var/log/libvirt/'],
  [`${ROOT}/etc/`, '/etc/libvirt/'],
];

/** libvirt does not store paths in here, since it chooses them itself. */
const CHANNELS = '/var/lib/libvirt/qemu/channel/target/';

const HOST_SETTINGS = '/etc/libvirt/qemu.conf';

/** Milliseconds for a process, and seconds to wait for another process with the lock. */
const TIMEOUT = 120_000;
const WAIT = 60;

/** Whether libvirt's embedded driver does the same as the one at a URI. */
const isEmbeddable = (uri: string) => /^qemu:\/\/\/(system|session)\b/.test(uri);

const unavailable = (reason: string): Rehearsed => ({ outcome: 'unavailable', reason });

/**
 * Defines drafts with an embedded libvirt instead of the host's daemon, and returns what libvirt would store. It changes
 * nothing on the host: the NVRAM and TPM of a guest, whose paths are in its document, are kept.
 */
export async function rehearse(host: Host, uri: string, drafts: readonly Draft[]): Promise<Rehearsed[]> {
  if (drafts.length === 0) return [];
  if (!isEmbeddable(uri)) return drafts.map(() => unavailable(`there is none for ${uri}`));
  try {
    await prepare(host);
    const strict = await inBatches(drafts, (batch) => rehearseBatch(host, batch, ['--validate']));
    return await withoutSchema(host, drafts, strict);
  } catch (error) {
    return drafts.map(() => unavailable(error instanceof Error ? error.message : String(error)));
  }
}

// libvirt accepts some documents that its schema refuses, and prints some itself.
async function withoutSchema(
  host: Host,
  drafts: readonly Draft[],
  strict: readonly Rehearsed[],
): Promise<Rehearsed[]> {
  const refused = (one: Rehearsed) => one.outcome === 'refused' && SCHEMA.test(one.reason);
  const again = drafts.filter((_, i) => refused(strict[i] as Rehearsed));
  const lax = await inBatches(again, (batch) => rehearseBatch(host, batch, []));
  return strict.map((one) => {
    const other = refused(one) ? lax.shift() : undefined;
    return other?.outcome === 'defined' && one.outcome === 'refused'
      ? { ...other, invalid: one.reason }
      : one;
  });
}

const SCHEMA = /failed to validate against schema/;

// The embedded libvirt reads its own copy of the host's settings, which may contain a list of firmwares.
async function prepare(host: Host): Promise<void> {
  const path = `${ROOT}/etc/qemu.conf`;
  const [settings = '', copy] = await Promise.all([readText(host, HOST_SETTINGS), readText(host, path)]);
  if (copy === settings) return;
  await host.makeDirectory(`${ROOT}/etc`);
  await host.setAttributes(ROOT, { mode: 0o700 });
  await host.write(path, settings, { mode: 0o600 });
}

/** @returns at least one answer; fewer than drafts where libvirt crashed on the last of them */
async function rehearseBatch(
  host: Host,
  drafts: readonly Draft[],
  flags: readonly string[],
): Promise<Rehearsed[]> {
  const texts = drafts.map(({ xml }) => xml.replaceAll(CHANNELS, `${ROOT}/lib/qemu/channel/target/`));
  try {
    // A killed run may have left definitions, which would conflict and may contain a password.
    await clear(host);
    const { outputs, stderr } = await withPrivateFiles(host, texts, (files) =>
      run(host, drafts, files, flags),
    );
    if (outputs.length === 0 || NO_CONNECTION.test(stderr))
      return drafts.map(() => unavailable(reasonIn(stderr)));
    const answers = outputs.map(answerOf);
    const next = drafts[answers.length];
    return next ? [...answers, unavailable(`libvirt crashed on ${next.name}`)] : answers;
  } finally {
    await clear(host);
  }
}

const NO_CONNECTION = /failed to connect to the hypervisor/;

async function clear(host: Host): Promise<void> {
  const directory = `${ROOT}/etc/qemu`;
  const left = (await host.list(directory)).filter((name) => name.endsWith('.xml'));
  await Promise.all(left.map((name) => host.remove(`${directory}/${name}`)));
}

// With a lock, since a second libvirt in the same root fails. Without its two options `undefine` would delete the real
// guest's NVRAM and TPM state, whose paths are in its document.
function run(host: Host, drafts: readonly Draft[], files: readonly string[], flags: readonly string[]) {
  const groups = drafts.map(({ name }, i) =>
    [
      ['define', ...flags, '--file', quoted(files[i] as string)].join(' '),
      `dumpxml --inactive --security-info --domain ${quoted(name)}`,
      `undefine --keep-nvram --keep-tpm --domain ${quoted(name)}`,
    ].join('; '),
  );
  const lock = ['flock', '--no-fork', '--wait', String(WAIT), `${ROOT}/lock`];
  return virshBatch(host, `qemu:///embed?root=${ROOT}`, groups, TIMEOUT, lock);
}

function answerOf({ stdout, stderr }: Output): Rehearsed {
  const xml = stdout.slice(Math.max(stdout.indexOf('<domain'), 0)).trim();
  if (xml === '')
    return { outcome: 'refused', reason: reasonIn(stderr.split('error: failed to get domain')[0] ?? stderr) };
  const text = DIRECTORIES.reduce((all, [inside, outside]) => all.replaceAll(inside, outside), xml);
  return { outcome: 'defined', definition: parseXml(text) };
}
