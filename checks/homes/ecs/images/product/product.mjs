// A fictional product: reports a request every 50 ms, and some more after the signal to stop. Says how many were taken.
// REPORTS=n: ends by itself after so many. IGNORE_TERM=yes: does not hear the signal.
import { readFileSync } from 'node:fs';

const { TOLLGATE_URL: url, TOLLGATE_TOKEN_FILE: tokenFile, IGNORE_TERM: ignore, REPORTS: wanted } = process.env;
const token = tokenFile === undefined ? {} : { authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` };
const life = crypto.randomUUID();
let taken = 0;
let isStopping = false;

/** One request, under one id until an answer comes: what was counted already is not counted again. */
const report = async () => {
  const headers = { 'content-type': 'application/json', connection: 'close', ...token };
  const body = JSON.stringify({ dimension: 'requests', quantity: 1, id: `${life}-${taken}` });
  const answer = await fetch(`${url}/v1/usage`, { method: 'POST', headers, body }).catch(() => undefined);
  if (answer?.status === 202) taken += 1;
  process.stdout.write(`taken ${taken}\n`);
};

process.on('SIGTERM', () => {
  process.stdout.write('SIGTERM\n');
  isStopping = ignore === undefined;
});
process.stdout.write('PRODUCT RUNS\n');
for (let left = 5; left > 0; ) {
  if (url !== undefined) await report();
  await new Promise((resolve) => setTimeout(resolve, 50));
  if (isStopping) left -= 1;
  if (taken === Number(wanted)) break;
}
process.stdout.write('PRODUCT ENDS\n');
