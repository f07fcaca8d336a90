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
  /** Bytes of output that are taken; more is a Failure. */
  readonly most?: number;
  readonly cwd?: string;
}

/** How to watch a program that takes long. */
export interface WatchOptions {
  /** What the program does, for errors. */
  readonly what: string;
  /** Milliseconds without output after which the program is ended, with a Failure. */
  readonly silence: number;
  /** Gets its standard output, piece by piece. */
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
  /** Bytes that it takes on its file system: fewer than its size if it has holes. */
  readonly allocated: number;
  /** Permission bits, e.g. 0o600. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** How large a file system is, in bytes, and how much can still be written to it. */
export interface Space {
  readonly size: number;
  readonly available: number;
}

/** The end of a file. */
export interface FileEnd {
  readonly bytes: Uint8Array;
  /** Milliseconds since something was written to it. */
  readonly age: number;
}

/** A file inside a directory whose owner may be hostile. */
export interface InsideFile {
  readonly bytes: Uint8Array;
  /** Permission bits. */
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
 * Everything a module may do to the machine it runs on. Nothing outside lib/host has an effect, so a test can
 * replace the whole host. Each method throws a Failure that names the file or program.
 */
export interface Host {
  /** Runs a program without a shell, in the C locale. A non-zero exit is an answer, not an error. */
  run(program: string, args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** A file's content, or undefined when the file doesn't exist. A pipe or a device is a Failure. */
  read(path: string): Promise<Uint8Array | undefined>;
  /** The first bytes of a file, or undefined when the file doesn't exist. */
  readStart(path: string, length: number): Promise<Uint8Array | undefined>;
  /**
   * The last bytes of a file that another process may be writing.
   * @returns undefined where there is no such file, or it is something else than a regular one
   */
  readEnd(path: string, length: number): Promise<FileEnd | undefined>;
  /** The hexadecimal digest of a file, read as a stream. */
  digest(path: string, algorithm: 'sha256' | 'sha512'): Promise<string>;
  /** Follows symbolic links; undefined when there is nothing. */
  stat(path: string): Promise<FileInfo | undefined>;
  /** Bytes of the file system that a path is on, and how many of them are free. */
  space(path: string): Promise<Space>;
  /** The names in a directory, sorted; empty when the directory doesn't exist. */
  list(directory: string): Promise<string[]>;
  /** Where a path leads by symbolic links, or undefined when there is nothing. */
  realPath(path: string): Promise<string | undefined>;
  /** Opens a file for random reads, for as long as `use` runs. */
  withImage<T>(path: string, use: (image: Image) => Promise<T>): Promise<T>;
  /** A file's content from a byte on. */
  stream(path: string, start?: number): Bytes;
  /** The output of a program for an input, as a stream. It fails if the input or the program fails. */
  pipeThrough(
    program: string,
    args: readonly string[],
    input: Bytes,
    options: { readonly what: string; readonly cwd?: string },
  ): Bytes;
  /**
   * Runs a program that must succeed and prints its progress, however long that takes. It is ended with this process,
   * and when it prints nothing for too long.
   */
  watch(program: string, args: readonly string[], options: WatchOptions): Promise<void>;
  /**
   * Does something while a program runs, which is ended then, as it is with this process.
   * @param act gets a promise that is rejected, with a Failure that has the program's words, when the program ends by itself
   */
  runWhile<T>(
    program: string,
    args: readonly string[],
    act: (ended: Promise<never>) => Promise<T>,
  ): Promise<T>;
  /** The files of a zip archive. */
  zipEntries(path: string): AsyncIterable<ZipEntry>;
  /** The content of a URL, from a byte on where the server supports that. */
  download(url: string, from?: number): Promise<Download>;
  /** Writes a new file with holes for what is zero. @returns its length in bytes */
  writeSparse(path: string, content: Bytes): Promise<number>;
  /** Appends to a file of ours, and creates it if it is missing. */
  append(path: string, content: Bytes): Promise<void>;
  /** Writes atomically: a temporary file beside it, fsync, rename. */
  write(path: string, content: string | Uint8Array | Pieces, options?: WriteOptions): Promise<void>;
  /**
   * A regular file inside a directory whose owner may be hostile, such as the root of a container: no symbolic link is
   * followed, in any component.
   * @param path relative to that directory
   * @param most bytes; a few megabytes by default
   * @returns undefined where there is none; `other` where it is not a regular file, or a longer one
   */
  readInside(root: string, path: string, most?: number): Promise<InsideFile | 'other' | undefined>;
  /**
   * Writes a file inside such a directory, atomically. It replaces whatever has its name, except a directory.
   * @param options with the owner of the file, and of the directories that are made for it
   */
  writeInside(
    root: string,
    path: string,
    content: string | Uint8Array,
    options: WriteOptions & { readonly directoryMode?: number },
  ): Promise<void>;
  /** Removes a file, or a symbolic link itself, inside such a directory; one that doesn't exist is fine. */
  removeInside(root: string, path: string): Promise<void>;
  /** Makes a symbolic link, or replaces one, atomically. */
  symlink(target: string, path: string): Promise<void>;
  /** Sets mode and owner of an existing file or directory. A symbolic link is a Failure. */
  setAttributes(path: string, options: WriteOptions): Promise<void>;
  makeDirectory(path: string): Promise<void>;
  /**
   * Does something in a new directory, which is removed in the end.
   * @param prefix what its path begins with
   * @param use gets a path that is good for this process and its children, until then
   */
  withNewDirectory<T>(prefix: string, use: (path: string) => Promise<T>): Promise<T>;
  /** Gives a complete file its name, durably: fsync, rename, fsync of the directory. */
  publish(from: string, to: string): Promise<void>;
  /** The same for a new name: if a file of that name exists meanwhile, it stays, and this fails. */
  publishNew(from: string, to: string): Promise<void>;
  /** Reports how far long work has come, to the controller. */
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
  /**
   * Whether a TCP connection to an address succeeds; it is closed at once.
   * @param limit milliseconds
   */
  answers(address: string, port: number, limit: number): Promise<boolean>;
  /** Milliseconds of a monotonic clock: for differences only. */
  now(): number;
  /** Waits some milliseconds, or until the signal is given. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** A file's content as text, or undefined when there is none. What is written of it has the bytes that it had. */
export async function readText(host: Host, path: string): Promise<string | undefined> {
  const bytes = await host.read(path);
  return bytes && decodeText(bytes);
}
