import { expect, it } from 'vitest';
import { scopeOf } from '../../../modules/objects/vm/scope.ts';
import { type State, vm } from '../../../modules/objects/vm/vm.ts';
import { vmOf } from './given.ts';
import { plan, stateOf, xmlOf } from './state.ts';

const DEFINED = xmlOf(plan());

/** What a task with these steps does to a VM whose definition, disk and seed are not as its entry says. */
function titles(steps: string, state: 'running' | 'shut off' | 'undefined'): string[] {
  const one = vmOf({ steps, memory: '7 GiB', disk_size: '99G', user_data: { timezone: 'UTC' } });
  const seen = stateOf(one, state === 'undefined' ? undefined : DEFINED);
  if (seen.domain instanceof Error) throw seen.domain;
  const { domain: found } = seen.domain;
  const live = state === 'running' ? found?.definition : undefined;
  const domain = found && { ...found, state, live };
  return vm
    .plan(one, { ...seen, domain: { ...seen.domain, domain } } as State)
    .changes.map(({ title }) => title);
}

it.each([
  ['start', 'shut off', ['start domain web1']],
  ['start', 'running', []],
  ['stop', 'running', ['shut down domain web1']],
  ['stop', 'shut off', []],
  ['stop', 'undefined', []],
  ['restart', 'running', ['restart domain web1']],
  ['restart', 'shut off', ['start domain web1']],
] as const)('a task to %s a VM that is %s changes nothing else', (steps, state, changes) => {
  expect(titles(steps, state)).toEqual(changes);
});

it.each(['start', 'restart'])(
  'a task to %s a VM that is not defined is an error with the way out',
  (steps) => {
    expect(() => titles(steps, 'undefined')).toThrow(
      'VM web1 is not defined on this host: make it first (playbooks/vms.yml)',
    );
  },
);

it('what is to run is started and restarted, and all that is not to be absent is stopped', () => {
  const included = (steps: string) =>
    ['running', 'present', 'stopped', 'absent', undefined].filter(
      (state) => scopeOf({ name: 'web1', steps, state }) === 'included',
    );
  expect(included('start')).toEqual(['running', undefined]);
  expect(included('restart')).toEqual(['running', undefined]);
  expect(included('stop')).toEqual(['running', 'present', 'stopped', undefined]);
  expect(included('all')).toHaveLength(5);
});
