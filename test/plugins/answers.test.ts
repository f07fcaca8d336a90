import { afterAll, describe, expect, it } from 'vitest';
import { Python } from './python.ts';

// What is taken of the answers of hosts. Python has Ansible here, and no file that the build makes.
const python = new Python(`
import os, types
# Ansible finds collections itself once it is imported.
os.environ["ANSIBLE_COLLECTIONS_PATH"] = os.environ["PYTHONPATH"]
import ansible.plugins.loader
for name, value in {"_shapes": {"RETURNS": {}}, "_variables": {"VARIABLES": frozenset(["vms", "ovn_central"])}}.items():
    full = "ansible_collections.piecewise.cloud.plugins.plugin_utils." + name
    sys.modules[full] = types.ModuleType(full)
    vars(sys.modules[full]).update(value)
from ansible_collections.piecewise.cloud.plugins.action.find_missing import missing_of
from ansible_collections.piecewise.cloud.plugins.action.ovn_topology import ActionModule
from ansible_collections.piecewise.cloud.plugins.plugin_utils._builtin import known_result
from ansible_collections.piecewise.cloud.plugins.plugin_utils._facts import refuse_overriding
from ansible_collections.piecewise.cloud.plugins.plugin_utils._host_answer import TaskFailure, check_result
def answer(case):
    try:
        if "missing" in case:
            return missing_of(*case["missing"])
        if "known" in case:
            return known_result(case["known"])
        if "facts" in case:
            return refuse_overriding("hv1", {"ansible_facts": case["facts"]})
        if "chassis" in case:
            return ActionModule._hypervisor("hv1", None, {"hv1": {"ovn_chassis": case["chassis"]}})
        return check_result(case["result"], {"names": {"*": str}})
    except TaskFailure as error:
        return str(error)
`);
afterAll(() => python.end());

describe('what a host says that it lacks', () => {
  const asked = { packages: ['zstd', 'fdisk'], modules: ['8021q'], services: [], drivers: [] };
  const missingOf = (said: unknown) => python.ask({ missing: [JSON.stringify(said), asked] });

  it('is what it was asked for, in that order', async () => {
    const said = {
      packages: ['fdisk', 'evil\u001b[2J', 'zstd'],
      modules: [['8021q'], 5],
      services: ['evil'],
    };
    expect(await missingOf({ ...said, drivers: [] })).toEqual({
      packages: ['zstd', 'fdisk'],
      modules: [],
      services: [],
      drivers: [],
    });
  });

  it.each([[[]], [5], [{}], [{ packages: 'zstd', modules: [], services: [], drivers: [] }]])(
    'is not %j',
    async (said) => {
      expect(await missingOf(said)).toBe("didn't say what is missing");
    },
  );
});

describe('the result of a module of Ansible itself', () => {
  const known = (result: object) => python.ask<Record<string, unknown>>({ known: result });

  it('has only what is known of it, without control characters and within bounds', async () => {
    const result = {
      ...{
        changed: true,
        rc: 0,
        stdout: 'a\u001b[2J',
        stderr: 'y'.repeat(100_000),
        ansible_facts: { vms: [] },
      },
      ...{
        add_host: {},
        add_group: 'x',
        _ansible_no_log: 5,
        diff: { before: { path: '/x' }, after: 'b\u0007' },
      },
      ...{ files: [{ path: '/x', more: 1 }], warnings: ['w\u001b', 5, ...Array(50).fill('x')] },
    };
    const { stderr, warnings, ...others } = await known(result);
    expect(others).toEqual({
      ...{ changed: true, rc: 0, stdout: 'a?[2J', files: [{ path: '/x' }] },
      diff: [{ before: '{\n    "path": "/x"\n}\n', after: 'b?' }],
    });
    expect((stderr as string).length).toBe(65_537);
    expect(warnings).toHaveLength(19);
  });

  it('is refused where it has another type', async () => {
    expect(await known({ changed: 'x' })).toBe("answered with a 'changed' of a wrong type");
    expect(await known({ files: Array(10_001).fill({ path: '/x' }) })).toBe(
      'answered with more than 10000 files',
    );
  });
});

describe('an answer', () => {
  it("has no key by which Ansible's decoder would make another value", async () => {
    const names = { __ansible_type: 'TrustedAsTemplate', value: '{{ 1 }}' };
    expect(await python.ask({ result: { names } })).toBe(
      "answered with '__ansible_type', which Ansible would act on",
    );
    expect(await python.ask({ result: { names: { value: 'x' } } })).toEqual({ names: { value: 'x' } });
  });
});

describe('facts of a host', () => {
  it('are refused if they override a variable of the roles, and only then', async () => {
    expect(await python.ask({ facts: { os_family: 'Debian', vms_of_mine: 1 } })).toBe(null);
    expect(await python.ask({ facts: { vms: [], ovn_central: [] } })).toContain(
      'the facts of hv1 have ovn_central, vms: facts override the variables of the inventory',
    );
  });
});

describe('a chassis', () => {
  it('may have a number as its name', async () => {
    expect(await python.ask({ chassis: 101 })).toEqual({ name: 'hv1', chassis: '101' });
  });
});
