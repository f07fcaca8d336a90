import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { quoted } from '../../modules/lib/libvirt/batch.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { runModule } from '../support/module.ts';
import type { Answer } from './judge.ts';

/** What one of several groups of commands printed. */
interface Printed {
  readonly out: string;
  readonly err: string;
}

const MARK = '@corpus@';

/** Groups of commands to a process: a command line has its limit. */
const GROUPS = 100;

/** Where documents are put, inside. */
const PLACE = '/var/tmp/piecewise-corpus';

/** A document to be defined: a domain's name and its text. */
export interface Text {
  readonly name: string;
  readonly xml: string;
}

async function virsh(hypervisor: Hypervisor, groups: readonly (readonly string[])[]): Promise<Printed[]> {
  const printed: Printed[] = [];
  for (let from = 0; from < groups.length; from += GROUPS) {
    const batch = groups.slice(from, from + GROUPS);
    const script = batch.flatMap((group) => [...group, `echo ${MARK}`, `echo --err ${MARK}`]).join('; ');
    const { stdout, stderr } = await hypervisor.exec(['virsh', '-q', script], { check: false, timeout: 600 });
    const [out, err] = [stdout.split(MARK), stderr.split(`error: ${MARK}`)];
    if (out.length !== batch.length + 1 || LOST.test(stderr))
      throw new Error(`libvirt ended in the midst of it: ${stderr.slice(-500)}`);
    printed.push(...batch.map((_, i) => ({ out: (out[i] as string).trim(), err: (err[i] ?? '').trim() })));
  }
  return printed;
}

const LOST = /failed to connect to the hypervisor|End of file while reading data|client socket is closed/;

/** What libvirt says of one document by `virsh define`. */
export interface Defined {
  /** The definition as it is stored then; undefined when libvirt refuses the document. */
  readonly definition: string | undefined;
  readonly reason: string;
}

async function put(hypervisor: Hypervisor, texts: readonly Text[]): Promise<string[]> {
  await mkdir(path.join(hypervisor.root, PLACE), { recursive: true });
  const files = texts.map((_, i) => path.join(PLACE, `${i}.xml`));
  await Promise.all(
    texts.map(({ xml }, i) => writeFile(path.join(hypervisor.root, files[i] as string), xml)),
  );
  return files;
}

// `undefine` without it refuses a domain with NVRAM, and with its opposite deletes a file whose path is the corpus's.
const UNDEFINE = 'undefine --keep-nvram --domain';
const DUMP = 'dumpxml --inactive --security-info --domain';

const definedOf = ({ out, err }: Printed): Defined => ({
  definition: out.startsWith('<domain') ? out : undefined,
  reason: err
    .replace(/^error: /gm, '')
    .split('\n')
    .slice(0, 2)
    .join(': '),
});

/** Defines domains as an admin would, by hand. None of them may be there. */
export async function defineByHand(hypervisor: Hypervisor, texts: readonly Text[]): Promise<Defined[]> {
  const files = await put(hypervisor, texts);
  const commands = texts.map(({ name }, i) => [`define ${files[i]}`, `${DUMP} ${quoted(name)}`]);
  return (await virsh(hypervisor, commands)).map(definedOf);
}

/** What libvirt makes of documents, each by itself; nothing is there afterwards. */
export async function tryOut(hypervisor: Hypervisor, texts: readonly Text[]): Promise<Defined[]> {
  const files = await put(hypervisor, texts);
  const commands = texts.map(({ name }, i) => [
    `define ${files[i]}`,
    `${DUMP} ${quoted(name)}`,
    `${UNDEFINE} ${quoted(name)}`,
  ]);
  return (await virsh(hypervisor, commands)).map(definedOf);
}

/** The definitions as they are stored. */
export const dump = async (
  hypervisor: Hypervisor,
  names: readonly string[],
): Promise<(string | undefined)[]> =>
  (
    await virsh(
      hypervisor,
      names.map((name) => [`${DUMP} ${quoted(name)}`]),
    )
  ).map((printed) => definedOf(printed).definition);

/** Takes domains away, as far as they are there. */
export async function undefine(hypervisor: Hypervisor, names: readonly string[]): Promise<void> {
  await virsh(
    hypervisor,
    names.map((name) => [`${UNDEFINE} ${quoted(name)}`]),
  );
}

/** Runs the module on several documents in one task, as Ansible would. */
export async function runDomains(
  hypervisor: Hypervisor,
  texts: readonly Text[],
  mode: { readonly check?: boolean } = {},
): Promise<Answer[]> {
  if (texts.length === 0) return [];
  const result = await runModule(
    hypervisor,
    'libvirt_domain',
    // As `virsh define` takes them, since that is what decides which documents count.
    { domains: texts.map(({ xml }) => ({ xml, validate: false })) },
    mode,
  );
  const results = result.results as Answer[] | undefined;
  if (results?.length !== texts.length) throw new Error(`the module gives no results: ${result.msg}`);
  return results;
}

/** The place where the module keeps its dry run's libvirt. */
const CACHE = '/var/cache/piecewise-cloud';

/** Does something while the module can't have a dry run: a file is in its place. */
export async function withoutDryRun<T>(hypervisor: Hypervisor, act: () => Promise<T>): Promise<T> {
  const sh = (script: string) => hypervisor.exec(['sh', '-euc', script]);
  await sh(`[ ! -d ${CACHE} ] || mv ${CACHE} ${CACHE}.kept; : >${CACHE}`);
  try {
    return await act();
  } finally {
    await sh(`rm ${CACHE}; [ ! -d ${CACHE}.kept ] || mv ${CACHE}.kept ${CACHE}`);
  }
}

/** Removes the documents that were put inside. */
export const tidy = (hypervisor: Hypervisor): Promise<void> =>
  rm(path.join(hypervisor.root, PLACE), { recursive: true, force: true });
