import {
  type Applied,
  bothStated,
  onlyPaths,
  statementOf,
  withoutPaths,
} from '../../../lib/libvirt/applied.ts';
import { DOMAIN_IDENTITY } from '../../../lib/libvirt/identity.ts';
import type { Element } from '../../../lib/xml/element.ts';
import { deniedBy } from '../desired/denied.ts';
import type { DomainOptions } from '../options/options.ts';
import { DEFINING, type DefiningOption, KEPT_WHEN_OMITTED, OPTION_PATHS } from '../options/paths.ts';

const pathsOf = (options: readonly DefiningOption[]): ReadonlySet<string> =>
  new Set(options.flatMap((name) => OPTION_PATHS[name]));

const keptPaths = (options: DomainOptions): ReadonlySet<string> =>
  pathsOf(KEPT_WHEN_OMITTED.filter((name) => options[name] === undefined));

/**
 * The part of what the last task applied that this one removes unless it is desired again. XML covers the whole
 * domain. Options cover what options applied, and of what XML applied the paths that have an option. What the options
 * deny (`console: false`) counts as applied, whoever added it.
 */
export function removableFrom(lastApplied: Applied | undefined, options: DomainOptions): Element | undefined {
  const covered = lastApplied && coveredBy(options, lastApplied);
  const denied = deniedBy(options);
  if (denied.children.length === 0) return covered;
  const statement = statementOf(denied, DOMAIN_IDENTITY);
  return covered ? bothStated(covered, statement) : statement;
}

function coveredBy(options: DomainOptions, { form, stated }: Applied): Element {
  if (options.xml !== undefined) return stated;
  return withoutPaths(form === 'xml' ? onlyPaths(stated, pathsOf(DEFINING)) : stated, keptPaths(options));
}

/** The part of what the last task applied that this one keeps on record, since it omits the options for it. */
export const keptFrom = (lastApplied: Applied | undefined, options: DomainOptions): Element | undefined =>
  lastApplied && options.xml === undefined ? onlyPaths(lastApplied.stated, keptPaths(options)) : undefined;
