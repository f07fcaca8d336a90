import { describe, expect, it } from 'vitest';
import { addressesOf, addressesOfEach } from '../../../modules/lib/guest/addresses/addresses.ts';
import { soughtOf } from '../../../modules/lib/guest/addresses/sought.ts';
import type { Host } from '../../../modules/lib/host/host.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';
import { noHost } from '../../support/fake.ts';

const [LEASED, SILENT, TOLD, HUNG] = [1, 2, 3, 4].map((i) => `52:54:00:00:00:0${i}`) as [
  string,
  string,
  string,
  string,
];
const URI = 'qemu:///system';

/** A file of leases. */
const written = (text: string) => ({ bytes: Buffer.from(text), mode: 0o644, uid: 0, gid: 0 });

const domain = (name: string, mac: string, state: string) => {
  const live = parseXml(`<domain><devices>
    <interface type='bridge'><mac address='${mac.toUpperCase()}'/></interface>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0' state='${state}'/></channel>
  </devices></domain>`);
  return soughtOf(
    {
      name,
      uuid: '',
      state: 'running',
      autostart: false,
      saved: false,
      persistent: true,
      definition: live,
      live,
    },
    URI,
  );
};

it('agents are asked only where no lease tells the address, and one that hangs is no error', async () => {
  const asked: string[] = [];
  const host: Host = {
    ...noHost,
    list: async (path) => (path.endsWith('piecewise-cloud-networks') ? ['lan'] : []),
    readInside: async (root, path) =>
      written(root.endsWith('-networks/lan') && path === 'leases' ? `0 ${LEASED} 10.0.0.1 * *` : ''),
    run: async (program, args, options) => {
      if (program === 'ip') return { code: 0, stdout: `10.0.0.4 dev lan lladdr ${HUNG} STALE\n`, stderr: '' };
      const command = args.at(-1) ?? '';
      // A batch: its last argument is a script, with the mark after each command.
      if (command.includes(';')) {
        const stdout = command.replace(/domifaddr [^;]*; |echo --err [^;]*(; )?|echo |; /g, '');
        return { code: 0, stdout, stderr: '' };
      }
      asked.push(command);
      expect(options?.timeout).toBe(1234);
      if (command === 'hung') throw new Error('it did not answer');
      return {
        code: 0,
        stdout: ` eth0 ${TOLD} ipv4 10.0.0.3/24\n eth0 ${LEASED} ipv4 10.0.0.9/24\n`,
        stderr: '',
      };
    },
  };
  const domains = [
    domain('leased', LEASED, 'connected'),
    domain('silent', SILENT, 'disconnected'),
    domain('told', TOLD, 'connected'),
    domain('hung', HUNG, 'connected'),
  ];
  const hung = new Set<string>();
  const found = await addressesOf(host, domains, { uri: URI, agentTimeout: 1234, hung });
  expect(asked.splice(0).sort()).toEqual(['hung', 'told']);
  // It keeps a worker of libvirt's until it answers.
  expect(await addressesOf(host, domains, { uri: URI, agentTimeout: 1234, hung })).toEqual(found);
  expect(asked).toEqual(['told']);
  expect([...found]).toEqual([
    ['leased', [{ address: '10.0.0.1', mac: LEASED, source: 'lease' }]],
    ['silent', []],
    ['told', [{ address: '10.0.0.3', mac: TOLD, source: 'agent' }]],
    ['hung', [{ address: '10.0.0.4', mac: HUNG, source: 'neighbour' }]],
  ]);
});

it('nothing is asked for guests without an interface', async () => {
  const found = await addressesOf(noHost, [{ name: 'a', macs: [] }], { uri: URI });
  expect([...found]).toEqual([['a', []]]);
});

it("libvirt is asked for leases only of guests that are in a network of libvirt's", async () => {
  const scripts: string[] = [];
  const host: Host = {
    ...noHost,
    list: async () => [],
    run: async (program, args) => {
      if (program === 'ip') return { code: 0, stdout: '', stderr: '' };
      scripts.push(args.at(-1) ?? '');
      const mark = /; echo (@piecewise-\w+@)/.exec(scripts[0] ?? '')?.[1];
      return { code: 0, stdout: ` vnet0 ${LEASED} ipv4 10.0.0.7/24\n${mark}`, stderr: '' };
    },
  };
  const source = "<source network='default' portid='1' bridge='virbr0'/>";
  const nic = `<interface type='network'><mac address='${LEASED}'/>${source}</interface>`;
  const live = parseXml(`<domain><devices>${nic}</devices></domain>`);
  const common = { uuid: '', state: 'running', autostart: false, saved: false, persistent: true };
  const inNetwork = soughtOf({ ...common, name: 'inside', definition: live, live }, URI);
  const found = await addressesOf(host, [domain('outside', TOLD, 'disconnected'), inNetwork], { uri: URI });
  expect(scripts).toEqual([expect.stringContaining('"inside"')]);
  expect(scripts[0]).not.toContain('outside');
  expect(found.get('inside')).toEqual([{ address: '10.0.0.7', mac: LEASED, source: 'lease' }]);
});

describe('the addresses of containers', () => {
  const container = (name: string, mac: string, id: string, uri = 'lxc:///system') => {
    const live = parseXml(
      `<domain type='lxc' id='${id}'><devices><interface type='bridge'><mac address='${mac}'/></interface></devices></domain>`,
    );
    const common = { uuid: '', state: 'running', autostart: false, saved: false, persistent: true };
    return soughtOf({ ...common, name, definition: live, live }, uri);
  };
  const links = (mac: string, ...addresses: string[]) =>
    JSON.stringify([{ address: mac, addr_info: addresses.map((local) => ({ local })) }]);

  /** A host on which the process N of libvirt has N + 1 as its child. @param answers by the number of that */
  function hostWith(answers: Record<string, string | Error>, leases = '') {
    const commands: string[] = [];
    const host: Host = {
      ...noHost,
      list: async (path) => (path.endsWith('/task') ? ['1'] : path.endsWith('-networks') ? ['lan'] : []),
      readInside: async () => written(leases),
      read: async (path) => {
        const [, id = '', file] = /^\/proc\/(\d+)\/(.*)$/.exec(path) ?? [];
        if (file?.endsWith('children')) return Buffer.from(String(Number(id) + 1));
        return Object.hasOwn(answers, id) ? Buffer.from(`${id} (a b) c) S 1`) : undefined;
      },
      run: async (program, args, options) => {
        commands.push([program, ...args].join(' '));
        if (program !== 'nsenter') return { code: 0, stdout: '', stderr: '' };
        expect(options).toMatchObject({ most: 4 * 1024 ** 2, timeout: 10_000 });
        const answer = answers[args[1] ?? ''] ?? '';
        if (answer instanceof Error) throw answer;
        return { code: 0, stdout: answer, stderr: '' };
      },
    };
    return { host, commands };
  }

  it('are those that the kernel has for their interfaces, and no agent of a VM is asked for them', async () => {
    const { host, commands } = hostWith(
      {
        '11': links(TOLD, '10.0.0.3', 'fd00::3', '10.0.0.1'),
        '21': new Error('nsenter printed more than 4194304 bytes'),
        '31': links(TOLD, '10.0.0.4'),
      },
      `0 ${LEASED} 10.0.0.1 * *`,
    );
    const containers = [
      container('a', TOLD, '10'),
      container('many', SILENT, '20'),
      // It has the MAC address of another.
      container('other', LEASED, '30'),
      container('ended', HUNG, '40'),
    ];
    const [vms, found] = await addressesOfEach(host, [[domain('a', HUNG, 'disconnected')], containers], {
      uri: URI,
    });
    // A VM of the same name.
    expect([...(vms ?? [])]).toEqual([['a', []]]);
    expect([...(found ?? [])]).toEqual([
      [
        'a',
        [
          { address: '10.0.0.3', mac: TOLD, source: 'kernel' },
          { address: 'fd00::3', mac: TOLD, source: 'kernel' },
        ],
      ],
      ['many', []],
      ['other', [{ address: '10.0.0.1', mac: LEASED, source: 'lease' }]],
      ['ended', []],
    ]);
    const entered = commands.filter((one) => one.startsWith('nsenter'));
    expect(entered).toEqual(['11', '21', '31'].map((id) => `nsenter -t ${id} -n ip -json address`));
    expect(commands.filter((one) => one.startsWith('virsh'))).toEqual([]);
  });

  it('are bounded', async () => {
    const many = Array.from({ length: 5000 }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
    const { host } = hostWith({ '11': links(TOLD, ...many) });
    expect((await addressesOf(host, [container('a', TOLD, '10')], { uri: URI })).get('a')).toHaveLength(64);
  });

  it('of another machine are not looked for here', async () => {
    const { host, commands } = hostWith({ '11': links(TOLD, '10.0.0.3') });
    const far = container('a', TOLD, '10', 'lxc+ssh://other/system');
    expect((await addressesOf(host, [far], { uri: 'lxc+ssh://other/system' })).get('a')).toEqual([]);
    expect(commands).toEqual(['ip neighbour show']);
  });
});
