import type { Duplex } from 'node:stream';
import type { Bytes, Image, Pieces } from '../volume.ts';
import type { Download } from './download.ts';
import { decodeText } from './text.ts';
import type { ZipEntry } from './zip.ts';

/** How far long work has come. */
export interface Progress {
  /** What is done to what, for people: `unpack debian.qcow2.xz`. */
  readonly what: string;
  /** Bytes; undefined of work that isn't counted in bytes. */
  readonly done: number | undefined;
  /** Bytes, where it is known how many there will be. */
  readonly total: number | undefined;
}

export interface RunOptions {
  /** Given to the process on its standard input. */
  readonly input?: string | Uint8Array;
  /** Milliseconds; then the process is ended and the run is a Failure. */
  readonly timeout?: number;
  readonly cwd?: string;
}

/** How long work is watched. */
export interface WatchOptions {
  /** What it is done to, for errors. */
  readonly what: string;
  /** Milliseconds in which it may say nothing; then it is ended, and that is a Failure. */
  readonly silence: number;
  /** Takes what it says on its standard output, piece by piece. */
  readonly heard: (text: string) => void;
}

/** How a process ended. Its output is text. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface FileInfo {
  readonly kind: 'file' | 'directory' | 'other';
  /** Bytes. */
  readonly size: number;
  /** Permission bits, e.g. 0o600. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface WriteOptions {
  /** Permission bits of the new file; an existing file's are kept when it isn't given. */
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

/**
 * Everything a module may do to the machine it runs on. Nothing outside lib/host has an effect of its own, so
 * that a test can stand in for the whole host. Each method throws a Failure that names the file or program.
 */
export interface Host {
  /** Runs a program without a shell, in the C locale. A non-zero exit is an answer, not an error. */
  run(program: string, args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** A file's content, or undefined when there is none. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** The first bytes of a file, or undefined when there is none. */
  readStart(path: string, length: number): Promise<Uint8Array | undefined>;
  /** The hexadecimal digest of a file, read as a stream. */
  digest(path: string, algorithm: 'sha256' | 'sha512'): Promise<string>;
  /** Follows symbolic links; undefined when there is nothing. */
  stat(path: string): Promise<FileInfo | undefined>;
  /** How many bytes can still be written to the file system of what is there. */
  room(path: string): Promise<number>;
  /** The names in a directory, sorted; empty when it isn't there. */
  list(directory: string): Promise<string[]>;
  /** Where a path leads by symbolic links, or undefined when there is nothing. */
  realPath(path: string): Promise<string | undefined>;
  /** A file that is read here and there, for as long as `use` runs. */
  withImage<T>(path: string, use: (image: Image) => Promise<T>): Promise<T>;
  /** A file's content from a byte on. */
  stream(path: string, start?: number): Bytes;
  /** What a program makes of an input, while it is read; it fails as the input does, or as the program says. */
  pipeThrough(
    program: string,
    args: readonly string[],
    input: Bytes,
    options: { readonly what: string; readonly cwd?: string },
  ): Bytes;
  /**
   * Runs a program that must succeed and says how far it has come, however long that takes. It ends when this process
   * does, and when it says nothing for too long.
   */
  watch(program: string, args: readonly string[], options: WatchOptions): Promise<void>;
  /** The files of a zip archive. */
  zipEntries(path: string): AsyncIterable<ZipEntry>;
  /** What a URL leads to, from a byte on where the server can. */
  download(url: string, from?: number): Promise<Download>;
  /** Writes a new file with holes for what is zero. @returns its length in bytes */
  writeSparse(path: string, content: Bytes): Promise<number>;
  /** Writes at the end of a file of ours, which is made where there is none. */
  append(path: string, content: Bytes): Promise<void>;
  /** Writes atomically: a temporary file beside it, fsync, rename. */
  write(path: string, content: string | Uint8Array | Pieces, options?: WriteOptions): Promise<void>;
  /** A symbolic link, in place of one that may be there, atomically. */
  symlink(target: string, path: string): Promise<void>;
  /** Mode and owner of what is there already, and is no symbolic link. */
  setAttributes(path: string, options: WriteOptions): Promise<void>;
  makeDirectory(path: string): Promise<void>;
  /**
   * Does something in a new directory of its own, which is gone in the end.
   * @param prefix what its path begins with
   * @param use gets a path that is good for this process and its children, until then
   */
  withNewDirectory<T>(prefix: string, use: (path: string) => Promise<T>): Promise<T>;
  /** Gives a complete file its name, durably: fsync, rename, fsync of the directory. */
  publish(from: string, to: string): Promise<void>;
  /** The same for a name that nobody has: a file that has got it meanwhile stays, and this fails. */
  publishNew(from: string, to: string): Promise<void>;
  /** Says how far long work has come, to whoever waits for it. */
  report(progress: Progress): void;
  /** Removes a file, or a symbolic link itself; one that doesn't exist is fine, and a directory is a Failure. */
  remove(path: string): Promise<void>;
  /** Removes a directory of our own with all that is in it, or a file, and follows no symbolic link. */
  removeTree(path: string): Promise<void>;
  /** Removes a directory that has nothing in it; one that has stays. */
  removeDirectory(path: string): Promise<void>;
  /**
   * Does something while it holds a lock: the lock is free again when `act` has ended, or this process.
   * @param path of a file that is made where there is none; its directory must exist
   * @param seconds how long to wait for the lock; then it is a Failure
   */
  withLock<T>(path: string, seconds: number, act: () => Promise<T>): Promise<T>;
  /** The numeric id of a user or group given by name or number. */
  userId(name: string): Promise<number>;
  groupId(name: string): Promise<number>;
  /** A stream to a Unix socket. */
  connect(socket: string): Promise<Duplex>;
  /** Milliseconds of a clock that nobody sets: good for differences only. */
  now(): number;
  /** Waits some milliseconds, or until the signal is given. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** A file's content as text, or undefined when there is none. What is written of it has the bytes that it had. */
export async function readText(host: Host, path: string): Promise<string | undefined> {
  const bytes = await host.read(path);
  return bytes && decodeText(bytes);
}
