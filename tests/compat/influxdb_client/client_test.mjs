// InfluxData's own JavaScript client writes to Bedplate as it writes to InfluxDB: same code, another
// address. The server is started and stopped here, on a free port.

import assert from 'node:assert/strict';
import {spawn, spawnSync} from 'node:child_process';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {after, before, test} from 'node:test';

import {HttpError, InfluxDB, Point} from '@influxdata/influxdb-client';

const program = process.env.BEDPLATE_BINARY;
const folder = mkdtempSync(join(tmpdir(), 'bedplate-influx-'));
const data = join(folder, 'data');
let server;
let url;
let token;

before(async () => {
  assert.equal(spawnSync(program, ['init', data]).status, 0);
  token = readFileSync(join(data, 'admin.token'), 'utf8').trim();
  server = spawn(program, ['serve', '--data', data, '--listen', '127.0.0.1:0'],
    {stdio: ['ignore', 'pipe', 'inherit']});
  for await (const line of createInterface({input: server.stdout})) {
    url = /http:\/\/\S+/.exec(line)?.[0];
    if (url) break;
  }
  assert.ok(url, 'the server did not say where it listens');
});

after(() => {
  server.kill('SIGKILL');
  rmSync(folder, {recursive: true, force: true});
});

async function samples(tag) {
  const answer = await fetch(`${url}/api/v1/samples?tag=${encodeURIComponent(tag)}&time=ns`,
    {headers: {Authorization: `Bearer ${token}`}});
  assert.equal(answer.status, 200, await answer.clone().text());
  return answer.json();
}

function writer(options = {}) {
  return new InfluxDB({url, token}).getWriteApi('plant', 'bucket', 'ns', {maxRetries: 0, ...options});
}

test('points of every type arrive as they were written', async () => {
  const api = writer();
  api.useDefaultTags({site: 'leeds'});
  api.writePoint(new Point('oven').floatField('temperature', 181.25).intField('count', 7)
    .booleanField('open', true).stringField('state', 'heating "up"').timestamp('1600000000000000001'));
  await api.close();
  assert.deepEqual((await samples('oven/leeds/temperature')).values, [181.25]);
  assert.deepEqual((await samples('oven/leeds/count')).values, [7]);
  assert.deepEqual((await samples('oven/leeds/open')).values, [true]);
  assert.deepEqual((await samples('oven/leeds/state')).values, ['heating "up"']);
});

test('a gzipped batch of ten thousand points arrives whole', async () => {
  // One batch: the client's close() waits for the last batch only.
  const api = writer({gzipThreshold: 1, batchSize: 20_000});
  for (let i = 0; i < 10_000; ++i) {
    api.writePoint(new Point('belt').floatField('speed', i / 8)
      .timestamp(String(1_600_000_000_000_000_000n + BigInt(i) * 1_000_000n)));
  }
  await api.close();
  const {values} = await samples('belt/speed');
  assert.equal(values.length, 10_000);
  assert.equal(values.reduce((a, b) => a + b, 0), 10_000 * 9_999 / 2 / 8);
});

test('a bad line is an error that names it, and the good ones are kept', async () => {
  const api = writer();
  api.writeRecords(['mixed good=1 1600000000000000000', 'this is no line', 'mixed good=2 1600000000000000001']);
  await assert.rejects(api.close(), (error) => {
    assert.ok(error instanceof HttpError);
    assert.equal(error.statusCode, 400);
    assert.match(error.body, /line 2/);
    return true;
  });
  assert.deepEqual((await samples('mixed/good')).values, [1, 2]);
});

test('an unknown token is refused as InfluxDB refuses it', async () => {
  const api = new InfluxDB({url, token: 'bp_nobody_nothing'}).getWriteApi('o', 'b', 'ns', {maxRetries: 0});
  api.writeRecord('x y=1');
  await assert.rejects(api.close(), (error) => {
    assert.equal(error.statusCode, 401);
    assert.equal(JSON.parse(error.body).code, 'unauthorized');
    return true;
  });
});
