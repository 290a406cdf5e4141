/** A product that reports so many requests, says the answer, and ends with its code at once or when its stdin does. */
import { readFileSync } from 'node:fs';

const [quantity = '1', code = '0', when = 'now'] = process.argv.slice(2);
const token = readFileSync(process.env['TOLLGATE_TOKEN_FILE'] ?? '', 'utf8').trim();

const report = async (): Promise<void> => {
  const response = await fetch(`${process.env['TOLLGATE_URL']}/v1/usage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ dimension: 'requests', quantity: Number(quantity) }),
  });
  process.stdout.write(`${response.status} ${await response.text()}\n`);
};

if (when === 'now') {
  await report();
  process.exit(Number(code));
}
process.on('SIGTERM', () => {
  // A product that still counts while it ends.
  void report().then(() => process.exit(Number(code)));
});
await report();
setInterval(() => {}, 60_000);
