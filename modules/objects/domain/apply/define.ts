import type { Outcome } from '../../../lib/ansible/plan.ts';
import type { Host } from '../../../lib/host/host.ts';
import { withoutApplied, writeApplied } from '../../../lib/libvirt/applied.ts';
import { quoted } from '../../../lib/libvirt/batch.ts';
import { virshTogether } from '../../../lib/libvirt/together.ts';
import { withPrivateFile } from '../../../lib/libvirt/virsh.ts';
import { parseXml } from '../../../lib/xml/parse.ts';
import { serialiseXml } from '../../../lib/xml/serialise.ts';
import { nextDigest } from '../draft/digest.ts';
import { sameDefinition } from '../draft/same.ts';
import { nameOf } from '../options/given.ts';
import type { DomainOptions } from '../options/options.ts';
import type { DefineStep, DomainResult } from '../plan/step.ts';

/**
 * Defines a domain and reads it back. Where the plan could not know what libvirt would store, the digest is made now
 * and stored by a second definition.
 * @returns a warning where libvirt stored something else than was planned
 */
export async function define(
  host: Host,
  options: DomainOptions,
  { xml, validate, outcome }: DefineStep,
): Promise<Outcome<DomainResult> | undefined> {
  const name = nameOf(options);
  const read = `dumpxml --inactive --security-info --domain ${quoted(name)}`;
  const [, text = ''] = await store(host, options, xml, validate, read);
  const stored = withoutApplied(parseXml(text));
  if ('expected' in outcome) {
    if (sameDefinition(stored, outcome.expected)) return undefined;
    const look = `virsh dumpxml --inactive ${name}`;
    return {
      warnings: [`libvirt stored another definition of domain ${name} than it announced: see ${look}`],
    };
  }
  const digest = nextDigest(options, outcome.known, stored, outcome.applied);
  const again = writeApplied(parseXml(xml), { ...outcome.applied, digest });
  await store(host, options, serialiseXml(again), validate);
  return undefined;
}

const store = (
  host: Host,
  { uri }: DomainOptions,
  xml: string,
  validate: boolean,
  ...then: readonly string[]
): Promise<readonly string[]> =>
  withPrivateFile(host, xml, (path) =>
    virshTogether(host, uri, [`define${validate ? ' --validate' : ''} --file ${quoted(path)}`, ...then]),
  );
