import { expect, it } from 'vitest';
import { definitionTexts, passedThrough, secretsIn } from '../../../modules/lib/libvirt/secrets.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';

const domain = (inner: string) =>
  parseXml(
    `<domain><qemu:commandline xmlns:qemu='urn:q'>${inner}</qemu:commandline><os><cmdline>password=x</cmdline></os></domain>`,
  );

const SECRET = [
  "<qemu:arg value='secret,id=sec0,data=Tr0ub4dor'/>",
  "<qemu:arg value='secret,id=sec0,format=raw,data=Tr0ub4dor,,more'/>",
  `<qemu:arg value='{"qom-type":"secret","id":"sec0","data":"Tr0ub4dor"}'/>`,
  `<qemu:arg value='{"driver":"curl", "cookie" : "Tr0ub4dor"}'/>`,
  "<qemu:arg value='driver=iscsi,user=me,password=Tr0ub4dor'/>",
  "<qemu:arg value='file.password=Tr0ub4dor'/>",
  "<qemu:arg value='name=opt/org.example/key,string=Tr0ub4dor'/>",
  "<qemu:arg value='type=11,value=io.systemd.credential.binary:pw=Tr0ub4dor'/>",
  "<qemu:arg value='file=https://me:Tr0ub4dor@example.org/disk'/>",
  "<qemu:env name='API_TOKEN' value='Tr0ub4dor'/>",
  "<qemu:env name='http_proxy' value='http://me:Tr0ub4dor@example.org'/>",
];
it.each(SECRET)('%s is masked in a diff, and a change of it is seen', (inner) => {
  const [one, other] = [domain(inner), domain(inner.replace('Tr0ub4dor', 'Tr0ub4dora'))];
  const { before, after } = definitionTexts(one, other);
  expect(`${before}${after}`).not.toContain('Tr0ub4dor');
  expect(after).toContain('(changed)');
  expect(secretsIn(one)).toEqual(passedThrough(one));
  expect(secretsIn(one)).toEqual([expect.stringContaining('Tr0ub4dor')]);
});

const HARMLESS = [
  "<qemu:arg value='-object'/>",
  "<qemu:arg value='secret,id=sec0,file=/etc/qemu/sec0'/>",
  "<qemu:arg value='driver=luks,key-secret=sec0'/>",
  `<qemu:arg value='{"password-secret":"sec0"}'/>`,
  "<qemu:arg value=':1,password=on'/>",
  "<qemu:env name='QEMU_AUDIO_DRV' value='none'/>",
];
it.each(HARMLESS)('%s is shown', (inner) => {
  expect(definitionTexts(undefined, domain(inner)).after).not.toContain('***');
});
