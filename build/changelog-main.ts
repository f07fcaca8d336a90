import { addRelease, writeText } from './changelog.ts';
import { loadSpecs } from './modules.ts';
import { recordRelease } from './since.ts';

// `npm run changelog` writes CHANGELOG.md; `npm run changelog -- VERSION` makes a release of the fragments first.
const [version] = process.argv.slice(2);
if (version) {
  addRelease(version, new Date().toISOString().slice(0, 10));
  recordRelease(version, await loadSpecs());
} else writeText();
