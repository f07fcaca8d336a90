import { describe, expect, it } from 'vitest';
import { whyNotApplied } from '../../../modules/lib/guest/console/applies.ts';

/** What a guest prints of a boot: cloud-init's version and source. */
const boot = (version: string, source = 'DataSourceNoCloud [seed=/dev/sr0][dsmode=net]') => [
  '[    0.000000] Linux version 6.1.0-35-cloud-amd64 (debian-kernel@lists.debian.org)',
  `[    9.7] cloud-init[305]: Cloud-init v. ${version} running 'init-local' at Sun, 29 Nov 2026 14:31:00 +0000. Up 9.71 seconds.`,
  `[   30.1] cloud-init[412]: Cloud-init v. ${version} finished at Sun, 29 Nov 2026 14:31:20 +0000. Datasource ${source}.  Up 30.05 seconds`,
];

describe('why a guest will not apply a changed seed', () => {
  it.each(['22.4.2', '25.1.4', '21.3', '21.10-1', '100.1'])('is nothing with cloud-init %s', (version) => {
    expect(whyNotApplied(boot(version))).toBeUndefined();
  });

  it.each(['21.2', '20.4.1', '0.7.9'])('is cloud-init %s', (version) => {
    expect(whyNotApplied(boot(version))).toMatch(/^has cloud-init \d+\.\d+, which looks .* only once/);
  });

  it('is another source of its configuration', () => {
    expect(whyNotApplied(boot('25.1.4', 'DataSourceConfigDrive [net,ver=2]'))).toBe(
      'has its configuration from ConfigDrive, and not from its seed',
    );
    expect(whyNotApplied(boot('25.1.4', 'DataSourceNoCloudNet [seed=/dev/sr0]'))).toBeUndefined();
  });

  it('is what the last boot tells, and nothing where the console tells nothing', () => {
    expect(whyNotApplied([...boot('20.4'), ...boot('25.1')])).toBeUndefined();
    expect(whyNotApplied([...boot('25.1'), ...boot('20.4')])).toContain('20.4');
    expect(whyNotApplied(['web1 login:'])).toBeUndefined();
    expect(whyNotApplied([])).toBeUndefined();
  });
});
