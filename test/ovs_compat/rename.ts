/** A task of a playbook: a module's name with its options, and keywords beside it. */
export type Task = Record<string, unknown>;

const THEIRS = 'openvswitch.openvswitch.openvswitch_';

const NAMES: Record<string, string> = {
  bridge: 'piecewise.cloud.ovs_bridge',
  port: 'piecewise.cloud.ovs_port',
  bond: 'piecewise.cloud.ovs_port',
};

// `set: TABLE RECORD COLUMN[:KEY]=VALUE ...` as options, by README's table.
function fromSet(set: string | readonly string[]): Task {
  const options: Record<string, unknown> = {};
  for (const words of [set].flat()) {
    for (const [, column = '', key, value = ''] of words.matchAll(/ (\w+)(?::([\w-]+))?=(\S+)/g)) {
      if (key) options[column] = { ...(options[column] as object), [key]: value };
      else options[column] = value;
    }
  }
  return options;
}

/** The task with only the module's name changed; and with options for `set`, which ours have not. */
export function renamed(task: Task): Task {
  const [[name = '', given] = []] = Object.entries(task).filter(([key]) => key.startsWith(THEIRS));
  const { [name]: _, ...keywords } = task;
  const { set, ...options } = given as Task & { set?: string | string[] };
  return {
    [NAMES[name.slice(THEIRS.length)] ?? name]: { ...options, ...(set === undefined ? {} : fromSet(set)) },
    ...keywords,
  };
}
