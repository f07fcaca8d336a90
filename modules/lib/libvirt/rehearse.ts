import { type Host, readText } from '../host/host.ts';
import type { Element } from '../xml/element.ts';
import { parseXml } from '../xml/parse.ts';
import { connection, newMark, quoted, reasonIn, withPrivateFiles } from './virsh.ts';

/** A definition that is tried out. */
export interface Draft {
  readonly name: string;
  readonly xml: string;
}

/** What libvirt says of a draft. */
export type Rehearsed =
  /** What it would make of it, down to what it fills in. */
  | {
      readonly outcome: 'defined';
      readonly definition: Element;
      /** Why its schema doesn't allow it, where it takes the document though. */
      readonly invalid?: string;
    }
  /** It wouldn't take it, and why. */
  | { readonly outcome: 'refused'; readonly reason: string }
  /** There is no libvirt to ask, and why. */
  | { readonly outcome: 'unavailable'; readonly reason: string };

/** The root of a libvirt of our own, kept since it has to look at QEMU for seconds the first time. Root's only. */
const ROOT = '/var/cache/piecewise-cloud/libvirt';

/** Where that libvirt keeps what the host's keeps elsewhere (libvirt's qemu_conf.c, "embed"). */
const PLACES: readonly (readonly [string, string])[] = [
  [`${ROOT}/lib/`, '/var/lib/libvirt/'],
  [`${ROOT}/cache/`, '/var/cache/libvirt/'],
  [`${ROOT}/run/`, '/run/libvirt/'],
  [`${ROOT}/log/`, '/var/log/libvirt/'],
  [`${ROOT}/etc/`, '/etc/libvirt/'],
];

/** A path in here is libvirt's own choice, which it doesn't keep in a definition. */
const CHANNELS = '/var/lib/libvirt/qemu/channel/target/';

const HOST_SETTINGS = '/etc/libvirt/qemu.conf';

/** Milliseconds for a whole process, and seconds to wait for another's. */
const TIMEOUT = 120_000;
const WAIT = 60;

const BATCH = 100;

/** Whether libvirt's embedded driver can stand in for the one at a URI. */
const isOurs = (uri: string) => /^qemu:\/\/\/(system|session)\b/.test(uri);

const unavailable = (reason: string): Rehearsed => ({ outcome: 'unavailable', reason });

/**
 * Has libvirt define documents without the host's daemon, and says what would come of each. Nothing of the host is
 * touched: a guest's NVRAM and TPM, whose paths are in its document, are kept.
 */
export async function rehearse(host: Host, uri: string, drafts: readonly Draft[]): Promise<Rehearsed[]> {
  if (drafts.length === 0) return [];
  if (!isOurs(uri)) return drafts.map(() => unavailable(`there is none for ${uri}`));
  try {
    await prepare(host);
    const strict = await rehearseAll(host, drafts, ['--validate']);
    return await withoutSchema(host, drafts, strict);
  } catch (error) {
    return drafts.map(() => unavailable(error instanceof Error ? error.message : String(error)));
  }
}

async function rehearseAll(
  host: Host,
  drafts: readonly Draft[],
  flags: readonly string[],
): Promise<Rehearsed[]> {
  const done: Rehearsed[] = [];
  while (done.length < drafts.length) {
    const batch = drafts.slice(done.length, done.length + BATCH);
    done.push(...(await rehearseBatch(host, batch, flags)));
  }
  return done;
}

// A few documents that libvirt takes, and some that it prints itself, aren't as its schema says.
async function withoutSchema(
  host: Host,
  drafts: readonly Draft[],
  strict: readonly Rehearsed[],
): Promise<Rehearsed[]> {
  const refused = (one: Rehearsed) => one.outcome === 'refused' && SCHEMA.test(one.reason);
  const again = drafts.filter((_, i) => refused(strict[i] as Rehearsed));
  if (again.length === 0) return [...strict];
  const lax = await rehearseAll(host, again, []);
  return strict.map((one) => {
    const other = refused(one) ? lax.shift() : undefined;
    return other?.outcome === 'defined' && one.outcome === 'refused'
      ? { ...other, invalid: one.reason }
      : one;
  });
}

const SCHEMA = /failed to validate against schema/;

// It reads its own settings: a host's list of firmwares, say, must be in them.
async function prepare(host: Host): Promise<void> {
  const own = `${ROOT}/etc/qemu.conf`;
  const [settings = '', copy] = await Promise.all([readText(host, HOST_SETTINGS), readText(host, own)]);
  if (copy === settings) return;
  await host.makeDirectory(`${ROOT}/etc`);
  await host.setAttributes(ROOT, { mode: 0o700 });
  await host.write(own, settings, { mode: 0o600 });
}

/** @returns at least one answer; fewer than drafts when libvirt crashed on the last one */
async function rehearseBatch(
  host: Host,
  drafts: readonly Draft[],
  flags: readonly string[],
): Promise<Rehearsed[]> {
  const texts = drafts.map(({ xml }) => xml.replaceAll(CHANNELS, `${ROOT}/lib/qemu/channel/target/`));
  try {
    // What a run that was killed left behind would be in the way, and may hold a password.
    await clear(host);
    const mark = newMark();
    const { stdout, stderr } = await withPrivateFiles(host, texts, (files) =>
      run(host, drafts, files, flags, mark),
    );
    const [out, err] = [stdout.split(mark), stderr.split(`error: ${mark}`)];
    if (out.length < 2 || NO_CONNECTION.test(stderr)) return drafts.map(() => unavailable(reasonIn(stderr)));
    const complete = out.length - 1;
    const answers = drafts.slice(0, complete).map((_, i) => answer(out[i] as string, err[i] ?? ''));
    if (complete === drafts.length) return answers;
    return [...answers, unavailable(`libvirt ended while it looked at ${drafts[complete]?.name}`)];
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

// One at a time: a second libvirt in the same root fails. `undefine` keeps what isn't ours: without the two options it
// deletes the real guest's NVRAM, by the path in its document.
function run(
  host: Host,
  drafts: readonly Draft[],
  files: readonly string[],
  flags: readonly string[],
  mark: string,
) {
  const script = drafts.flatMap(({ name }, i) => [
    ['define', ...flags, '--file', quoted(files[i] as string)].join(' '),
    `dumpxml --inactive --security-info --domain ${quoted(name)}`,
    `undefine --keep-nvram --keep-tpm --domain ${quoted(name)}`,
    `echo ${mark}`,
    `echo --err ${mark}`,
  ]);
  const command = ['virsh', ...connection(`qemu:///embed?root=${ROOT}`), script.join('; ')];
  return host.run('flock', ['--no-fork', '--wait', String(WAIT), `${ROOT}/lock`, ...command], {
    timeout: TIMEOUT,
  });
}

function answer(out: string, err: string): Rehearsed {
  const xml = out.slice(Math.max(out.indexOf('<domain'), 0)).trim();
  if (xml === '')
    return { outcome: 'refused', reason: reasonIn(err.split('error: failed to get domain')[0] ?? err) };
  const text = PLACES.reduce((all, [inside, outside]) => all.replaceAll(inside, outside), xml);
  return { outcome: 'defined', definition: parseXml(text) };
}
