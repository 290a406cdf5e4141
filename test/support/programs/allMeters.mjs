// A product that reports to each of six meters, and says what it was answered.
import { readFileSync } from 'node:fs';

const { TOLLGATE_URL: url, TOLLGATE_TOKEN_FILE: file } = process.env;
const headers = { 'content-type': 'application/json', authorization: `Bearer ${readFileSync(file, 'utf8').trim()}` };

const post = async (body) => {
  const response = await fetch(`${url}/v1/usage`, { method: 'POST', headers, body });
  console.log(response.status, JSON.stringify(await response.json()));
};
const start = new Date(Date.now() + 1000).toISOString();
const of = (dimension, quantity, more = {}) => JSON.stringify({ dimension, quantity, ...more });
const number = (dimension, source) => `{"dimension":"${dimension}","quantity":${source}}`;

await post(of('level', 3_600_000));
const began = performance.now();
await post(
  `[${[
    number('amounts', '9007199254740993'),
    number('amounts', '123456789012345678901234567890.12345678901234567890'),
    of('growth', 100, { source: 'old' }),
    of('growth', '107.5', { source: 'old' }),
    of('growth', 3, { source: 'new', start }),
    of('highest', 4),
    of('highest', 9),
    of('highest', 7),
    of('newest', 5),
    of('newest', '2.4'),
    of('seen', 1, { source: 'ada' }),
    of('seen', 1, { source: 'bob' }),
    of('seen', 1, { source: 'ada' }),
  ].join()}]`,
);
await post(of('seen', 2, { source: 'ada' }));
await post(of('growth', 2));
await post(of('level', 0));
console.log('held', Math.ceil(performance.now() - began));
