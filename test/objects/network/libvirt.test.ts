import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../../modules/lib/ansible/coerce.ts';
import { MissingProgram } from '../../../modules/lib/failure.ts';
import type { Host } from '../../../modules/lib/host/host.ts';
import { notInstalled } from '../../../modules/lib/host/process.ts';
import type { LibvirtNetwork } from '../../../modules/lib/libvirt/network/read.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';
import {
  type LibvirtSeen,
  type LibvirtState,
  observeLibvirt,
  planLibvirt,
} from '../../../modules/objects/network/libvirt.ts';
import { networkOf } from '../../../modules/objects/network/network-of.ts';
import { type NetworkOptions, networkOptions } from '../../../modules/objects/network/options.ts';
import { noHost } from '../../support/fake.ts';

const options = (given: Record<string, unknown> = {}): NetworkOptions =>
  withDefaults(networkOptions, {
    name: 'lan',
    bridge: 'br0',
    subnet: ['10.20.0.0/24'],
    libvirt: true,
    ...given,
  });

const seen = (given: Partial<LibvirtState> = {}): LibvirtState => ({
  network: undefined,
  users: [],
  machineId: 'machine',
  ...given,
});

/** libvirt's network as the task above makes it. */
function made(given: Record<string, unknown> = {}): LibvirtNetwork {
  const { changes } = planLibvirt(options(given), seen());
  const [define] = changes.map(({ step }) => (step.part === 'libvirt' ? step.step : undefined));
  const definition = parseXml(define?.act === 'define' ? define.xml : '');
  return { name: 'lan', autostart: true, persistent: true, definition, live: definition };
}

const removed = (given: Record<string, unknown>, state: LibvirtSeen | undefined) =>
  planLibvirt(options(given), state).removal.map(({ title }) => title);

const users = [
  { name: 'web1', running: true },
  { name: 'web2', running: false },
];

describe('observe', () => {
  const known = (libvirt: boolean) =>
    new Map([
      [
        'lan',
        { network: networkOf(options({ libvirt })), guests: [], engine: 'local' as const, uplinks: [] },
      ],
    ]);

  it('starts no process where no network has or had one', async () => {
    const items = [options({ libvirt: false }), options({ name: 'dmz', state: 'absent' })];
    expect((await observeLibvirt(noHost, items, known(false))).size).toBe(0);
  });

  it.each([[{}], [{ libvirt: false }], [{ state: 'absent' }]])(
    'asks for those that have or had one: %j',
    async (given) => {
      const asked: string[] = [];
      const host = {
        run: async (program: string) => {
          asked.push(program);
          throw notInstalled(program);
        },
        read: async () => undefined,
      } as unknown as Host;
      const found = await observeLibvirt(host, [options(given)], known(true));
      expect(asked).toEqual(['virsh']);
      expect(found.get('lan')).toBeInstanceOf(MissingProgram);
    },
  );
});

describe('plan', () => {
  it('changes nothing where the network has and had none', () => {
    expect(planLibvirt(options({ libvirt: false }), undefined).changes).toEqual([]);
  });

  it('defines it in check mode where libvirt is missing, and says so', () => {
    const { changes, missing } = planLibvirt(options(), notInstalled('virsh'));
    expect(changes).toHaveLength(3);
    expect(missing).toEqual([expect.stringMatching(/^option 'libvirt': virsh isn't installed .*libvirt-/)]);
    expect(planLibvirt(options({ libvirt: false }), notInstalled('virsh'))).toMatchObject({
      removal: [],
      changes: [],
      missing: [],
    });
  });

  it.each([
    [{}, "option 'libvirt': libvirt doesn't answer"],
    [{ state: 'absent' }, "libvirt doesn't answer"],
  ])('fails where libvirt does: %j', (given, message) => {
    expect(() => planLibvirt(options(given), new Error("libvirt doesn't answer"))).toThrow(message);
  });

  it.each([[{ libvirt: false }], [{ state: 'absent' }]])('removes what it made: %j', (given) => {
    const state = seen({ network: made() });
    expect(removed(given, state)).toEqual(['stop libvirt network lan', 'undefine libvirt network lan']);
    expect(planLibvirt(options(given), state).changes).toEqual([]);
  });

  it.each([
    [{ libvirt: false }, 'libvirt'],
    [{ state: 'absent' }, 'state'],
  ])('refuses to remove one that domains use, and names them: %j', (given, option) => {
    expect(() => planLibvirt(options(given), seen({ network: made(), users }))).toThrow(
      `option '${option}': libvirt's network 'lan' can't be removed, since domains use it: web1, web2. Remove them or their interfaces`,
    );
  });

  it('names the guests that run on as they are', () => {
    const { warnings } = planLibvirt(options({ vlan: 11 }), seen({ network: made({ vlan: 10 }), users }));
    expect(warnings).toEqual([expect.stringMatching(/^libvirt's network 'lan' changes .* have: web1$/)]);
    expect(planLibvirt(options(), seen({ network: made(), users })).warnings).toEqual([]);
  });

  it("keeps libvirt's network of another kind, and says what to do", () => {
    const definition = parseXml(
      "<network><name>lan</name><uuid>0d9f6a1f-6f4b-8a52-9c3c-6a8e0e4e6a0e</uuid><forward mode='nat'/></network>",
    );
    const network = { ...made(), definition, live: definition };
    expect(() => planLibvirt(options(), seen({ network }))).toThrow(
      /^option 'libvirt': libvirt has another network 'lan'.* another name, or remove/,
    );
    expect(removed({ libvirt: false }, seen({ network, users }))).toEqual([]);
  });
});
