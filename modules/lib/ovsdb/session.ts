import type { Duplex } from 'node:stream';
import { Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { jsonStream } from './framing.ts';
import type { Operation, OperationResult } from './operations.ts';

/** Which database of a server is meant, and how messages call it. */
export interface DatabaseName {
  /** By its schema, such as `Open_vSwitch`. */
  readonly schema: string;
  /** For people: `Open vSwitch's database`. */
  readonly called: string;
}

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

/** A connection to a database, by RFC 7047. */
export class Session {
  readonly #waiting = new Map<number, Waiting>();
  #next = 0;
  /** Why there will be no more answers. */
  #ended: Failure | undefined;

  private constructor(
    readonly host: Host,
    readonly stream: Duplex,
    readonly socket: string,
    readonly name: DatabaseName,
  ) {
    const take = jsonStream((message) => this.#receive(message as Message));
    stream.on('data', (chunk: Uint8Array) => {
      try {
        take(chunk);
      } catch {
        this.#end('sent invalid JSON: is it the socket of ovsdb-server?');
        stream.destroy();
      }
    });
    for (const event of ['error', 'close']) stream.on(event, () => this.#end('closed the connection'));
  }

  /** @throws Failure when the socket doesn't accept a connection */
  static async open(host: Host, socket: string, name: DatabaseName): Promise<Session> {
    return new Session(host, await host.connect(socket), socket, name);
  }

  /**
   * Carries out operations as one transaction, RFC 7047 section 4.1.3.
   * @param seconds how long to wait for the answer
   * @returns one result for each operation; the caller looks for errors in it
   */
  async transact(operations: readonly Operation[], seconds: number): Promise<OperationResult[]> {
    const results = await this.#request('transact', [this.name.schema, ...operations], seconds);
    if (!Array.isArray(results) || !results.every(isResult)) {
      throw new Failure(`${this.#where} sent an invalid answer`);
    }
    return results;
  }

  close(): void {
    this.stream.destroy();
  }

  get #where(): string {
    return `${this.name.called} at ${this.socket}`;
  }

  async #request(method: string, params: readonly unknown[], seconds: number): Promise<unknown> {
    if (this.#ended) throw this.#ended;
    const id = this.#next++;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    const answered = new AbortController();
    const timeout = this.host.sleep(seconds * 1000, answered.signal).then(() => {
      throw new Failure(`${this.#where} did not answer within ${seconds} s`);
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
    // The server checks now and then that the client is alive, RFC 7047 section 4.1.11.
    if (message.method === 'echo') {
      this.stream.write(JSON.stringify({ id: message.id, result: message.params, error: null }));
      return;
    }
    const { id, error = null, result } = message;
    const failure = error === null ? undefined : `${this.name.called}: ${JSON.stringify(error)}`;
    const waiting = this.#waiting.get(id as number);
    this.#waiting.delete(id as number);
    if (failure === undefined) waiting?.resolve(result);
    else waiting?.reject(new Failure(failure));
  }

  #end(what: string): void {
    this.#ended ??= new Failure(`${this.#where} ${what}`);
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

// decodeRow checks the content of rows.
const isResult = (value: unknown): value is OperationResult =>
  value === null ||
  (isMapping(value) &&
    (value.rows === undefined || (Array.isArray(value.rows) && value.rows.every(isMapping))));
