import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../../modules/lib/ansible/coerce.ts';
import { type Description, descriptionText } from '../../../modules/objects/move/description.ts';
import { type MoveOptions, moveOptions } from '../../../modules/objects/move/options.ts';
import { type Leaving, planSend } from '../../../modules/objects/move/send.ts';
import { GUEST } from './sample.ts';

const domain = { name: GUEST.name, uuid: GUEST.uuid, state: 'running' } as Leaving['domain'];
const [disk, ...others] = GUEST.disks as [Description['disks'][number], ...Description['disks']];
const backing = disk.backing as NonNullable<typeof disk.backing>;

/** What the old host would send of what it was given. */
const planned = (
  given: Description,
  more: Partial<MoveOptions> = {},
  described: Description | undefined = GUEST,
) =>
  planSend(
    withDefaults(moveOptions, { name: 'web1', step: 'send', description: descriptionText(given), ...more }),
    { domain, described },
  );

describe('what is sent to the new host', () => {
  it('is what this host has described', () => {
    const [change] = planned(GUEST).changes;
    expect(change?.step.description).toEqual(GUEST);
    const bring = [{ path: backing.path, to: '/var/lib/libvirt/templates/by-checksum/.moving-x' }];
    expect(planned(GUEST, { bring }).changes).toHaveLength(1);
  });

  const changed: [string, Description][] = [
    [
      'a template that is another file of this host',
      { ...GUEST, disks: [{ ...disk, backing: { ...backing, path: '/etc/shadow' } }, ...others] },
    ],
    [
      'another file in the directory of the guest',
      {
        ...GUEST,
        files: [{ path: '/etc/web1/key', length: 1, sha256: backing.sha256, mode: 0, isQemus: false }],
        disks: [{ ...disk, path: '/etc/web1/disk' }],
      },
    ],
    ['another state', { ...GUEST, runs: false }],
  ];
  it.each(changed)('is nothing where the other host has changed the description: %s', (_, given) => {
    const bring = given.disks.flatMap((one) => (one.backing ? [{ path: one.backing.path, to: '/x' }] : []));
    for (const wanted of [[], bring])
      expect(() => planned(given, { bring: wanted })).toThrow(/not the one that this host has given/);
  });

  it('is no file that is none of its templates', () => {
    for (const path of ['/etc/shadow', disk.path])
      expect(() => planned(GUEST, { bring: [{ path, to: '/x' }] })).toThrow(/no template of 'web1'/);
  });

  it('is nothing where this host has described nothing, or another guest is here', () => {
    expect(() =>
      planSend(
        withDefaults(moveOptions, { name: 'web1', step: 'send', description: descriptionText(GUEST) }),
        { domain, described: undefined },
      ),
    ).toThrow(/has not described/);
    expect(() => planned({ ...GUEST, uuid: '1b3b3f0e-51f7-4d0b-a5a5-3f1c4f4f6a51' })).toThrow(/begin again/);
  });
});
