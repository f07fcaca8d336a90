import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../../modules/lib/ansible/coerce.ts';
import type { Host } from '../../../modules/lib/host/host.ts';
import { applyLive } from '../../../modules/lib/libvirt/live/apply/apply.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';
import { applyStep } from '../../../modules/objects/domain/apply.ts';
import { type DomainOptions, domainOptions } from '../../../modules/objects/domain/options/options.ts';
import type { Step } from '../../../modules/objects/domain/plan/step.ts';

const URI = 'lxc:///system';
const MAC = '52:54:00:00:00:01';
const OTHER = '52:54:00:00:00:02';

/** What becomes of a container within the two seconds after its start. */
type Fate = 'lives' | 'ends at once' | 'ends' | 'is a zombie' | 'reboots' | 'gets another first process';

/** A host with a container `c`, whose process of libvirt is 100 and whose first process is 101. */
class Hypervisor {
  readonly calls: string[] = [];
  readonly batches: string[] = [];
  readonly slept: number[] = [];
  states = ['running'];
  private isAttached = true;
  constructor(
    private readonly fate: Fate = 'lives',
    private readonly refuses: Readonly<Record<string, string>> = {},
  ) {}

  private get isLater() {
    return this.slept.length > 0;
  }

  /** The domain's number, and its first process. */
  private get now(): readonly [string, string] {
    if (this.fate === 'ends at once' || (this.fate === 'ends' && this.isLater)) return ['-', ''];
    if (this.fate === 'reboots' && this.isLater) return ['200', '201'];
    return ['100', this.fate === 'gets another first process' && this.isLater ? '102' : '101'];
  }

  readonly host = {
    now: () => 0,
    report: () => {},
    sleep: async (milliseconds: number) => {
      this.slept.push(milliseconds);
    },
    list: async (path: string) => (path === `/proc/${this.now[0]}/task` ? ['7'] : []),
    read: async (path: string) => this.read(path),
    withNewDirectory: async (_: string, use: (path: string) => Promise<unknown>) => use('/tmp/x'),
    write: async () => {},
    run: async (program: string, args: readonly string[], { input = '' } = {}) =>
      program === 'virsh' ? this.virsh(args) : this.nsenter(args, input),
  } as unknown as Host;

  private read(path: string) {
    const [id, process] = this.now;
    const state = this.fate === 'is a zombie' && this.isLater ? 'Z' : 'S';
    const files: Record<string, string> = {
      [`/proc/${id}/task/7/children`]: process,
      [`/proc/${process}/stat`]: `${process} (a) Z (b) ${state} ${id} 1`,
    };
    const text = files[path];
    return text === undefined ? undefined : Buffer.from(text);
  }

  private virsh(args: readonly string[]) {
    const said = (stdout: string) => ({ code: 0, stdout, stderr: '' });
    const words = args.slice(3);
    if (words.length === 1) return this.batch(words[0] as string);
    const [command = ''] = words;
    if (command === 'domstate')
      return said(`${this.states.length > 1 ? this.states.shift() : this.states[0]}\n`);
    if (command === 'domid') return said(`${this.now[0]}\n`);
    if (command === 'dumpxml')
      return said(
        `<domain type='lxc'><devices>${this.isAttached ? nic(MAC) : ''}${nic(OTHER)}</devices></domain>`,
      );
    this.calls.push(words.join(' '));
    if (command === 'detach-device') this.isAttached = false;
    const refusal = this.refuses[command];
    return refusal === undefined ? said('') : { code: 1, stdout: '', stderr: `error: ${refusal}\n` };
  }

  /** Commands of virsh's shell, with a mark after each. */
  private batch(script: string) {
    const out: string[] = [];
    const err: string[] = [];
    for (const command of script.split('; ')) {
      const [name = ''] = command.split(' ');
      if (name !== 'echo') this.calls.push(command);
      if (name === 'domid') out.push(this.now[0]);
      if (name in this.refuses) err.push(`error: ${this.refuses[name]}`);
      if (command.startsWith('echo --err')) err.push(`error: ${command.split(' ')[2]}`);
      else if (name === 'echo') out.push(command.split(' ')[1] as string);
    }
    return { code: 0, stdout: out.join('\n'), stderr: err.join('\n') };
  }

  private nsenter(args: readonly string[], input: string) {
    this.calls.push(`nsenter ${args.join(' ')}`);
    this.batches.push(...input.split('\n').filter(Boolean));
    if ('nsenter' in this.refuses) return { code: 1, stdout: '', stderr: `${this.refuses.nsenter}\n` };
    const links = [
      { ifname: 'lo', address: '00:00:00:00:00:00' },
      { ifname: 'eth0', address: OTHER },
      { ifname: 'vnet5', address: MAC },
    ];
    return { code: 0, stdout: JSON.stringify(links), stderr: '' };
  }
}

const nic = (mac: string, more = '') => `<interface type='bridge'><mac address='${mac}'/>${more}</interface>`;
const options = (given: object = {}) =>
  withDefaults(domainOptions, { name: 'c', uri: URI, ...given }) as DomainOptions;
const apply = (hypervisor: Hypervisor, step: Step, given?: object) =>
  applyStep(hypervisor.host, step, options(given));

describe('a container is started', () => {
  it.each(['lives', 'reboots'] as const)('if it %s', async (fate) => {
    const hypervisor = new Hypervisor(fate);
    await apply(hypervisor, { act: 'start' });
    expect(hypervisor.calls).toEqual(['start --domain "c"', 'domid --domain "c"']);
    expect(hypervisor.slept).toEqual([2000]);
  });

  it.each(['ends at once', 'ends', 'is a zombie', 'gets another first process'] as const)(
    'with an error if it %s',
    async (fate) => {
      await expect(apply(new Hypervisor(fate), { act: 'start' })).rejects.toThrow(
        /container c does not run: its first process ended.*'init'.*'idmap'.*\/var\/log\/libvirt\/lxc\/c\.log/,
      );
    },
  );

  it("with libvirt's error if it has one", async () => {
    const hypervisor = new Hypervisor('ends at once', { start: 'cannot find init path' });
    await expect(apply(hypervisor, { act: 'start' })).rejects.toThrow(
      'libvirt refuses to start: cannot find init path',
    );
  });

  it('and paused at once, since the driver starts none that is paused', async () => {
    const hypervisor = new Hypervisor();
    await apply(hypervisor, { act: 'start paused' });
    expect(hypervisor.calls).toEqual(['start --domain "c"', 'suspend --domain "c"']);
  });

  it('without a look at processes of another host', async () => {
    const hypervisor = new Hypervisor('ends at once');
    await apply(hypervisor, { act: 'start' }, { uri: 'lxc+ssh://other/system' });
    expect(hypervisor.slept).toEqual([]);
  });
});

describe('a virtual machine', () => {
  it('is started and undefined as before', async () => {
    const hypervisor = new Hypervisor('ends at once');
    const uri = 'qemu:///system';
    for (const act of ['start', 'start paused', 'undefine'] as const)
      await apply(hypervisor, { act }, { uri });
    expect(hypervisor.calls).toEqual([
      'start --domain c',
      'start --domain c --paused',
      'undefine --domain c --managed-save --snapshots-metadata --checkpoints-metadata --nvram',
    ]);
  });
});

describe('a paused container is shut down', () => {
  it('after it was resumed, since it hears nothing', async () => {
    const hypervisor = new Hypervisor();
    hypervisor.states = ['paused', 'running', 'shut off'];
    await apply(hypervisor, { act: 'shut down' });
    expect(hypervisor.calls).toEqual(['resume --domain c', 'shutdown --domain c']);
  });
});

describe('a container is undefined', () => {
  it('without flags of QEMU, which its driver refuses', async () => {
    const hypervisor = new Hypervisor();
    await apply(hypervisor, { act: 'undefine' });
    expect(hypervisor.calls).toEqual(['undefine --domain c']);
  });
});

describe('an interface of a running container', () => {
  const target = { uri: URI, name: 'c', detachTimeout: 1 };
  const attach = (hypervisor: Hypervisor, more = '') =>
    applyLive(hypervisor.host, target, { act: 'attach', device: parseXml(nic(MAC, more)) });

  it('is named, addressed and set up in the network of the container', async () => {
    const hypervisor = new Hypervisor();
    const device = `<ip family='ipv4' address='10.0.0.2' prefix='24'/><guest dev='lan7'/>
      <route family='ipv4' address='0.0.0.0' prefix='0' gateway='10.0.0.1'/>`;
    expect(await attach(hypervisor, device)).toEqual({});
    expect(hypervisor.calls).toEqual([
      'attach-device --domain c --live --file /tmp/x/0.xml',
      'nsenter -t 101 -n ip -json link',
      'nsenter -t 101 -n ip -batch -',
    ]);
    expect(hypervisor.batches).toEqual([
      'link set dev vnet5 name lan7',
      'address replace 10.0.0.2/24 dev lan7',
      'link set dev lan7 up',
      'route replace 0.0.0.0/0 via 10.0.0.1 dev lan7',
    ]);
  });

  it('gets the first free name without one', async () => {
    const hypervisor = new Hypervisor();
    await attach(hypervisor);
    expect(hypervisor.batches).toEqual(['link set dev vnet5 name eth1', 'link set dev eth1 up']);
  });

  it('stays down if its definition says so', async () => {
    const hypervisor = new Hypervisor();
    await attach(hypervisor, "<link state='down'/><guest dev='lan7'/>");
    expect(hypervisor.batches).toEqual(['link set dev vnet5 name lan7']);
  });

  it('says why it is not set up', async () => {
    expect(await attach(new Hypervisor('lives', { nsenter: 'File exists' }))).toEqual({
      later: `interface ${MAC} is attached, but not set up in the container: File exists`,
    });
    expect((await attach(new Hypervisor('ends at once'))).later).toContain(
      'container c has no first process',
    );
  });

  it('is detached by its XML, and told from the others by its address', async () => {
    const hypervisor = new Hypervisor();
    const step = { act: 'detach', device: parseXml(nic(MAC)) } as const;
    expect(await applyLive(hypervisor.host, target, step)).toEqual({ later: undefined });
    expect(hypervisor.calls).toEqual(['detach-device --domain c --live --file /tmp/x/0.xml']);
  });
});
