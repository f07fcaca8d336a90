import { expect, it } from 'vitest';
import { addressesOf } from '../../../modules/lib/guest/addresses/addresses.ts';
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
    read: async (path) =>
      Buffer.from(path.endsWith('-networks/lan/leases') ? `0 ${LEASED} 10.0.0.1 * *` : ''),
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
