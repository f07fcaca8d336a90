import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agentAnswers, askCloudInit } from '../../../modules/lib/guest/agent.ts';
import { parseExecuted, parseReturn, parseStatus } from '../../../modules/lib/guest/agent-answers.ts';
import { noHost } from '../../support/fake.ts';

const GUEST = { uri: 'qemu:///system', name: 'web1' };

/** A host whose guest's agent answers by command; undefined where it doesn't. */
const agent = (answers: Record<string, unknown>) => ({
  ...noHost,
  run: async (program: string, args: readonly string[]) => {
    expect([program, ...args.slice(0, 5)]).toEqual([
      'virsh',
      '--quiet',
      '--connect',
      'qemu:///system',
      'qemu-agent-command',
      '--domain',
    ]);
    expect(args).toContain('--timeout');
    const { execute } = JSON.parse(args.at(-1) ?? '') as { execute: string };
    const answer = answers[execute];
    if (answer === undefined) return { code: 1, stdout: '', stderr: 'error: Guest agent is not responding' };
    return {
      code: 0,
      stdout: typeof answer === 'string' ? answer : JSON.stringify({ return: answer }),
      stderr: '',
    };
  },
});
const printed = (text: string, exitcode = 0) => ({
  exited: true,
  exitcode,
  'out-data': Buffer.from(text).toString('base64'),
});

describe('a guest agent', () => {
  it('answers, or not', async () => {
    expect(await agentAnswers(agent({ 'guest-ping': {} }), GUEST)).toBe(true);
    expect(await agentAnswers(agent({}), GUEST)).toBe(false);
    expect(await agentAnswers(agent({ 'guest-ping': 'garbage' }), GUEST)).toBe(false);
  });

  it('is asked for the status of cloud-init in two questions', async () => {
    expect(await askCloudInit(agent({ 'guest-exec': { pid: 7 } }), GUEST, undefined)).toEqual({ started: 7 });
    expect(await askCloudInit(agent({ 'guest-exec-status': { exited: false } }), GUEST, 7)).toEqual({
      started: 7,
    });
    expect(await askCloudInit(agent({ 'guest-exec-status': printed('status: done\n') }), GUEST, 7)).toEqual({
      started: undefined,
      status: { status: 'done', detail: '' },
    });
    // It was restarted.
    expect(await askCloudInit(agent({}), GUEST, 7)).toEqual({ started: undefined });
    // It doesn't allow it, or there is no cloud-init.
    const refused = { started: undefined, refused: true };
    expect(await askCloudInit(agent({}), GUEST, undefined)).toEqual(refused);
    expect(await askCloudInit(agent({ 'guest-exec': { pid: 'x' } }), GUEST, undefined)).toEqual(refused);
    expect(
      await askCloudInit(agent({ 'guest-exec-status': printed('no such command', 127) }), GUEST, 7),
    ).toEqual(refused);
  });
});

describe('what cloud-init says', () => {
  it.each([
    ['status: running\n', 0, { status: 'running', detail: '' }],
    ['status: not started\n', 0, { status: 'running', detail: '' }],
    ['status: disabled\n', 0, { status: 'disabled', detail: '' }],
    ['status: done\nboot_status_code: x\ndetail:\nDataSourceNoCloud\n', 0, { status: 'done', detail: '' }],
    [
      'status: done\nextended_status: degraded done\ndetail: DataSource\nerrors: []\n',
      2,
      { status: 'done', detail: 'detail: DataSource errors: []' },
    ],
    [
      "status: error\ndetail:\n('runcmd', \u001b[2JX)\n",
      1,
      { status: 'error', detail: "detail: ('runcmd', X)" },
    ],
    ['no status', 0, undefined],
  ])('%j', (stdout, code, expected) => expect(parseStatus({ stdout, code })).toEqual(expected));

  it('is cut', () => {
    const { detail = '' } =
      parseStatus({ stdout: `status: error\ndetail: ${'x'.repeat(9999)}`, code: 1 }) ?? {};
    expect(detail.length).toBe(501);
  });

  it('may be anything', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), fc.anything(), (text, value) => {
        parseExecuted(parseReturn(text));
        parseExecuted(value);
        parseStatus({ code: 0, stdout: text });
      }),
    );
    expect(parseReturn(`{"return": "${'x'.repeat(300_000)}"}`)).toBeUndefined();
    expect(parseReturn('[1]')).toBeUndefined();
  });
});
