import { type Failure, Failures, OptionError } from '../../lib/failure.ts';
import { parseIp } from '../../lib/net/address.ts';
import type { CentralOptions } from './options.ts';

/** The most members: each change waits for a majority of them. */
const MOST = 7;

function membersProblems({ members }: CentralOptions): string[] {
  const entries = Object.entries(members);
  const byAddress = new Map<string, string>();
  const problems = entries.flatMap(([name, address]) => {
    if (!address) return [`${name} has no address: give it one in the inventory`];
    const ip = parseIp(address)?.ip;
    if (ip === undefined) return [`${name} has '${address}', which is not an IP address without a prefix`];
    const twin = byAddress.get(ip);
    byAddress.set(ip, name);
    return twin ? [`${twin} and ${name} have the same address, ${ip}: give each its own`] : [];
  });
  const count = entries.length;
  if (count % 2 === 0 && count > 0) {
    problems.push(
      `has ${count} hosts: give ${count - 1} or ${count + 1} (ovn_central). A majority must live, so an even number bears no more failures than one less`,
    );
  }
  if (count > MOST) problems.push(`has ${count} hosts: give at most ${MOST}`);
  return problems;
}

/** Checks what the types of options can't. @throws Failure that names all problems */
export function checkCentral(options: CentralOptions): void {
  const { state, name, members, dead } = options;
  const problems: Failure[] = [];
  if (state === 'present') {
    if (!Object.hasOwn(members, name)) {
      problems.push(new OptionError('members', `doesn't have ${name}: add it, or give 'state: absent'`));
    }
    problems.push(...membersProblems(options).map((text) => new OptionError('members', text)));
  }
  for (const [i, address] of dead.entries()) {
    const ip = parseIp(address)?.ip;
    const member = Object.keys(members).find((one) => parseIp(members[one] ?? '')?.ip === ip);
    if (ip === undefined) problems.push(new OptionError(`dead[${i}]`, `'${address}' is not an IP address`));
    else if (member) {
      problems.push(
        new OptionError(
          `dead[${i}]`,
          `${address} is the address of ${member} in 'members': remove one of them`,
        ),
      );
    }
  }
  if (problems.length === 1) throw problems[0];
  if (problems.length > 1) throw new Failures(problems);
}
