// The fictional products that the charts of examples/ ship: `acme.mjs convert | batch | desk | search`.
import { readFileSync } from 'node:fs';
import { setTimeout as rest } from 'node:timers/promises';

const { TOLLGATE_URL: url, TOLLGATE_TOKEN_FILE: tokenFile, HOSTNAME: host } = process.env;

/** Reports until it is taken; the id makes it count once. */
const report = async (id, usage) => {
  const headers = {
    'content-type': 'application/json',
    ...(tokenFile !== undefined && { authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` }),
  };
  for (;;) {
    try {
      const body = JSON.stringify({ id: `${host}/${id}`, ...usage });
      const answer = await fetch(`${url}/v1/usage`, { method: 'POST', headers, body });
      const text = await answer.text();
      console.log(`${id}: ${answer.status} ${text}`);
      if (answer.ok) return;
      if (answer.status === 422) process.exit(1);
    } catch (error) {
      console.log(`${id}: ${error.cause ?? error}`);
    }
    await rest(500);
  }
};

const untilTold = () =>
  new Promise((resolve) => {
    const idle = setInterval(() => {}, 60_000);
    process.once('SIGTERM', () => {
      clearInterval(idle);
      resolve();
    });
  });

const told = untilTold();
console.log('started');
switch (process.argv[2]) {
  case 'convert':
    await report('morning', { dimension: 'pages', quantity: 41_500 });
    await told;
    await report('last', { dimension: 'pages', quantity: 500 });
    break;
  case 'batch':
    await report('all', { dimension: 'pages', quantity: 7000 });
    process.exit();
    break;
  case 'desk':
    for (const source of ['ada', 'grace', host]) await report(source, { dimension: 'users', quantity: 1, source });
    await told;
    break;
  case 'search':
    await told;
    break;
  default:
    throw new Error(`no product: ${process.argv[2]}`);
}
