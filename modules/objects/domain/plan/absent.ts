import type { Plan } from '../../../lib/ansible/plan.ts';
import { OptionError } from '../../../lib/failure.ts';
import { withoutApplied } from '../../../lib/libvirt/applied.ts';
import { consoleLogPath, firstSerial, isLocalSystem, logFileOf } from '../../../lib/libvirt/console-log.ts';
import { definitionTexts } from '../../../lib/libvirt/secrets.ts';
import type { Element } from '../../../lib/xml/element.ts';
import { exclusiveFiles, type State } from '../observe/state.ts';
import { nameOf } from '../options/given.ts';
import type { DomainOptions } from '../options/options.ts';
import { planPower } from './power.ts';
import type { DomainResult, Step } from './step.ts';

/** Plans the removal of a domain, and of its disks with `remove_storage`. @throws OptionError if one is not a regular file */
export function absentPlan(options: DomainOptions, state: State): Plan<Step, DomainResult> {
  const { domain, keptFiles, otherThanFiles } = state;
  if (!domain) return { changes: [], result: { actions: [], restart_required: false, restart_reasons: [] } };
  const name = nameOf(options);
  const { before: definition } = definitionTexts(withoutApplied(domain.definition), domain.definition);
  const undefine = {
    title: `undefine domain ${name}`,
    before: definition,
    after: undefined,
    step: { act: 'undefine' as const, ...logOf(name, options, domain.definition) },
  };
  const files = options.remove_storage ? [...new Set(exclusiveFiles(domain.definition))] : [];
  const removed = files.filter((file) => !keptFiles.has(file));
  for (const file of removed) {
    const kind = otherThanFiles.get(file);
    if (kind === undefined) continue;
    throw new OptionError(
      'remove_storage',
      `disk ${file} of domain ${name} is ${kind}, and only regular files are removed: leave the option out, and remove it by hand`,
    );
  }
  const changes = [
    ...planPower(name, options, domain.state, []).changes,
    // Before the domain: if this run is killed, the next one finds the disks by the domain.
    ...removed.map((path) => ({
      title: `remove disk ${path}`,
      before: `${path}\n`,
      after: undefined,
      step: { act: 'remove' as const, path },
    })),
    // A transient domain is undefined by its shutdown.
    ...(domain.persistent ? [undefine] : []),
  ];
  return {
    changes,
    warnings: files.flatMap((file) => {
      const why = keptFiles.get(file);
      return why === undefined ? [] : [`disk ${file} of domain ${name} is kept: ${why}`];
    }),
    result: { actions: changes.map(({ title }) => title), restart_required: false, restart_reasons: [] },
  };
}

/** The log of its console; nothing where the user chose another file. */
function logOf(name: string, { uri }: DomainOptions, definition: Element): { log?: string } {
  const log = consoleLogPath(name);
  return isLocalSystem(uri) && logFileOf(firstSerial(definition)) === log ? { log } : {};
}
