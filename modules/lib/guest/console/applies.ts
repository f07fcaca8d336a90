import { sinceBoot } from './cloud-init.ts';

/** The first cloud-init that looks at its network configuration again when an interface is attached (release notes of 21.3). */
const FIRST = { year: 21, release: 3 } as const;

/** What cloud-init prints when it begins and ends. */
const VERSION = /\bCloud-init v\. (\d+)\.(\d+)\S* running '/;
const FINISHED = ' finished at ';
const SOURCE = / Datasource DataSource(\w+)/;

/**
 * Why a guest will not apply a changed seed, as far as its console tells since the last boot. Pure.
 * @returns for a sentence after the guest's name; undefined where nothing speaks against it
 */
export function whyNotApplied(lines: readonly string[]): string | undefined {
  const boot = sinceBoot(lines);
  const finished = boot.find((line) => line.includes('Cloud-init v. ') && line.includes(FINISHED));
  const source = SOURCE.exec(finished ?? '')?.[1];
  if (source !== undefined && !source.startsWith('NoCloud'))
    return `has its configuration from ${source}, and not from its seed`;
  const [, year = '', release = ''] = boot.map((line) => VERSION.exec(line)).find(Boolean) ?? [];
  if (year === '' || Number(year) > FIRST.year) return undefined;
  if (Number(year) === FIRST.year && Number(release) >= FIRST.release) return undefined;
  return `has cloud-init ${year}.${release}, which looks at its network configuration only once (from ${FIRST.year}.${FIRST.release} on, it looks again)`;
}
