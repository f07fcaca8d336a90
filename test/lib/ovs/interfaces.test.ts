import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../../../build/modules.ts';
import { INTERFACE_TYPES, interfaceKind } from '../../../modules/lib/ovs/interfaces.ts';

test('the role ovs brings up the types that have a network interface, and no other', () => {
  const template = readFileSync(join(ROOT, 'roles/ovs/templates/ports.yml.j2'), 'utf8');
  const [, listed = ''] = /default\('internal'\) in \[([^\]]*)\]/.exec(template) ?? [];
  const types = listed.split(',').map((type) => type.trim().replaceAll("'", ''));
  expect(types).toEqual(INTERFACE_TYPES.filter((type) => interfaceKind(type).device !== 'none'));
});
