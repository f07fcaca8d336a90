import { afterAll, expect, it } from 'vitest';
import { Python } from './python.ts';

// In the place of Ansible, a program tells what it finds: the files in its directory, and what its inventory is.
const python = new Python(`
import os, tempfile
from ansible_collections.piecewise.cloud.plugins.plugin_utils import _live_guests as live_guests
live_guests.PROGRAM = """
import os, sys
inventory = sys.argv[sys.argv.index('-i') + 1]
directory = sys.argv[sys.argv.index('--playbook-dir') + 1]
print(open(inventory).read())
print('files', sorted(os.listdir(directory)), 'named', os.path.exists(os.path.realpath(inventory)))
"""
said = []
live_guests.live_answer.results_in = lambda output, named: said.append(output) or {}
def answer(variables):
    live_guests.ask([live_guests.Asked("hv1", variables, ["a"])], 5)
    return said.pop()
`);
afterAll(() => python.end());

it('passwords for hypervisors are in no file that has a name', async () => {
  const said = (await python.ask({ ansible_password: 'pa55', ansible_user: 'joe' })) as string;
  expect(said).toContain('ansible_password: pa55');
  expect(said).toContain('ansible_host: hv1');
  expect(said).toContain("files ['errors', 'output'] named False");
});
