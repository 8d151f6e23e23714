import { spawn } from 'node:child_process';
import fs from 'node:fs';

/** Speaks to the built server over stdio. */
export class BenchClient {
  #child;
  #waiting = new Map();
  #buffer = Buffer.alloc(0);
  #next = 1;

  /** `command`: the program of the server, and what it is called with. */
  constructor([program, ...args], env) {
    this.#child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdout.on('data', (part) => {
      this.#buffer = Buffer.concat([this.#buffer, part]);
      for (;;) {
        const end = this.#buffer.indexOf('\r\n\r\n');
        const length = Number(
          /Content-Length: (\d+)/i.exec(this.#buffer.subarray(0, Math.max(0, end)).toString())?.[1],
        );
        if (end < 0 || this.#buffer.length < end + 4 + length) return;
        const message = JSON.parse(this.#buffer.subarray(end + 4, end + 4 + length).toString());
        this.#buffer = this.#buffer.subarray(end + 4 + length);
        if (message.method === undefined) this.#waiting.get(message.id)?.(message.result);
        else if (message.id !== undefined)
          this.#send({
            id: message.id,
            result: message.method === 'workspace/configuration' ? message.params.items.map(() => null) : null,
          });
      }
    });
  }

  #send(message) {
    const text = JSON.stringify({ jsonrpc: '2.0', ...message });
    this.#child.stdin.write(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }

  request(method, params) {
    const id = this.#next++;
    this.#send({ id, method, params });
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  notify(method, params) {
    this.#send({ method, params });
  }

  /** Processor time of all its threads so far (Linux: nanoseconds in schedstat). */
  processorMs() {
    const tasks = `/proc/${this.#child.pid}/task`;
    const spent = fs.readdirSync(tasks).map((task) => fs.readFileSync(`${tasks}/${task}/schedstat`, 'utf8'));
    return spent.reduce((sum, line) => sum + Number(line.split(' ')[0]) / 1e6, 0);
  }

  /** Resident memory in MB, now and at its highest. */
  memory() {
    const status = fs.readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    const value = (name) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
    return { now: value('VmRSS'), highest: value('VmHWM') };
  }

  /** Starts a session over a folder. */
  async open(folderUri, capabilities = { textDocument: { diagnostic: {} } }) {
    await this.request('initialize', {
      processId: process.pid,
      rootUri: null,
      capabilities,
      workspaceFolders: [{ uri: folderUri, name: 'bench' }],
    });
    this.notify('initialized', {});
  }

  end() {
    this.#child.kill();
  }
}
