import { expect, it } from 'vitest';
import { readOverview, statesIn } from '../../../modules/lib/libvirt/overview.ts';
import { noHost } from '../../support/fake.ts';

it('reads the states of all domains, whatever they are called', () => {
  const text = `Domain: 'web1'
  state.state=1
  state.reason=1

Domain: 'it's off'
  state.state=5
  state.reason=0
Domain: 'of another release'
  state.state=99
`;
  expect([...statesIn(text)]).toEqual([
    ['web1', 'running'],
    ["it's off", 'shut off'],
    ['of another release', 'state 99'],
  ]);
});

/** A libvirt with some domains, whose driver has no `domstats`. */
function containers(states: Record<string, string>) {
  const scripts: string[] = [];
  const answer = (command: string): string => {
    const [, name = ''] = /--domain "(.*)"$/.exec(command) ?? [];
    if (command === 'version') return 'Running hypervisor: LXC 6.18\n';
    if (command === 'list --all --name') return `${Object.keys(states).join('\n')}\n`;
    if (command === 'list --all --name --autostart') return 'a\n';
    if (command.startsWith('domstate')) return `${states[name]}\n\n`;
    if (command.startsWith('dumpxml --inactive'))
      return name === 'removed' ? '' : `<domain type='lxc'><uuid>${name}</uuid></domain>`;
    return command.startsWith('dumpxml') ? `<domain type='lxc' id='7'><uuid>${name}</uuid></domain>` : '';
  };
  const run = async (_: string, args: readonly string[]) => {
    const script = args.at(-1) ?? '';
    scripts.push(script);
    if (script.includes('domstats')) return { code: 1, stdout: '', stderr: 'not supported' };
    const parts = script.split('; ').filter((command) => !command.startsWith('echo --err'));
    const stdout = parts.map((one) => (one.startsWith('echo ') ? one.slice(5) : answer(one))).join('');
    return { code: 0, stdout, stderr: '' };
  };
  return { host: { ...noHost, run }, scripts };
}

it('reads containers by two processes, each with its own state', async () => {
  const { host, scripts } = containers({ a: 'running', off: 'shut off', p: 'paused', removed: '' });
  const { domains, version } = await readOverview(host, 'lxc:///system');
  expect(
    domains.map(({ name, uuid, state, autostart, live }) => [
      name,
      uuid,
      state,
      autostart,
      live?.attributes.id,
    ]),
  ).toEqual([
    ['a', 'a', 'running', true, '7'],
    ['off', 'off', 'shut off', false, undefined],
    ['p', 'p', 'paused', false, '7'],
  ]);
  expect(version).toContain('LXC');
  expect(scripts).toHaveLength(2);
});

it('needs one process where there are no containers', async () => {
  const { host, scripts } = containers({});
  expect((await readOverview(host, 'lxc:///system')).domains).toEqual([]);
  expect(scripts).toHaveLength(1);
});
