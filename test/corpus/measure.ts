import { parseXml } from '../../modules/lib/xml/parse.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import type { Document } from './documents.ts';
import type { Edit } from './edits.ts';
import {
  type Answer,
  asPredicted,
  type Complaint,
  exactly,
  sameText,
  shownExactly,
  unchanged,
} from './judge.ts';
import { defineByHand, dump, runDomains, undefine } from './lab.ts';
import type { Mode, Verdict } from './rates.ts';
import { type Subject, textOf } from './survey.ts';

/** Documents to a task. */
const BATCH = 50;

const batches = <T>(all: readonly T[], size = BATCH): T[][] =>
  Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));

const first = (...complaints: readonly Complaint[]): Complaint => complaints.find(Boolean);

interface Case {
  readonly document: Document;
  readonly edit: Edit;
}

/** Looks at every property of every subject, in the mode in which the hypervisor is. */
export async function measure(
  hypervisor: Hypervisor,
  subjects: readonly Subject[],
  mode: Mode,
  progress: (done: number) => void = () => undefined,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  for (const batch of batches(subjects)) {
    const names = batch.map(({ document }) => document.name);
    try {
      const documents = batch.map(({ document }) => document);
      verdicts.push(...(await adoption(hypervisor, documents, mode)));
      const { found, definitions } = await repeat(hypervisor, documents, mode);
      verdicts.push(...found);
      const properties = new Set(batch.flatMap(({ edits }) => edits.map(({ property }) => property)));
      for (const property of properties) {
        const cases = batch.flatMap(({ document, edits }) =>
          edits.filter((edit) => edit.property === property).map((edit) => ({ document, edit })),
        );
        verdicts.push(...(await editing(hypervisor, cases, definitions, mode)));
      }
    } finally {
      await undefine(hypervisor, names);
    }
    progress(batch.length);
  }
  return verdicts;
}

/** Defined by hand, then by the module with the same document: nothing is written. */
async function adoption(
  hypervisor: Hypervisor,
  documents: readonly Document[],
  mode: Mode,
): Promise<Verdict[]> {
  const names = documents.map(({ name }) => name);
  const before = await defineByHand(hypervisor, documents);
  const predicted = await runDomains(hypervisor, documents, { check: true });
  const done = await runDomains(hypervisor, documents);
  const after = await dump(hypervisor, names);
  await undefine(hypervisor, names);
  return documents.map(({ file }, i) => {
    const [said, did] = [predicted[i] as Answer, done[i] as Answer];
    const stored = sameText(before[i]?.definition ?? '', after[i] ?? '');
    return {
      mode,
      property: 'adoption',
      file,
      reason: first(unchanged(did), asPredicted(said, did), stored),
    };
  });
}

interface Repeated {
  readonly found: Verdict[];
  /** What the module's first run made, by the domain's name. */
  readonly definitions: ReadonlyMap<string, string>;
}

/** Defined by the module, then again, and in check mode: nothing is to be done. */
async function repeat(hypervisor: Hypervisor, documents: readonly Document[], mode: Mode): Promise<Repeated> {
  const predicted = await runDomains(hypervisor, documents, { check: true });
  const done = await runDomains(hypervisor, documents);
  const names = documents.map(({ name }) => name);
  const made = await dump(hypervisor, names);
  const again = await runDomains(hypervisor, documents);
  const after = await dump(hypervisor, names);
  const checked = await runDomains(hypervisor, documents, { check: true });
  const found = documents.flatMap(({ file }, i): Verdict[] => {
    const wrong = asPredicted(predicted[i] as Answer, done[i] as Answer);
    const repeated = first(wrong, unchanged(again[i] as Answer), sameText(made[i] ?? '', after[i] ?? ''));
    return [
      { mode, property: 'repeat', file, reason: repeated },
      { mode, property: 'check', file, reason: first(wrong, unchanged(checked[i] as Answer)) },
    ];
  });
  const definitions = names.flatMap((name, i) => (made[i] === undefined ? [] : [[name, made[i]] as const]));
  return { found, definitions: new Map(definitions) };
}

/** Domains defined by the module from the base of an edit, and then from what it was edited to. */
async function editing(
  hypervisor: Hypervisor,
  cases: readonly Case[],
  definitions: ReadonlyMap<string, string>,
  mode: Mode,
): Promise<Verdict[]> {
  const names = cases.map(({ document }) => document.name);
  await restore(hypervisor, cases, definitions);
  const before = await dump(hypervisor, names);
  const texts = cases.map(({ document, edit }) => textOf(document.name, edit.edited));
  const predicted = await runDomains(hypervisor, texts, { check: true });
  const done = await runDomains(hypervisor, texts);
  const after = await dump(hypervisor, names);
  const again = await runDomains(hypervisor, texts, { check: true });
  return cases.flatMap(({ document, edit }, i): Verdict[] => {
    const [was, is] = [before[i], after[i]].map((text) => (text === undefined ? undefined : parseXml(text)));
    const [said, did, next] = [predicted[i], done[i], again[i]] as [Answer, Answer, Answer];
    const common = { mode, file: document.file, edit: edit.title };
    if (!was || !is) return [{ ...common, property: edit.property, reason: 'it was not defined at all' }];
    const truth = mode === 'dry run' ? is : undefined;
    return [
      {
        ...common,
        property: edit.property,
        reason: first(asPredicted(said, did), exactly(edit, was, is), unchanged(next)),
      },
      {
        ...common,
        property: 'edit shown',
        reason: first(asPredicted(said, did), shownExactly(edit, did, truth)),
      },
    ];
  });
}

/**
 * Brings domains to what the module had made of them, by hand, and from there by the module to the base of an edit.
 * A few definitions change when they are defined again as they are: after that they are as libvirt wants them, and
 * what an edit changes is the edit's.
 */
async function restore(
  hypervisor: Hypervisor,
  cases: readonly Case[],
  definitions: ReadonlyMap<string, string>,
): Promise<void> {
  const names = cases.map(({ document }) => document.name);
  await undefine(hypervisor, names);
  const known = names.flatMap((name) => {
    const xml = definitions.get(name);
    return xml === undefined ? [] : [{ name, xml }];
  });
  await defineByHand(hypervisor, known);
  const others = cases.filter(({ document, edit }) => edit.base !== document.root);
  await runDomains(
    hypervisor,
    others.map(({ document, edit }) => textOf(document.name, edit.base)),
  );
}
