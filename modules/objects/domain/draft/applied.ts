import type { Applied } from '../../../lib/libvirt/applied.ts';
import { driverAt } from '../../../lib/libvirt/driver.ts';
import { DOMAIN_IDENTITY } from '../../../lib/libvirt/identity.ts';
import { joinOutlines, onlyPaths, outlineOf, withoutPaths } from '../../../lib/libvirt/outline.ts';
import type { Element } from '../../../lib/xml/element.ts';
import { deniedBy } from '../desired/denied.ts';
import { pathsOf } from '../options/drivers.ts';
import type { DomainOptions } from '../options/options.ts';
import { DEFINING, KEPT_WHEN_OMITTED } from '../options/paths.ts';

const keptPaths = (options: DomainOptions): ReadonlySet<string> =>
  pathsOf(
    driverAt(options.uri),
    KEPT_WHEN_OMITTED.filter((name) => options[name] === undefined),
  );

/**
 * The part of what the last task applied that this one removes unless it is desired again. XML covers the whole
 * domain. Options cover what options applied, and of what XML applied the paths that have an option. What the options
 * deny (`console: false`) counts as applied, whoever added it.
 * @param current the domain's definition
 */
export function removableFrom(
  lastApplied: Applied | undefined,
  options: DomainOptions,
  current: Element | undefined,
): Element | undefined {
  const covered = lastApplied && coveredBy(options, lastApplied);
  const denied = deniedBy(options, current);
  if (denied.children.length === 0) return covered;
  const outline = outlineOf(denied, DOMAIN_IDENTITY);
  return covered ? joinOutlines(covered, outline) : outline;
}

function coveredBy(options: DomainOptions, { form, outline }: Applied): Element {
  if (options.xml !== undefined) return outline;
  return withoutPaths(
    form === 'xml' ? onlyPaths(outline, pathsOf(driverAt(options.uri), DEFINING)) : outline,
    keptPaths(options),
  );
}

/** The part of what the last task applied that this one keeps on record, since it omits the options for it. */
export const keptFrom = (lastApplied: Applied | undefined, options: DomainOptions): Element | undefined =>
  lastApplied && options.xml === undefined ? onlyPaths(lastApplied.outline, keptPaths(options)) : undefined;
