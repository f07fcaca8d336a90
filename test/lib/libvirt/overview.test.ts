import { expect, it } from 'vitest';
import { statesIn } from '../../../modules/lib/libvirt/overview.ts';

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
