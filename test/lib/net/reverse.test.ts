import { expect, it } from 'vitest';
import { reverseName } from '../../../modules/lib/net/reverse.ts';

it('the name of an address is asked with its parts in reverse', () => {
  expect(reverseName(4, '10.20.0.5')).toBe('5.0.20.10.in-addr.arpa');
  expect(reverseName(6, '2001:db8::567:89ab')).toBe(
    'b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa',
  );
});
