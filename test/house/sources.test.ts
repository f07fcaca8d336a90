import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { assemble } from '../../build/collection.ts';
import { ROOT } from '../../build/modules.ts';
import { packTarball } from '../../build/tarball.ts';

const at = { cwd: ROOT, reject: false, all: true } as const;
const work = mkdtempSync(join(tmpdir(), 'piecewise-house-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

describe('the sources', () => {
  it('have no type errors', async () => {
    const { exitCode, all } = await execa('npm', ['run', 'check'], at);
    expect(exitCode, all).toBe(0);
  });

  it('are formatted and linted', async () => {
    const { exitCode, all } = await execa('npx', ['biome', 'check', '.'], at);
    expect(exitCode, all).toBe(0);
  });

  // Names may come from the host: nothing in them is an option.
  it('end the options of each command that takes names after them', () => {
    const calls = execFileSync('git', ['ls-files', 'modules'], { cwd: ROOT, encoding: 'utf8' })
      .split('\n')
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) =>
        [
          ...readFileSync(join(ROOT, file), 'utf8').matchAll(
            /'(?:ifup|ifdown|networkctl|ln|cp|stat)', (\[.*?\])/gs,
          ),
        ]
          .map(([call]) => call)
          .filter((call) => !/^[^[]*\[(?:'[^']*'(?:, )?)*\]$/.test(call)),
      );
    expect(calls.length).toBeGreaterThan(5);
    expect(calls.filter((call) => !call.includes("'--'"))).toEqual([]);
  });

  it('name no package registry', async () => {
    const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8');
    expect(lock).not.toMatch(/"resolved"/);
  });
});

describe('the collection', () => {
  it('is the same, byte for byte, when it is built again', async () => {
    const digests: string[] = [];
    for (const name of ['one', 'two']) {
      const collection = join(work, name, 'ansible_collections', 'piecewise', 'cloud');
      const tarball = join(work, `${name}.tar.gz`);
      await assemble(collection);
      await packTarball(collection, tarball);
      digests.push(createHash('sha256').update(readFileSync(tarball)).digest('hex'));
    }
    expect(digests[0]).toBe(digests[1]);
  });

  it('is what ansible-galaxy installs from the tarball alone', async () => {
    const target = join(work, 'installed');
    const args = ['collection', 'install', '-p', target, join(work, 'one.tar.gz')];
    const env = { HOME: work, LC_ALL: 'C.UTF-8', PATH: '/usr/bin:/bin' };
    const { exitCode, all } = await execa('ansible-galaxy', args, { ...at, env, extendEnv: false });
    expect(exitCode, all).toBe(0);
    const verify = await execa(
      'ansible-galaxy',
      ['collection', 'verify', '--offline', '-p', target, 'piecewise.cloud'],
      {
        ...at,
        env,
        extendEnv: false,
      },
    );
    expect(verify.exitCode, verify.all).toBe(0);
  });
});

describe('the example inventory', () => {
  it("holds the blog's variable file byte for byte", () => {
    const file = readFileSync(join(ROOT, 'examples/blog/host_vars/hv1/cloud.yml'));
    // Of the block that ends the blog post, from `ovs:` to the gateway.
    expect(createHash('sha256').update(file).digest('hex')).toBe(
      'ec0b231277c060b6ae2d23744bc9679d9d39170f82f2071ed89cd4097d6baa84',
    );
  });
});
