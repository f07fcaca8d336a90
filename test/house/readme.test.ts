import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadSpecs, ROOT } from '../../build/modules.ts';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
const roles = readdirSync(join(ROOT, 'roles'));

const summaries = (await loadSpecs()).map(({ module, summary }) => [module, summary] as const);

describe('README', () => {
  it.each(summaries)('has a row for %s', (module, summary) => {
    expect(readme).toContain(`| \`${module}\` | ${summary} |`);
  });

  it.each(roles)('has a row for the role %s, which has its own README', (role) => {
    expect(readme).toContain(`[\`${role}\`](roles/${role}/README.md)`);
    expect(existsSync(join(ROOT, 'roles', role, 'README.md'))).toBe(true);
  });
});

describe("a role's README", () => {
  // Only what a user sets: variables of vars/ and what tasks register are the role's own business.
  it.each(roles)('of %s names each option of its argument specs', (role) => {
    const text = readFileSync(join(ROOT, 'roles', role, 'README.md'), 'utf8');
    const specs = parse(readFileSync(join(ROOT, 'roles', role, 'meta', 'argument_specs.yml'), 'utf8'));
    for (const option of Object.keys(specs.argument_specs.main.options))
      expect(text).toContain(`\`${option}\``);
  });
});
