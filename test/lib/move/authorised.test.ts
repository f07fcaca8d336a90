import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { authorisedLine, withLine, withoutMove } from '../../../modules/lib/move/authorised.ts';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJx6 root@hv1';
const UNTIL = '202612010555Z';
const line = (id = 'abc') =>
  authorisedLine(id, KEY, '10.0.0.1', ['/run/libvirt/libvirt-sock', '/run/x/m'], UNTIL);

describe('the line of a move', () => {
  it('allows its sockets and nothing else, from one address, until a time', () => {
    const [options = '', type, key, comment] = line().split(' ');
    expect(options.split(',')).toEqual([
      'restrict',
      'port-forwarding',
      'command="/bin/false"',
      'from="10.0.0.1"',
      'expiry-time="202612010555Z"',
      'permitopen="[/run/libvirt/libvirt-sock]:*"',
      'permitopen="[/run/x/m]:*"',
      'permitlisten="[/]:1"',
    ]);
    expect([type, key, comment]).toEqual([...KEY.split(' ').slice(0, 2), 'piecewise-move-abc']);
  });

  it('is added to the file and removed from it without a change of other lines', () => {
    const other = fc.stringMatching(/^[ -~]{0,40}$/).filter((text) => !text.endsWith(' piecewise-move-abc'));
    const file = fc.array(other).map((lines) => lines.map((text) => `${text}\n`).join(''));
    fc.assert(
      fc.property(file, (text) => {
        const added = withLine(text, line());
        expect(added).toContain(`${line()}\n`);
        expect(withoutMove(added, 'abc')).toBe(text);
        expect(withoutMove(added, 'abcd')).toBe(added);
      }),
    );
  });

  it('begins a line of its own after a last line without an end', () => {
    expect(withLine('ssh-rsa AAAA joe', line())).toBe(`ssh-rsa AAAA joe\n${line()}\n`);
  });
});
