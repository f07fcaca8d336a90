import { OptionError } from '../../../lib/failure.ts';
import type { DomainOptions } from '../options/options.ts';

/** The longest password of VNC (RFC 6143, 7.2.2); libvirt refuses a longer one. */
const VNC_PASSWORD = 8;

/** @throws OptionError */
export function checkDevices({
  graphics = [],
  console,
  console_log,
  rng,
  rng_source,
  tpm,
}: DomainOptions): void {
  graphics.forEach(({ type, password }, i) => {
    if (graphics.findIndex((other) => other.type === type) < i)
      throw new OptionError(
        `graphics[${i}].type`,
        `another entry is ${type} too: a domain has at most one of each type`,
      );
    if (type === 'vnc' && password && password.length > VNC_PASSWORD)
      throw new OptionError(
        `graphics[${i}].password`,
        `is longer than the ${VNC_PASSWORD} characters that VNC allows`,
      );
  });
  if (console === false && console_log)
    throw new OptionError('console_log', "has no effect with 'console: false': leave one of them out");
  if (rng === false && rng_source)
    throw new OptionError('rng_source', "has no effect with 'rng: false': leave one of them out");
  if (tpm?.model === 'tpm-crb' && tpm.version !== 2)
    throw new OptionError('tpm.model', "tpm-crb is for version 2.0: use 'model: tpm-tis' with version 1.2");
}
