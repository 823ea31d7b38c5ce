// A bare SIP line on UDP: as much of a phone as a test of the console needs. Media is agreed on and never sent.
import { createSocket } from "node:dgram";
import { once } from "node:events";

/** One socket that sends what it is told and hands out what comes. */
export class Line {
  #socket = createSocket("udp4");
  #come = [];
  #waiting = [];

  static async open() {
    const line = new Line();
    line.#socket.bind(0, "127.0.0.1");
    await once(line.#socket, "listening");
    line.#socket.on("message", (bytes, from) => line.#take({ text: bytes.toString(), from }));
    return line;
  }

  get address() {
    const { address, port } = this.#socket.address();
    return `${address}:${port}`;
  }

  close() {
    this.#socket.close();
  }

  send(text, to) {
    const [host, port] = to.split(":");
    this.#socket.send(text, Number(port), host);
  }

  /** The first message whose start line fits and that nobody was given; waits for it. */
  message(start) {
    const place = this.#come.findIndex((message) => start.test(message.text));
    if (place >= 0) return Promise.resolve(this.#come.splice(place, 1)[0]);
    return new Promise((resolve) => this.#waiting.push({ start, resolve }));
  }

  /** Answers a request, in a dialog of this line's own. */
  answer({ text, from }, status, body = "") {
    const copied = text.match(/^(Via|From|Call-ID|CSeq):.*$/gim).join("\r\n");
    const to = header(text, "To");
    const tag = to.includes(";tag=") ? "" : ";tag=called";
    this.send(`SIP/2.0 ${status}\r\n${copied}\r\nTo: ${to}${tag}\r\nContact: <sip:${this.address}>\r\n${content(body)}`, `${from.address}:${from.port}`);
  }

  /** Calls a number; gives the call, which is answered when the other side likes. */
  dial(server, number, caller) {
    const call = new Call(this, server, `sip:${number}@${server}`, caller);
    call.request("INVITE", 1, this.session());
    return call;
  }

  /** One µ-law stream. */
  session() {
    return ["v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=-", "c=IN IP4 127.0.0.1", "t=0 0", "m=audio 9000 RTP/AVP 0", "a=rtpmap:0 PCMU/8000", ""].join("\r\n");
  }

  #take(message) {
    const place = this.#waiting.findIndex(({ start }) => start.test(message.text));
    if (place < 0) this.#come.push(message);
    else this.#waiting.splice(place, 1)[0].resolve(message);
  }
}

/** The caller's side of a call. */
class Call {
  static #count = 0;
  #id = `web-${process.pid}-${++Call.#count}`;

  constructor(line, server, target, caller) {
    Object.assign(this, { line, server, target, caller, to: `<${target}>` });
  }

  /** Waits until the other side takes the call, and confirms it. */
  async answered() {
    const { text } = await this.line.message(/^SIP\/2\.0 200 [^]*\r\nCSeq: 1 INVITE/i);
    this.to = header(text, "To");
    this.target = header(text, "Contact").match(/<([^>]+)>/)[1];
    this.request("ACK", 1);
  }

  /** Says goodbye, and waits until that was heard. */
  async hangUp() {
    this.request("BYE", 2);
    await this.line.message(/^SIP\/2\.0 200 [^]*\r\nCSeq: 2 BYE/i);
  }

  request(method, count, body = "") {
    const { line, server, target, caller, to } = this;
    const head = [
      `${method} ${target} SIP/2.0`, `Via: SIP/2.0/UDP ${line.address};rport;branch=z9hG4bK${this.#id}${method}`, "Max-Forwards: 70",
      `From: ${caller};tag=caller`, `To: ${to}`, `Call-ID: ${this.#id}`, `CSeq: ${count} ${method}`, `Contact: <sip:${line.address}>`, "",
    ];
    line.send(head.join("\r\n") + content(body), server);
  }
}

function header(text, name) {
  return text.match(new RegExp(`^${name}:\\s*(.*)$`, "im"))[1];
}

function content(body) {
  const kind = body ? "Content-Type: application/sdp\r\n" : "";
  return `${kind}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
