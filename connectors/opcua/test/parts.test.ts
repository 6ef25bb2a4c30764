import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { test } from "node:test";
import type { JsonObject } from "../src/checked.ts";
import { ControlLines, longestControlBytes } from "../src/control_lines.ts";
import { formatPathName, isNodeId, parsePath, resolveNodeId } from "../src/node_name.ts";
import { Output } from "../src/output.ts";
import { PackagingLine, seeded } from "../src/packaging_line.ts";
import { endRepublishing, type RepublishingSession } from "../src/republish.ts";
import { queueFor } from "../src/subscriptions.ts";

/** A reader that takes what is written at once, or holds it back. */
class Reader extends Writable {
  text = "";
  holding = false;
  #held: (() => void) | undefined;

  constructor() {
    super({ decodeStrings: false, highWaterMark: 1024 });
  }

  override _write(chunk: string, _encoding: string, done: () => void): void {
    this.text += chunk;
    if (this.holding) this.#held = done;
    else done();
  }

  release(): void {
    this.holding = false;
    this.#held?.();
    this.#held = undefined;
  }

  get batches(): { n: number; samples: number }[] {
    const marks = this.text.split("\n").filter((line) => line.startsWith('#{"type":"batch"'));
    return marks.map((line) => JSON.parse(line.slice(1)));
  }

  get lines(): string[] {
    return this.text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

test("never more batches than the window are unacknowledged, and nothing is lost or doubled", async () => {
  const random = seeded(11);
  for (let round = 0; round < 20; round++) {
    const reader = new Reader();
    const output = new Output(reader);
    const window = 1 + Math.floor(random() * 4);
    let pressed = false;
    output.configure({ batchSamples: 3, window }, (now) => {
      assert.notEqual(now, pressed, "pressure is told when it changes");
      pressed = now;
    });
    let acknowledged = 0;
    const written: string[] = [];
    for (let step = 0; step < 300; step++) {
      if (random() < 0.7) {
        written.push(`k1 v=${step}i ${step}`);
        output.line(`k1 v=${step}i ${step}`);
      } else if (acknowledged < reader.batches.length) {
        acknowledged++;
        assert.equal(output.acknowledge(acknowledged), true);
      }
      await turn();
      assert.ok(reader.batches.length - acknowledged <= window);
      assert.equal(pressed, output.held > 0);
    }
    await output.finish({ type: "bye" });
    assert.deepEqual(reader.lines, written);
    const total = reader.batches.reduce((sum, { samples }) => sum + samples, 0);
    assert.equal(total, written.length);
    assert.deepEqual(
      reader.batches.map(({ n }) => n),
      reader.batches.map((_, index) => index + 1),
    );
  }
});

test("a reader that does not read presses, and what waits for room goes on after it", async () => {
  const reader = new Reader();
  const output = new Output(reader);
  let pressed = false;
  output.configure({ batchSamples: 1, window: 0 }, (now) => {
    pressed = now;
  });
  reader.holding = true;
  for (let number = 0; number < 200; number++) output.line(`k1 v=${number}i ${number}`);
  assert.equal(pressed, true);
  let roomy = false;
  const room = output.room().then(() => {
    roomy = true;
  });
  await turn();
  assert.equal(roomy, false);
  reader.release();
  await room;
  assert.equal(pressed, false);
  assert.equal(reader.lines.length, 200);
});

test("an acknowledgement of what was not sent is refused", () => {
  const output = new Output(new Reader());
  for (const number of [1, -1, 0.5, Number.NaN]) assert.equal(output.acknowledge(number), false);
});

test("control lines are the same however the stream is cut", () => {
  const random = seeded(3);
  const stream = Buffer.from(
    '{"type":"a","t":"ä€"}\n\nnot json\n{"no":"type"}\r\n{"type":"b"}\n{"type":"half"',
  );
  for (let round = 0; round < 200; round++) {
    const seen: string[] = [];
    const lines = new ControlLines({
      message: (message: JsonObject) => seen.push(String(message.type)),
      refused: (reason) => seen.push(reason.replace(/(JSON).*/s, "$1")),
    });
    for (let from = 0; from < stream.length; ) {
      const size = 1 + Math.floor(random() * 9);
      lines.push(stream.subarray(from, from + size));
      from += size;
    }
    assert.deepEqual(seen, ["a", "not JSON", "not an object with a type", "b"]);
  }
});

test("a control line that is too long costs itself", () => {
  const seen: string[] = [];
  const lines = new ControlLines({
    message: (message) => seen.push(String(message.type)),
    refused: (reason) => seen.push(reason),
  });
  const part = Buffer.alloc(longestControlBytes / 4, "x");
  for (let times = 0; times < 9; times++) lines.push(part);
  lines.push(Buffer.from('\n{"type":"after"}\n'));
  assert.deepEqual(seen, ["a line beyond 1 MiB", "after"]);
});

test("a server that has nothing to publish again is not asked for ever", async () => {
  const nothing = { sequenceNumber: 0, notificationData: [] };
  const lost = { sequenceNumber: 5, notificationData: [{}] };
  for (const [message, expected] of [
    [nothing, "BadMessageNotAvailable"],
    [{ ...lost, sequenceNumber: 4 }, "BadMessageNotAvailable"],
    [lost, undefined],
  ] as const) {
    const session = {
      republish(_request: unknown, answer: (error: Error | null, response?: unknown) => void) {
        answer(null, { notificationMessage: message });
      },
    } as RepublishingSession;
    endRepublishing(session);
    session.republish({ retransmitSequenceNumber: 5 }, (error) => {
      assert.equal(error?.message, expected);
    });
  }
});

test("node ids are read strictly", () => {
  const good = [
    "i=85",
    "ns=2;s=a b;c",
    "g=72962b91-fa75-4ae6-8d28-b404dc7daf63",
    "nsu=urn:a;i=1",
    "ns=1;b=YWJj",
  ];
  const bad = ["", "85", "s=", "ns=x;i=1", "ns=2;i=-1", "i=1;s=2", "ns=2", "nsu=;i=1", "g=1"];
  for (const text of good) assert.ok(isNodeId(text), text);
  for (const text of bad) assert.ok(!isNodeId(text), text);
  assert.equal(resolveNodeId("nsu=urn:b;s=x", ["", "urn:a", "urn:b"]).toString(), "ns=2;s=x");
  assert.equal(resolveNodeId("nsu=urn:a%3Bb%25;i=7", ["", "urn:a;b%"]).toString(), "ns=1;i=7");
  assert.match(String(resolveNodeId("nsu=urn:c;s=x", ["", "urn:a"])), /no namespace urn:c/);
  assert.match(String(resolveNodeId("i=4294967296", [])), /beyond 32 bits/);
  assert.match(String(resolveNodeId("ns=70000;i=1", [])), /beyond 16 bits/);
});

test("a path reads back as the names it was made of", () => {
  const random = seeded(9);
  const letters = ["a", "/", "&", ".", ":", "2", " ", "ä", "#", "<", ">", "!"];
  for (let round = 0; round < 1_000; round++) {
    const names = Array.from({ length: 1 + Math.floor(random() * 4) }, () => ({
      namespaceIndex: Math.floor(random() * 4),
      name: Array.from(
        { length: 1 + Math.floor(random() * 5) },
        () => letters[Math.floor(random() * letters.length)],
      ).join(""),
    }));
    const path = names
      .map(({ namespaceIndex, name }) => formatPathName(namespaceIndex, name))
      .join("");
    assert.deepEqual(parsePath(path), names, path);
  }
  for (const bad of ["", "a", "/", "/a//b", "/2:", "/a&", `/${"a/".repeat(70)}a`]) {
    assert.equal(typeof parsePath(bad), "string", bad);
  }
});

test("a queue bridges ten seconds as far as it may", () => {
  const watch = { samplingMs: 250, queue: 0, deadband: undefined, report: "change" } as const;
  assert.equal(queueFor(watch, 250), 40);
  assert.equal(queueFor({ ...watch, samplingMs: -1 }, 250), 40);
  assert.equal(queueFor({ ...watch, samplingMs: 1 }, 250), 1000);
  assert.equal(queueFor({ ...watch, samplingMs: 0 }, 250), 1000);
  assert.equal(queueFor({ ...watch, samplingMs: 60_000 }, 250), 2);
  assert.equal(queueFor({ ...watch, samplingMs: 1000 }, 60_000), 120);
  assert.equal(queueFor({ ...watch, queue: 7 }, 250), 7);
});

test("on the packaging line no piece is made or lost between machines", () => {
  for (let seed = 1; seed <= 5; seed++) {
    const line = new PackagingLine(seed);
    for (let second = 0; second < 20_000; second++) {
      line.advance(0.25);
      line.machines.forEach((machine, index) => {
        assert.equal(machine.piecesIn, machine.piecesOut + machine.rejects);
        assert.ok(line.waiting(index) >= 0);
        if (index > 0) assert.ok(line.waiting(index) <= 50);
      });
    }
    for (const machine of line.machines) assert.ok(machine.piecesOut > 10_000);
  }
});

test("a machine that is stopped by hand makes nothing and starves the next", () => {
  const line = new PackagingLine(1);
  const [filler, capper] = line.machines;
  assert.ok(filler !== undefined && capper !== undefined);
  filler.fault = true;
  line.advance(1);
  const made = filler.piecesOut;
  for (let second = 0; second < 60; second++) line.advance(1);
  assert.equal(filler.state, 9);
  assert.equal(filler.piecesOut, made);
  assert.ok([5, 9].includes(capper.state));
  assert.equal(line.waiting(1), 0);
});
