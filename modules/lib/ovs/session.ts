import type { Duplex } from 'node:stream';
import { Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { jsonStream } from './framing.ts';
import type { Operation, OperationResult } from './operations.ts';

/** Where the database's socket may be: by Debian's package and others, and by a build from source. */
export const SOCKETS: readonly [string, ...string[]] = [
  '/var/run/openvswitch/db.sock',
  '/usr/local/var/run/openvswitch/db.sock',
];

interface Message {
  readonly id?: unknown;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: unknown;
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The database of Open vSwitch, by RFC 7047, for as long as one step of a module takes. */
export class Session {
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  /** Why there will be no more answers. */
  #ended: Failure | undefined;

  private constructor(
    readonly host: Host,
    readonly stream: Duplex,
    readonly socket: string,
  ) {
    const take = jsonStream((message) => this.#receive(message as Message));
    stream.on('data', (chunk: Uint8Array) => {
      try {
        take(chunk);
      } catch {
        this.#end(`sent what can't be read: is it the socket of ovsdb-server?`);
        stream.destroy();
      }
    });
    for (const event of ['error', 'close']) stream.on(event, () => this.#end('closed the connection'));
  }

  /** @throws Failure when nobody answers on the socket */
  static async open(host: Host, socket: string): Promise<Session> {
    return new Session(host, await host.connect(socket), socket);
  }

  /**
   * Carries out operations as one transaction, RFC 7047 section 4.1.3.
   * @param seconds how long to wait for the answer
   * @returns one result for each operation; an error within is the caller's to look for
   */
  async transact(operations: readonly Operation[], seconds: number): Promise<OperationResult[]> {
    const results = await this.#request('transact', ['Open_vSwitch', ...operations], seconds);
    if (!Array.isArray(results) || !results.every(isResult)) {
      throw new Failure(
        `Open vSwitch's database at ${this.socket} answered with something else than results`,
      );
    }
    return results;
  }

  close(): void {
    this.stream.destroy();
  }

  async #request(method: string, params: readonly unknown[], seconds: number): Promise<unknown> {
    if (this.#ended) throw this.#ended;
    const id = this.#next++;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    const answered = new AbortController();
    const timeout = this.host.sleep(seconds * 1000, answered.signal).then(() => {
      throw new Failure(`Open vSwitch's database at ${this.socket} did not answer within ${seconds} s`);
    });
    this.stream.write(JSON.stringify({ method, params, id }));
    try {
      return await Promise.race([answer, timeout]);
    } finally {
      answered.abort();
      this.#waiting.delete(id);
    }
  }

  #receive(message: Message): void {
    // The server asks now and then whether we live, RFC 7047 section 4.1.11.
    if (message.method === 'echo') {
      this.stream.write(JSON.stringify({ id: message.id, result: message.params, error: null }));
      return;
    }
    const { id, error = null, result } = message;
    const failure = error === null ? undefined : `Open vSwitch's database: ${JSON.stringify(error)}`;
    const waiting = this.#waiting.get(id as number);
    this.#waiting.delete(id as number);
    if (failure === undefined) waiting?.resolve(result);
    else waiting?.reject(new Failure(failure));
  }

  #end(what: string): void {
    this.#ended ??= new Failure(`Open vSwitch's database at ${this.socket} ${what}`);
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

// What is in its rows is for who decodes them.
const isResult = (value: unknown): value is OperationResult =>
  value === null ||
  (isMapping(value) &&
    (value.rows === undefined || (Array.isArray(value.rows) && value.rows.every(isMapping))));
