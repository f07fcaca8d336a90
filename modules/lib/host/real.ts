import { createConnection } from 'node:net';
import type { Duplex } from 'node:stream';
import { groupId, userId } from './accounts.ts';
import {
  digestFile,
  fileFailure,
  listDirectory,
  makeDirectory,
  publishFile,
  readFile,
  readFileStart,
  removeFile,
  setFileAttributes,
  statFile,
  writeFile,
} from './files.ts';
import type { Host } from './host.ts';
import { runProcess } from './process.ts';

function connect(socket: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const stream = createConnection(socket);
    stream.once('connect', () => resolve(stream));
    stream.once('error', (error) => reject(fileFailure(socket, error)));
  });
}

/** The machine the module runs on. */
export const realHost: Host = {
  run: runProcess,
  read: readFile,
  readStart: readFileStart,
  digest: digestFile,
  stat: statFile,
  list: listDirectory,
  write: (path, content, options = {}) => writeFile(path, content, options),
  setAttributes: setFileAttributes,
  makeDirectory,
  publish: publishFile,
  remove: removeFile,
  userId,
  groupId,
  connect,
};
