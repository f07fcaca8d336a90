// What the third party runs: it takes TCP connections and writes down what arrives, one JSON line for each event.
// usage: node counter-server.mjs ADDRESS PORT FILE
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:net';

const [address, port, file] = process.argv.slice(2);
let connections = 0;

createServer((socket) => {
  const connection = ++connections;
  const from = socket.remoteAddress;
  const note = (event) =>
    appendFileSync(file, `${JSON.stringify({ time: Date.now(), connection, from, ...event })}\n`);
  let rest = '';
  note({ event: 'open' });
  socket.setEncoding('utf8');
  socket.on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) note({ event: 'number', number: Number(line) });
  });
  socket.on('end', () => note({ event: 'end' }));
  socket.on('error', ({ code }) => note({ event: 'error', code }));
}).listen(Number(port), address);
