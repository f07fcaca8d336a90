import type { Host } from '../host/host.ts';
import { parseXml, XmlError } from '../xml/parse.ts';
import { inBatches, quoted, READ_TIMEOUT, virshBatch } from './batch.ts';
import { MEMBER_NAMESPACE, type Member, memberOf } from './member.ts';
import { unreachable } from './read.ts';
import { connection } from './virsh.ts';

/**
 * Reads which domains are in a group.
 * @param isAsked whether a domain is asked for, by its name. Where none is, one process is enough
 * @returns those that are in one, by name
 * @throws Failure when libvirt can't be reached
 */
export async function readMembers(
  host: Host,
  uri: string,
  isAsked: (name: string) => boolean,
): Promise<ReadonlyMap<string, Member>> {
  const list = [...connection(uri), 'list', '--all', '--name'];
  const { code, stdout, stderr } = await host.run('virsh', list, { timeout: READ_TIMEOUT });
  if (code !== 0) throw unreachable(uri, stderr);
  const names = stdout.split('\n').map((line) => line.trim());
  const asked = names.filter((name) => name !== '' && isAsked(name));
  const found = await inBatches(asked, (batch) => readBatch(host, uri, batch));
  return new Map(asked.flatMap((name, i) => (found[i] ? [[name, found[i]] as const] : [])));
}

async function readBatch(host: Host, uri: string, names: readonly string[]): Promise<(Member | undefined)[]> {
  // It is an error of a domain without this metadata.
  const commands = names.map(
    (name) => `metadata --config --domain ${quoted(name)} --uri ${MEMBER_NAMESPACE}`,
  );
  const { outputs, stderr } = await virshBatch(host, uri, commands);
  if (outputs.length < names.length) throw unreachable(uri, stderr);
  return outputs.map((output) => memberFrom(output.stdout));
}

function memberFrom(xml: string): Member | undefined {
  if (!xml.trim().startsWith('<')) return undefined;
  try {
    return memberOf(parseXml(xml));
  } catch (error) {
    // Metadata of others may have our namespace.
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}
