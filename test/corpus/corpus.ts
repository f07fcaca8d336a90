import type { Hypervisor } from '../lab/hypervisor.ts';
import { type Document, documentsOf } from './documents.ts';
import { tidy, withoutDryRun } from './lab.ts';
import { measure } from './measure.ts';
import type { Mode, Verdict } from './rates.ts';
import { readInputs } from './source.ts';
import { survey } from './survey.ts';

export interface CorpusOptions {
  /** Which of the documents are looked at. */
  readonly choose: (all: readonly Document[]) => Document[];
  readonly modes: readonly Mode[];
  readonly say?: (line: string) => void;
}

/**
 * Looks at every property in every mode, on libvirt's own test inputs of the hypervisor's release.
 * Throws if they can't be had.
 */
export async function corpus(hypervisor: Hypervisor, options: CorpusOptions): Promise<Verdict[]> {
  const { choose, modes, say = () => undefined } = options;
  const documents = choose(documentsOf(await readInputs(hypervisor.release)));
  try {
    const subjects = await survey(hypervisor, documents);
    say(`libvirt takes ${subjects.length} of ${documents.length} documents`);
    const verdicts: Verdict[] = [];
    for (const mode of modes) {
      let done = 0;
      const act = () =>
        measure(hypervisor, subjects, mode, (more) => {
          done += more;
          say(`${mode}: ${done} of ${subjects.length} documents`);
        });
      verdicts.push(...(await (mode === 'fallback' ? withoutDryRun(hypervisor, act) : act())));
    }
    return verdicts;
  } finally {
    await tidy(hypervisor);
  }
}
