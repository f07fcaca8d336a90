import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { binaryModule, nodeLicence } from './binary.ts';
import { assemble } from './collection.ts';
import { ROOT } from './modules.ts';
import { VERSION } from './project.ts';
import { packTarball } from './tarball.ts';

// `npm run build` and `npm run build:binary`: two collections of one name, each in a tree of its own.
const binary = process.argv.includes('--binary');
const dist = join(ROOT, 'dist', binary ? 'binary' : '');
const collection = join(dist, 'ansible_collections', 'piecewise', 'cloud');
const tarball = join(ROOT, 'dist', `piecewise-cloud-${VERSION}${binary ? '-binary' : ''}.tar.gz`);

await assemble(collection, binary ? binaryModule : undefined);
if (binary) appendFileSync(join(collection, 'THIRD-PARTY-NOTICES'), nodeLicence());
await packTarball(collection, tarball);
console.log(`${collection}\n${tarball}`);
