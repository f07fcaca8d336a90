import type { Hostile } from './hostile.ts';
import { attacks, DONE, detached, generated, look, noise, progress, tales, ways } from './hostile-answers.ts';

/** Characters that no answer has. */
const HUGE = 24 * 1024 ** 2;

const entries = <T>(prefix: string, from: Readonly<Record<string, T>>, host: (said: T) => Hostile) =>
  Object.entries(from).map(([name, said]): [string, Hostile] => [
    `${prefix}-${name.replaceAll('_', '-')}`,
    host(said),
  ]);

const refused = { ...attacks, ...noise, ...generated };

/** Hosts that answer a module. */
export const answering: Readonly<Record<string, Hostile>> = Object.fromEntries([
  ...entries('first', refused, (first) => ({ first })),
  ...entries('result', refused, (said) => ({ first: detached(), looks: [look('result', said)] })),
  ...entries('way', ways, (said) => ({ first: detached(said), looks: [look('result', DONE)] })),
  ...entries('tale', tales, (said) => ({
    first: detached(),
    looks: [look('progress', said), look('result', DONE)],
  })),
  [
    'huge-result',
    {
      script: `case $command in
  *piecewise-look*) echo piecewise-look result; head -c ${HUGE} /dev/zero | tr '\\0' x; echo; echo piecewise-look end ;;
  *node*) cat >/dev/null; echo '${detached()}' ;;
esac`,
    },
  ],
  [
    'huge-first',
    {
      script: `cat >/dev/null; echo '{"changed": false, "dest": "'; head -c ${HUGE} /dev/zero | tr '\\0' x; echo '"}'`,
    },
  ],
  // The script that looks is run as it is, by a host that doesn't know what waits for it there.
  [
    'honest-huge',
    {
      script: `directory=/tmp/piecewise-run-huge00
case $command in
  *piecewise-look*) sh -c "$command" >"$here/looked"; wc -c <"$here/looked" >"$here/size"; cat "$here/looked" ;;
  *node*) cat >/dev/null; mkdir -p $directory; head -c ${HUGE} /dev/zero | tr '\\0' x >$directory/result
    echo '${detached({ directory: '/tmp/piecewise-run-huge00', pid: 4321 })}' ;;
  *rm*) sh -c "$command" ;;
esac`,
    },
  ],
  ['marks', { first: detached(), looks: ['piecewise-look result\n'.repeat(300_000), look('result', DONE)] }],
  [
    'gone',
    {
      first: detached(),
      looks: [look('gone', `\u001b[2J{{ lookup("pipe", "touch OWNED") }}${'y'.repeat(50_000)}`)],
    },
  ],
  [
    'flood',
    {
      first: detached(),
      looks: [look('progress', progress({ what: 'flood'.repeat(700) })), look('result', DONE)],
    },
  ],
  [
    'slow',
    {
      first: detached(),
      looks: [
        look('progress', progress({ what: 'slow tale', total: 1e18, rate: 5e-324 })),
        look('result', DONE),
      ],
    },
  ],
  [
    'good',
    { first: detached(), looks: [look('progress', progress({ what: 'good tale' })), look('result', DONE)] },
  ],
  [
    'large',
    {
      first: detached(),
      looks: [
        look(
          'result',
          JSON.stringify({
            changed: true,
            results: Array(5000).fill({ item: 'x'.repeat(1000), changed: true }),
          }),
        ),
      ],
    },
  ],
]);

const alive = look('progress', progress({ what: 'still', total: 4 }));
/** Hosts whose work goes on without a word. */
export const silent: Readonly<Record<string, Hostile>> = {
  silent: { first: detached(), looks: [alive] },
  still: { first: detached(), looks: [look('progress', '')] },
};

/** A host that takes a file slowly, and says what it likes of it. */
const slow = (stat: string, end = '', file = '{"stat": {"exists": false}}') => ({
  script: `case $command in
  *python3*) cat >/dev/null; echo '${file}' ;;
  *'echo ~'*) echo /root ;;
  *mkdir*) echo /tmp/hostile ;;
  *dd*of=*) cat >/dev/null; sleep 2.5 ;;
  *stat*-c*) ${stat} ;;
  *'mv -f'*) ${end || ':'} ;;
esac`,
});

/** One that leaves a look without an answer. */
export const mute: Readonly<Record<string, Hostile>> = {
  mute: {
    script: `case $command in *piecewise-look*) sleep 20 ;; *) cat >/dev/null; echo '${detached()}' ;; esac`,
  },
};

/** Hosts that take a file. */
export const uploads: Readonly<Record<string, Hostile>> = {
  'size-of-list': slow('echo 1', '', '{"stat": [1]}'),
  'size-of-nothing': slow('echo 1', '', '{}'),
  'size-of-words': slow('echo 1', '', '{"stat": {"exists": "no", "size": "1", "isreg": {}, "checksum": 5}}'),
  'size-text': slow('echo odd tale'),
  'size-negative': slow('echo -5'),
  'size-float': slow('echo 1e9'),
  'size-digits': slow("head -c 5000 /dev/zero | tr '\\0' 9"),
  'size-other': slow("printf '\\331\\241\\331\\242'"),
  'size-huge': slow("head -c 20000000 /dev/zero | tr '\\0' x"),
  'size-none': slow('exit 1'),
  'size-larger': slow('echo 999999999999999'),
  'size-late': slow('sleep 30'),
  refuses: slow(
    'echo 1',
    'printf \'\\033[2J{{ lookup("pipe", "touch OWNED") }}\' >&2; head -c 50000 /dev/zero | tr \'\\0\' y >&2; exit 1',
  ),
};

/** One that takes it for ever. */
export const hanging: Readonly<Record<string, Hostile>> = {
  hangs: { script: slow('echo 5').script.replace('sleep 2.5', 'sleep 30') },
};

/** One that asks for an archive of another hypervisor's VM. */
export const thieves: Readonly<Record<string, Hostile>> = {
  thief: { first: JSON.stringify({ changed: false, piecewise_uploads: { image: '/srv/x' } }) },
};

const obedient = { script: 'mkdir -p "$here/folder" && cd "$here" && HOME=$here exec sh -c "$command"' };
/** Hosts that do as they are told, each in a directory of its own. */
export const honest: Readonly<Record<string, Hostile>> = { dash: obedient, folder: obedient };

// What is asked for, and what isn't; `received` is all that the controller has sent.
const lacking = JSON.stringify({ packages: ['planted'], modules: [], services: ['planted'], drivers: [] });
const planting = {
  script: `facts="\\"ansible_facts\\": {\\"hypervisor_node_binary\\": \\"$here/../../secret\\", \\"ovn_central\\": [\\"planter\\"]}"
case $command in
  *async_wrapper*) echo "{$facts, \\"started\\": 1, \\"finished\\": 0, \\"ansible_job_id\\": \\"j1\\"}" ;;
  *python3*) cat >>"$here/received"; echo "{$facts, \\"changed\\": false, \\"rc\\": 0, \\"stdout\\": \\"${lacking.replaceAll('"', '\\\\\\"')}\\", \\"stat\\": {\\"exists\\": false}}" ;;
  *node*) cat >>"$here/received"; echo "{$facts, \\"changed\\": false}" ;;
  *'echo ~'*) echo /root ;;
  *mkdir*) echo /tmp/hostile ;;
  *dd*of=*) cat >>"$here/received" ;;
esac`,
};
/** Hosts that give facts to every module. */
export const factual: Readonly<Record<string, Hostile>> = {
  'facts-role': planting,
  'facts-modules': planting,
};
/** The same, to a task of a user. */
export const gathered: Readonly<Record<string, Hostile>> = { gathered: planting };

/** All of them. */
export const hosts = { ...answering, ...silent, ...mute, ...uploads, ...hanging, ...thieves, ...honest };
