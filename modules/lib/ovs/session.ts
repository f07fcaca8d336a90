import type { Duplex } from 'node:stream';
import { Failure } from '../failure.ts';
import type { Host } from '../host/host.ts';
import { jsonStream } from './framing.ts';
import type { Operation, OperationResult } from './operations.ts';

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

  private constructor(
    readonly stream: Duplex,
    readonly socket: string,
  ) {
    const take = jsonStream((message) => this.#receive(message as Message));
    stream.on('data', take);
    stream.on('error', () => this.#end());
    stream.on('close', () => this.#end());
  }

  /** @throws Failure when nobody answers on the socket */
  static async open(host: Host, socket: string): Promise<Session> {
    return new Session(await host.connect(socket), socket);
  }

  /**
   * Carries out operations as one transaction, RFC 7047 section 4.1.3.
   * @param seconds how long to wait for the answer
   * @returns one result for each operation; an error within is the caller's to look for
   */
  async transact(operations: readonly Operation[], seconds: number): Promise<OperationResult[]> {
    return (await this.#request('transact', ['Open_vSwitch', ...operations], seconds)) as OperationResult[];
  }

  close(): void {
    this.stream.destroy();
  }

  #request(method: string, params: readonly unknown[], seconds: number): Promise<unknown> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new Failure(`Open vSwitch's database at ${this.socket} did not answer within ${seconds} s`));
      }, seconds * 1000);
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer);
          settle(value);
        };
      this.#waiting.set(id, { resolve: settled(resolve), reject: settled(reject) });
      this.stream.write(JSON.stringify({ method, params, id }));
    });
  }

  #receive(message: Message): void {
    // The server asks now and then whether we live, RFC 7047 section 4.1.11.
    if (message.method === 'echo') {
      this.stream.write(JSON.stringify({ id: message.id, result: message.params, error: null }));
      return;
    }
    const waiting = this.#waiting.get(message.id as number);
    this.#waiting.delete(message.id as number);
    if (message.error === null || message.error === undefined) waiting?.resolve(message.result);
    else waiting?.reject(new Failure(`Open vSwitch's database: ${JSON.stringify(message.error)}`));
  }

  #end(): void {
    for (const { reject } of this.#waiting.values()) {
      reject(new Failure(`Open vSwitch's database at ${this.socket} closed the connection`));
    }
    this.#waiting.clear();
  }
}
