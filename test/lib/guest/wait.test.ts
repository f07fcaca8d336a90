import { expect, it } from 'vitest';
import type { Awaited } from '../../../modules/lib/guest/ready/awaited.ts';
import { readyNow } from '../../../modules/lib/guest/ready/now.ts';
import { progressText } from '../../../modules/lib/guest/ready/progress.ts';
import { outcomesNow, waitForGuests } from '../../../modules/lib/guest/ready/wait.ts';
import type { Host } from '../../../modules/lib/host/host.ts';
import { noHost } from '../../support/fake.ts';

const macOf = (name: string) => `52:54:00:00:00:0${name.slice(-1)}`;
const LOG = '/var/log/libvirt/qemu/NAME.console';
const xml = (name: string, isLogged = true) => `<domain><name>${name}</name><devices>
  <interface type='bridge'><mac address='${macOf(name)}'/><target dev='veth-${name}'/></interface>
  <serial type='pty'>${isLogged ? `<log file='${LOG.replace('NAME', name)}'/>` : ''}<target port='0'/></serial>
  <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0' state='disconnected'/></channel>
</devices></domain>`;

/** What is true of a guest at a time, in seconds. */
interface At {
  readonly state?: string;
  readonly console?: string;
  readonly open?: boolean;
  /** The state of its address as a neighbour of the host. */
  readonly neighbour?: string;
  /** Milliseconds since its QEMU was started. */
  readonly uptime?: number;
  /** Whether its console is logged: in its definition, and in the running guest. */
  readonly logged?: readonly [defined: boolean, live: boolean];
}

/** A host with some guests, and a clock that goes on only while something waits. */
function hostOf(guests: Record<string, (seconds: number) => At>) {
  let now = 0;
  const waiters: { readonly at: number; readonly go: () => void }[] = [];
  const reports: string[] = [];
  const programs: string[] = [];
  const of = (name: string) => guests[name]?.(now / 1000) ?? {};
  const answer = (command: string): string => {
    if (command === 'list --all --name') return Object.keys(guests).join('\n');
    const [, verb, name = ''] = /^(\w+).*--domain "?(\w+)"?$/.exec(command) ?? [];
    if (verb === 'dominfo') return `UUID: u\nState: ${of(name).state ?? 'running'}\nPersistent: yes\n`;
    const [defined, live] = of(name).logged ?? [true, true];
    return verb === 'dumpxml' ? xml(name, command.includes('--inactive') ? defined : live) : '';
  };
  const batch = (script: string) =>
    script
      .split('; ')
      .map((command) =>
        command.startsWith('echo --err ')
          ? ''
          : command.startsWith('echo ')
            ? command.slice(5)
            : answer(command),
      )
      .join('');
  const host: Host = {
    ...noHost,
    now: () => now,
    sleep: (milliseconds) =>
      new Promise((go) => {
        waiters.push({ at: now + milliseconds, go });
        // The next one of all that wait is woken, when none is working.
        setImmediate(() => {
          const [next] = waiters.sort((a, b) => a.at - b.at).splice(0, 1);
          now = Math.max(now, next?.at ?? 0);
          next?.go();
        });
      }),
    report: ({ what }) => void reports.push(what),
    list: async () => [],
    readEnd: async (path) => {
      const { uptime } = of(/^\/run\/libvirt\/qemu\/(\w+)\.pid$/.exec(path)?.[1] ?? '');
      if (uptime !== undefined) return { bytes: Buffer.from('1'), age: uptime };
      const text = of(/qemu\/(\w+)\.console$/.exec(path)?.[1] ?? '').console;
      return text === undefined ? undefined : { bytes: Buffer.from(text), age: 0 };
    },
    answers: async (address) =>
      Object.keys(guests).some((name) => address === addressOf(name) && of(name).open),
    run: async (program, args) => {
      programs.push(`${program} ${args.includes('domstate') ? 'domstate' : ''}`.trim());
      const stdout =
        program === 'ip'
          ? Object.keys(guests)
              .flatMap((name) => {
                const { neighbour } = of(name);
                return neighbour ? `${addressOf(name)} dev lan lladdr ${macOf(name)} ${neighbour}\n` : [];
              })
              .join('')
          : args.includes('domstate')
            ? `${of(args.at(-1) ?? '').state} (crashed)\n`
            : batch(args.at(-1) ?? '');
      return { code: 0, stdout, stderr: '' };
    },
  };
  return { host, reports, programs, now: () => now / 1000 };
}
const addressOf = (name: string) => `10.0.0.${name.slice(-1)}`;

const guest = (name: string, more: Partial<Awaited> = {}): Awaited => ({
  ...{ name, uri: 'qemu:///system', goal: 'cloud_init', port: 22, timeout: 300 },
  nics: [{ name: 'eth0', target: `veth-${name}`, addresses: [addressOf(name)] }],
  ...more,
});
const RUNNING = "Cloud-init v. 22.4.2 running 'init-local' at X\n";
const FINISHED = `${RUNNING}Cloud-init v. 22.4.2 finished at X\n`;

it('all guests are waited for together, and each ends by itself', async () => {
  const { host, reports, now } = hostOf({
    a1: (at) => ({ console: at < 100 ? RUNNING : FINISHED }),
    b2: (at) => ({ open: at >= 20 }),
    c3: (at) => (at < 10 ? {} : { state: 'shut off', console: 'Kernel panic\n\u001b[1mat last' }),
    d4: (at) => ({ neighbour: at < 30 ? 'STALE' : 'REACHABLE' }),
    e5: () => ({ console: 'grub>' }),
  });
  const guests = [
    guest('a1'),
    guest('b2', { goal: 'port' }),
    guest('c3', { goal: 'port' }),
    guest('d4', { goal: 'address' }),
    guest('e5', { timeout: 40 }),
  ];
  const [a, b, c, d, e] = await waitForGuests(host, guests);
  expect(a).toMatchObject({ addresses: ['10.0.0.1'], lines: [] });
  // Some seconds after the message.
  expect(a?.seconds).toBeGreaterThanOrEqual(105);
  expect(now()).toBeLessThan(115);
  expect(b).toEqual({ seconds: expect.any(Number), addresses: ['10.0.0.2'], lines: [], warning: undefined });
  expect(b?.seconds).toBeLessThan(30);
  expect(c).toMatchObject({
    problem: { text: "can't become ready: its state is shut off (crashed)", kind: 'failed' },
    lines: ['Kernel panic', 'at last'],
  });
  expect(c?.seconds).toBeLessThan(20);
  expect(d).toMatchObject({ addresses: ['10.0.0.4'] });
  expect(d).not.toHaveProperty('problem');
  expect(e).toMatchObject({
    problem: { text: expect.stringMatching(/^is not ready after 40 s: no guest agent/) },
    seconds: 40,
    lines: ['grub>'],
  });
  expect(reports[0]).toBe(
    'a1: wait for cloud-init (0 s of 300 s); b2, c3: wait for port 22 (0 s of 300 s); d4: wait for its addresses (0 s of 300 s); e5: wait for cloud-init (0 s of 40 s)',
  );
  expect(reports.at(-1)).toMatch(/^a1: wait for cloud-init \(\d+ s of 300 s\)$/);
});

it('guests that are ready are known by one look', async () => {
  const { host, programs, now } = hostOf({
    a1: () => ({ console: `${FINISHED}Reached target cloud-init.target\n` }),
    b2: () => ({ open: true }),
  });
  const both = [guest('a1'), guest('b2', { goal: 'port' })];
  const ready = { seconds: 0, lines: [], warning: undefined };
  expect(await outcomesNow(host, both)).toEqual([
    { ...ready, addresses: ['10.0.0.1'] },
    { ...ready, addresses: ['10.0.0.2'] },
  ]);
  expect(now()).toBe(0);
  // All domains, and neighbours: none is in a network of libvirt's, which would have leases.
  expect(programs.sort()).toEqual(['ip', 'virsh']);
  expect(await outcomesNow(host, [...both, guest('b2')])).toBeUndefined();
});

it('a guest does not choose where the host connects to', async () => {
  const row = (address: string) =>
    `ci-info: | eth0 | True | ${address} | 255.0.0.0 | global | ${macOf('a1')} |\n`;
  const { host } = hostOf({
    a1: () => ({ console: `${RUNNING}${row('192.0.2.9')}`, neighbour: 'REACHABLE' }),
  });
  const connected = new Set<string>();
  const noting: Host = { ...host, answers: async (address) => !connected.add(address) };
  const dhcp = [{ name: 'eth0', target: 'veth-a1', addresses: [] }];
  const [outcome] = await waitForGuests(noting, [guest('a1', { goal: 'port', timeout: 5, nics: dhcp })]);
  expect([...connected]).toEqual(['10.0.0.1']);
  expect(outcome?.problem?.text).toContain('192.0.2.9 is neither declared, nor leased');
  // It's certain that it has the address, which is all that this is about.
  expect((await waitForGuests(noting, [guest('a1', { goal: 'address', nics: dhcp })]))[0]).toMatchObject({
    addresses: ['192.0.2.9', '10.0.0.1'],
  });
});

it('a container has the addresses that the kernel tells, and they are not connected to either', async () => {
  const mac = macOf('c1');
  const live = `<domain type='lxc' id='10'><name>c1</name><devices><interface type='bridge'><mac address='${mac}'/><target dev='vnet7'/></interface></devices></domain>`;
  const connected = new Set<string>();
  const { host } = hostOf({ c1: () => ({}) });
  const container: Host = {
    ...host,
    answers: async (address) => !connected.add(address),
    list: async (path) => (path === '/proc/10/task' ? ['10'] : []),
    read: async (path) =>
      path.endsWith('/children')
        ? Buffer.from('11')
        : path === '/proc/11/stat'
          ? Buffer.from('11 (x) S')
          : undefined,
    readInside: async () => undefined,
    run: async (program, args, options) => {
      const links = [{ address: mac, addr_info: [{ local: '10.0.0.1' }, { local: '192.0.2.9' }] }];
      if (program === 'nsenter') return { code: 0, stdout: JSON.stringify(links), stderr: '' };
      const answer = await host.run(program, args, options);
      return { ...answer, stdout: answer.stdout.replace(/<domain>[\s\S]*?<\/domain>/g, live) };
    },
  };
  const nics = [{ name: 'eth0', target: 'vnet7', addresses: [] }];
  const one = (more: Partial<Awaited>) => guest('c1', { uri: 'lxc:///system', timeout: 5, nics, ...more });
  const [byAddress] = await waitForGuests(container, [one({ goal: 'address' })]);
  expect(byAddress).toMatchObject({ addresses: ['10.0.0.1', '192.0.2.9'] });
  expect(byAddress).not.toHaveProperty('problem');
  const [byPort] = await waitForGuests(container, [one({ goal: 'port' })]);
  expect([...connected]).toEqual([]);
  expect(byPort?.problem?.text).toContain('10.0.0.1, 192.0.2.9 is neither declared, nor leased');
  const declared = [{ name: 'eth0', target: 'vnet7', addresses: ['10.0.0.1'] }];
  await waitForGuests(container, [one({ goal: 'port', nics: declared })]);
  expect([...connected]).toEqual(['10.0.0.1']);
  // Without cloud-init it may be ready all the same: that is an error only where it is waited for.
  const [byFiles] = await waitForGuests(container, [one({})]);
  expect(byFiles).toMatchObject({ problem: { kind: 'failed' }, seconds: 0 });
  expect(await readyNow(container, 'lxc:///system', ['c1'])).toEqual([]);
});

it('what a console tells of addresses is bounded, and of that guest', async () => {
  const row = (mac: string, i: number) =>
    `ci-info: | eth0 | True | 192.0.${i >> 8}.${i & 255} | 255.0.0.0 | global | ${mac} |\n`;
  const rows = Array.from({ length: 1000 }, (_, i) => row(macOf(i < 500 ? 'b2' : 'a1'), i)).join('');
  const { host } = hostOf({ a1: () => ({ console: `${RUNNING}${rows}` }) });
  for (const goal of ['port', 'address'] as const) {
    const [outcome] = await waitForGuests(host, [guest('a1', { goal, timeout: 5 })]);
    expect(outcome?.problem?.kind).toBe('late');
    // And the declared one.
    expect(outcome?.addresses).toHaveLength(65);
    expect(outcome?.addresses).not.toContain('192.0.0.5');
    expect(outcome?.problem?.text.match(/192\.0\./g) ?? []).toHaveLength(goal === 'port' ? 64 : 0);
  }
});

it('a guest that nothing can tell of does not take the whole time', async () => {
  const uptime = 300_000;
  const { host, now } = hostOf({
    // Its domain has a log since, or it was restored.
    a1: () => ({ uptime, logged: [true, false] }),
    b2: () => ({ uptime, console: '' }),
    c3: () => ({ uptime, logged: [false, false] }),
  });
  const [a, b, c] = await waitForGuests(host, [guest('a1'), guest('b2'), guest('c3')]);
  expect(now()).toBeLessThan(2);
  const unknown = { text: expect.stringMatching(/^is not known to be ready: nothing/), kind: 'unknown' };
  expect([a, b]).toMatchObject([
    { problem: unknown, lines: [] },
    { problem: unknown, lines: [] },
  ]);
  expect(a?.problem?.text).toContain('until');
  expect(c?.problem).toEqual({
    text: expect.stringMatching(/ its console is not logged\. Give/),
    kind: 'failed',
  });
});

it('a guest that was just started has its whole time, and fails then', async () => {
  const { host } = hostOf({ a1: (seconds) => ({ uptime: 500 + seconds * 1000, console: '' }) });
  const [outcome] = await waitForGuests(host, [guest('a1', { timeout: 10 })]);
  expect(outcome?.problem?.kind).toBe('late');
});

it('an agent that does not answer is asked for addresses once', async () => {
  const { host } = hostOf({ a1: () => ({}) });
  let asked = 0;
  const hanging: Host = {
    ...host,
    run: async (program, args, options) => {
      if (args.includes('agent')) {
        asked++;
        throw new Error('virsh did not end in time');
      }
      const answer = await host.run(program, args, options);
      return { ...answer, stdout: answer.stdout.replaceAll("'disconnected'", "'connected'") };
    },
  };
  const [outcome] = await waitForGuests(hanging, [guest('a1', { goal: 'address', timeout: 20 })]);
  expect(outcome?.problem?.kind).toBe('late');
  expect(asked).toBe(1);
});

it('the log of another machine is not read here', async () => {
  const read: string[] = [];
  const { host } = hostOf({ a1: () => ({ console: `${FINISHED}Reached target cloud-init.target\n` }) });
  const readEnd: Host['readEnd'] = (path, most) => {
    read.push(path);
    return host.readEnd(path, most);
  };
  const noting = { ...host, readEnd };
  for (const uri of ['qemu+ssh://other/system', 'qemu:///session'])
    expect(await outcomesNow(noting, [guest('a1', { uri })])).toBeUndefined();
  expect(read).toEqual([]);
  expect(await outcomesNow(noting, [guest('a1')])).toHaveLength(1);
  expect(read).toContain(LOG.replace('NAME', 'a1'));
});

it('a libvirt that restarts ends nothing', async () => {
  const { host, now } = hostOf({ a1: () => ({ console: `${FINISHED}Reached target cloud-init.target\n` }) });
  const failing: Host = {
    ...host,
    run: async (...args) => (now() < 10 ? { code: 1, stdout: '', stderr: 'no socket' } : host.run(...args)),
  };
  expect((await waitForGuests(failing, [guest('a1')]))[0]).not.toHaveProperty('problem');
  const never: Host = { ...host, run: async () => ({ code: 1, stdout: '', stderr: 'no socket' }) };
  expect(await waitForGuests(never, [guest('a1', { timeout: 5 })])).toMatchObject([
    { problem: { text: expect.stringContaining('no socket') } },
  ]);
});

it('progress names some guests', () => {
  const many = [1, 2, 3, 4, 5, 6].map((i) => guest(`web${i}`));
  expect(progressText(many, 35.9)).toBe(
    'web1, web2, web3, web4 and 2 more: wait for cloud-init (35 s of 300 s)',
  );
  expect(progressText(many.slice(0, 5), 0)).toContain('web1, web2, web3, web4, web5: ');
});
