// Another user's process: puts its own things in the place of whatever is in a directory, as fast as it can.
// Arguments: the directory, a file and a directory of root, and the names that are sure to be asked for.
const fs = require('node:fs');
const { execFileSync } = require('node:child_process');
const { join } = require('node:path');

const [directory, victim, victims, ...names] = process.argv.slice(2);

const KINDS = {
  'a link to a file': (path) => fs.symlinkSync(victim, path),
  'a link to a directory': (path) => fs.symlinkSync(victims, path),
  'a link to what does not exist': (path) => fs.symlinkSync(join(victims, 'new'), path),
  'another name of a file': (path) => fs.linkSync(victim, path),
  'a directory': (path) => {
    fs.mkdirSync(path);
    fs.symlinkSync(victims, join(path, 'link'));
  },
  'a pipe': (path) => execFileSync('mkfifo', [path], { stdio: 'ignore' }),
  'a file': (path) => fs.writeFileSync(path, 'theirs'),
};

function attempt(act) {
  try {
    act();
  } catch {
    // Another one won, or the kernel doesn't let it happen.
  }
}

if (process.send === undefined) throw new Error('started by the test only');
process.on('disconnect', () => process.exit());
process.on('message', ({ plant }) => {
  attempt(() => KINDS[plant](join(directory, names[0])));
  process.send('planted');
});

function swap() {
  const kinds = Object.entries(KINDS).flatMap(([name, make]) => (name === 'a pipe' ? [] : make));
  const end = Date.now() + 20;
  for (let i = 0; Date.now() < end; i++) {
    for (const name of new Set([...names, ...fs.readdirSync(directory).filter((one) => !one.startsWith('.moved-'))])) {
      const path = join(directory, name);
      // A name that is taken is moved out of the way: to remove it may not be allowed for long enough.
      attempt(() => fs.renameSync(path, join(directory, `.moved-${i % 4}`)));
      // Of the pipes one in a while: each is a process.
      const kind = i % 50 === 0 ? 'a pipe' : undefined;
      attempt(() => (kind ? KINDS[kind] : kinds[Math.floor(Math.random() * kinds.length)])(path));
    }
  }
  setImmediate(swap);
}
if (process.env.RACE === 'yes') swap();
process.send('ready');
