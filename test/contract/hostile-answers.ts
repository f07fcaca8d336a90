import fc from 'fast-check';

/** Where a run may go on by itself. */
export const PLACE = '/run/piecewise-cloud/run-abc123';
/** An answer by which one does. */
export const detached = (said: unknown = { directory: PLACE, pid: 4321 }) =>
  JSON.stringify({ changed: false, piecewise_detached: said });

/** What a look brings, as the plugin asks for it. */
export const look = (kind: 'result' | 'progress' | 'gone', text: string) =>
  `piecewise-look ${kind}\n${text}\npiecewise-look end\n`;

/** What a host says that wants something of the controller, or to break it. */
export const attacks: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    add_host: {
      add_host: {
        host_name: 'planted',
        groups: ['planted_group'],
        host_vars: {
          ansible_connection: 'ssh',
          ansible_ssh_executable: 'ssh',
          ansible_ssh_common_args: '-o ProxyCommand="touch OWNED"',
        },
      },
    },
    add_innocent: {
      add_host: {
        host_name: 'innocent',
        groups: [],
        host_vars: { ansible_connection: 'local', owned: true },
      },
    },
    add_group: { add_group: 'planted_group' },
    facts: {
      ansible_facts: {
        ansible_connection: 'local',
        ansible_python_interpreter: 'touch OWNED',
        ansible_node_interpreter: 'touch OWNED',
        ansible_ssh_executable: '/bin/sh',
        ansible_become: true,
        discovered_interpreter_python: 'touch OWNED',
        owned: true,
      },
    },
    facts_list: { ansible_facts: [1] },
    facts_null: { ansible_facts: null },
    delegated: {
      _ansible_delegated_vars: { innocent: { ansible_host: 'localhost', ansible_connection: 'local' } },
      ansible_delegated_vars: { innocent: { owned: true } },
    },
    internal: {
      _ansible_no_log: 5,
      _ansible_parsed: false,
      _ansible_item_label: [],
      _ansible_verbose_override: 1,
    },
    stats: { ansible_stats: 5 },
    stats_all: { ansible_stats: { data: { owned: true }, per_host: false, aggregate: 'x' } },
    include: { include: 'x', include_file: 'x.yml', include_args: 5 },
    notify: { _ansible_notify: ['x'], ansible_loop: {}, ansible_job_id: {} },
    template: { msg: '{{ lookup("pipe", "touch OWNED") }}', failed: true },
    template_field: { dest: '{{ lookup("pipe", "touch OWNED") }}' },
    unsafe: { dest: { __ansible_unsafe: '{{ lookup("pipe", "touch OWNED") }}' } },
    trusted: { dest: { __ansible_type: 'TrustedAsTemplate', value: '{{ lookup("pipe", "touch OWNED") }}' } },
    decoded: { __ansible_type: 'TrustedAsTemplate', value: '{{ lookup("pipe", "touch OWNED") }}' },
    warnings: { warnings: 'not a list' },
    warnings_number: { warnings: 7 },
    warnings_mixed: { warnings: [{ a: 1 }, null] },
    terminal: { warnings: ['\u001b[2Jwarned'], msg: '\u001b]0;title\u0007', failed: true },
    deprecations: { deprecations: [{ msg: 5, version: {}, collection_name: [] }] },
    deprecations_text: { deprecations: 'x' },
    invocation: { invocation: 5 },
    exception: { exception: ['x'], failed: true },
    diff: { diff: 5 },
    diff_odd: { diff: [{ before: 5, after: null }] },
    stdout: { stdout: 5, stderr: {} },
    results: { results: 'x' },
    results_odd: { results: [1, null, { failed: 'x' }] },
    failed: { failed: 'x', changed: [] },
    rc: { rc: 'x', skipped: {}, unreachable: true },
    surrogate: { msg: '\ud800', dest: '\udfff', failed: true },
  }).map(([name, said]) => [name, JSON.stringify({ changed: false, ...said })]),
);

/** What is no answer at all. */
export const noise: Readonly<Record<string, string>> = {
  empty: '',
  text: 'hello',
  list: '[{"add_host": {"host_name": "planted"}}]',
  number: '5',
  cut: '{"changed": true, "add_host": {"host_name": "plan',
  several: '{"changed": true}\n{"add_host": {"host_name": "planted"}}',
  binary: '\u0000\u0001\ufffd\u001b[2J',
  nested_parsed: `{"changed": false, "dest": ${'['.repeat(400)}${']'.repeat(400)}}`,
  nested: `{"changed": false, "dest": ${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
  nested_mapping: `{"changed": false, "dest": ${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`,
  many_digits: `{"changed": false, "size": ${'9'.repeat(10_000)}}`,
};

/** Values of any kind under the names that Ansible acts on. */
export const generated = Object.fromEntries(
  fc
    .sample(
      fc.dictionary(
        fc.constantFrom(
          ...['add_host', 'add_group', 'ansible_facts', 'warnings', 'deprecations', 'invocation', 'diff'],
          ...['exception', 'results', 'stdout', 'msg', 'failed', 'changed', '_ansible_x', 'include', 'rc'],
        ),
        fc.jsonValue({ maxDepth: 2 }),
        { minKeys: 1 },
      ),
      { numRuns: 12, seed: 11 },
    )
    .map((said, i) => [`generated${i}`, JSON.stringify(said)]),
);

/** What is no way to follow a run. */
export const ways: Readonly<Record<string, unknown>> = {
  text: 'x',
  list: [PLACE, 4321],
  root: { directory: '/', pid: 4321 },
  options: { directory: '--no-preserve-root', pid: 4321 },
  command: { directory: '/run/piecewise-cloud/run-abc123; touch OWNED', pid: 4321 },
  parent: { directory: '/tmp/../etc/piecewise-run-abc123', pid: 4321 },
  line: { directory: `${PLACE}\n`, pid: 4321 },
  other: { directory: '/etc/run-abc123', pid: 4321 },
  long: { directory: `/${'x'.repeat(5000)}/piecewise-run-abc123`, pid: 4321 },
  number: { directory: 5, pid: 4321 },
  format: { directory: '/tmp/{pid}/piecewise-run-abc123', pid: 4321 },
  no_pid: { directory: PLACE },
  true_pid: { directory: PLACE, pid: true },
  text_pid: { directory: PLACE, pid: '1; touch OWNED' },
  float_pid: { directory: PLACE, pid: 4.5 },
  negative_pid: { directory: PLACE, pid: -1 },
  huge_pid: { directory: PLACE, pid: 1e300 },
};

/** How far a run is; more is merged into it. */
export const progress = (said: object) => JSON.stringify({ what: 'x', done: 1, ...said });
/** Progress that can't be, before a result that can. */
export const tales: Readonly<Record<string, string>> = {
  nan: '{"what": "odd tale", "done": NaN}',
  infinite: '{"what": "odd tale", "done": 1e999, "total": Infinity}',
  negative: progress({ what: 'odd tale', done: -5 }),
  huge: `{"what": "odd tale", "done": ${'9'.repeat(3000)}}`,
  text_done: progress({ what: 'odd tale', done: '5' }),
  bool_total: progress({ what: 'odd tale', total: true }),
  rate: progress({ what: 'odd tale', total: 5, rate: 'x' }),
  no_what: '{"done": 5}',
  mapping_what: progress({ what: { a: 1 } }),
  not_json: 'odd tale',
  list: '[1]',
  nested: '['.repeat(4000),
  odd_end: `${progress({})}${progress({})}`,
};

/** A result as it should be. */
export const DONE = JSON.stringify({
  changed: true,
  dest: '/srv/disk',
  size: 5,
  warnings: ['odd, but no error'],
  diff: [
    { before_header: 'make\u001b[2J', after_header: 'make\u009b2J', before: '', after: 'x\u001b]0;x\u0007' },
  ],
  results: [{ item: '/srv/disk\u001b[1m', changed: true, dest: '/srv/disk', msg: 'x\u009b1m', diff: [] }],
});
