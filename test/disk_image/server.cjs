// A web server with the faults of real ones. Usage: node server.cjs PORT DIRECTORY LOG
//   /break/N/FILE     breaks the connection after N bytes of what is asked for, as often as it is asked
//   /whole/FILE       knows no ranges
//   /busy/N/FILE      answers 503 for the first N requests of the file
//   /to/FILE          leads to /FILE
// Each request is a line of LOG: method, URL, range.
const { appendFileSync, createReadStream, statSync } = require('node:fs');
const { createServer } = require('node:http');
const { basename, join } = require('node:path');

const [port, directory, log] = process.argv.slice(2);
const busy = new Map();

createServer((request, response) => {
  appendFileSync(log, `${request.method} ${request.url} ${request.headers.range ?? '-'}\n`);
  const { pathname } = new URL(request.url, 'http://localhost');
  const [fault, count] = pathname.split('/').slice(1);
  const file = join(directory, basename(pathname));
  if (fault === 'to') return response.writeHead(302, { location: `/${basename(pathname)}` }).end();
  if (fault === 'busy') {
    const before = busy.get(pathname) ?? 0;
    busy.set(pathname, before + 1);
    if (before < Number(count)) return response.writeHead(503).end();
  }
  let size;
  try {
    size = statSync(file).size;
  } catch {
    return response.writeHead(404).end();
  }
  const asked = fault === 'whole' ? undefined : /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
  const start = asked ? Number(asked[1]) : 0;
  if (start >= size) return response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
  const range = asked ? { 'content-range': `bytes ${start}-${size - 1}/${size}` } : {};
  response.writeHead(asked ? 206 : 200, { 'content-length': size - start, ...range });
  const end = fault === 'break' ? Math.min(start + Number(count), size) - 1 : size - 1;
  const content = createReadStream(file, { start, end });
  content.pipe(response, { end: false });
  content.on('end', () => (end < size - 1 ? response.socket.destroy() : response.end()));
}).listen(Number(port), '127.0.0.1');
