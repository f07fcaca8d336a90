import { createConnection } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { groupId, userId } from './accounts.ts';
import { appendTo, writeSparse } from './content.ts';
import { report } from './detached.ts';
import { listDirectory, makeDirectory, withNewDirectory } from './directories.ts';
import { download } from './download.ts';
import { fileFailure } from './errors.ts';
import {
  digestFile,
  publishFile,
  publishNewFile,
  readFile,
  readFileEnd,
  readFileStart,
  realPathOf,
  setFileAttributes,
  spaceAt,
  statFile,
  symlinkFile,
  withImage,
  writeFile,
} from './files.ts';
import type { Host } from './host.ts';
import { readFileInside, removeFileInside, writeFileInside } from './inside.ts';
import { withFileLock } from './lock.ts';
import { runProcess } from './process.ts';
import { removeDirectory, removeFile, removeTree } from './remove.ts';
import { pipeThrough, streamFile } from './stream.ts';
import { runProcessWhile, watchProcess } from './watch.ts';
import { zipEntries } from './zip.ts';

function connect(socket: string): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const stream = createConnection(socket);
    stream.once('connect', () => resolve(stream));
    stream.once('error', (error) => reject(fileFailure(socket, error)));
  });
}

function answers(address: string, port: number, limit: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: address, port, timeout: limit });
    const end = (isOpen: boolean) => () => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', end(true)).once('timeout', end(false)).once('error', end(false));
  });
}

const sleep = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
  setTimeout(milliseconds, undefined, { signal }).catch((error: Error) => {
    if (error.name !== 'AbortError') throw error;
  });

/** The machine the module runs on. */
export const realHost: Host = {
  run: runProcess,
  read: readFile,
  readStart: readFileStart,
  readEnd: readFileEnd,
  digest: digestFile,
  stat: statFile,
  space: spaceAt,
  list: listDirectory,
  realPath: realPathOf,
  withImage,
  stream: streamFile,
  pipeThrough,
  watch: watchProcess,
  runWhile: runProcessWhile,
  zipEntries,
  download,
  writeSparse,
  append: appendTo,
  readInside: readFileInside,
  writeInside: writeFileInside,
  removeInside: removeFileInside,
  symlink: symlinkFile,
  write: (path, content, options = {}) => writeFile(path, content, options),
  setAttributes: setFileAttributes,
  makeDirectory,
  withNewDirectory,
  publish: publishFile,
  publishNew: publishNewFile,
  report,
  remove: removeFile,
  removeTree,
  removeDirectory,
  withLock: withFileLock,
  userId,
  groupId,
  connect,
  answers,
  now: () => performance.now(),
  sleep,
};
