import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { notesOf, readChangelog } from './changelog.ts';
import { assemble } from './collection.ts';
import { ROOT } from './modules.ts';
import { REPOSITORY, VERSION } from './project.ts';
import { packTarball } from './tarball.ts';

// `npm run release`: the files of a release in dist/release, from this source.
const release = readChangelog().releases[VERSION];
if (!release) {
  console.error(
    `changelogs/changelog.yaml has no release ${VERSION}: run 'npm run changelog -- ${VERSION}' first`,
  );
  process.exit(1);
}
const directory = join(ROOT, 'dist', 'release');
const collection = join(directory, 'ansible_collections', 'piecewise', 'cloud');
const tarball = join(directory, `piecewise-cloud-${VERSION}.tar.gz`);
rmSync(directory, { recursive: true, force: true });
mkdirSync(directory, { recursive: true });
await assemble(collection);
await packTarball(collection, tarball);
copyFileSync(join(collection, 'THIRD-PARTY-NOTICES'), join(directory, 'THIRD-PARTY-NOTICES'));
rmSync(join(directory, 'ansible_collections'), { recursive: true });
const digest = createHash('sha256').update(readFileSync(tarball)).digest('hex');
writeFileSync(join(directory, 'SHA256SUMS'), `${digest}  ${basename(tarball)}\n`);
writeFileSync(join(directory, 'NOTES.md'), notesOf(VERSION, release));
console.log(`The release ${VERSION} is in ${directory}.

To rebuild it and compare, with the source of ${REPOSITORY} at the tag v${VERSION}, Node.js 20 and npm:

  npm ci && npm run release
  cd dist/release && sha256sum --check /path/to/the/published/SHA256SUMS`);
