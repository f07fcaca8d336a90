import { createHash } from 'node:crypto';
import { type DesiredRow, names, rowKeys } from '../desired.ts';
import type { CloudGroup } from '../model.ts';
import { ALLOW_GROUP, DENY_GROUP } from './priorities.ts';

const digest = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 12);

/** A security group: what its rules allow comes in, all else does not, and all goes out. */
export function groupRows({ name, allows, declared }: CloudGroup): DesiredRow[] {
  const group = names.group(name);
  const acl = (key: string, columns: DesiredRow['columns']): DesiredRow => ({
    table: 'ACL',
    name: `group/${name}/${key}`,
    part: 'rules',
    columns,
    memberships: [{ holder: rowKeys.group(name), column: 'acls' }],
  });
  const incoming = `outport == @${group}`;
  return [
    { ...rowKeys.group(name), part: 'group', columns: { name: group }, declared },
    acl('deny', { priority: DENY_GROUP, direction: 'to-lport', action: 'drop', match: `${incoming} && ip` }),
    acl('out', {
      ...{ priority: DENY_GROUP, direction: 'from-lport' },
      ...{ action: 'allow-related', match: `inport == @${group} && ip` },
    }),
    // By content: a rule is the same one wherever it stands in the list.
    ...[...new Set(allows)].map((match) =>
      acl(`allow/${digest(match)}`, {
        ...{ priority: ALLOW_GROUP, direction: 'to-lport' },
        ...{ action: 'allow-related', match: `${incoming} && ${match}` },
      }),
    ),
  ];
}
