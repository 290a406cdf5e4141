/** A product that names each signal it gets, on stdout, and ends when its stdin does; `--stubborn` ends by nothing but KILL. */
const stubborn = process.argv.includes('--stubborn');

for (const name of [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGTERM',
  'SIGUSR1',
  'SIGUSR2',
  'SIGWINCH',
  'SIGCONT',
  'SIGTSTP',
] as const) {
  process.on(name, () => process.stdout.write(`${name}\n`));
}
process.stdin.on('end', () => {
  if (!stubborn) process.exit(5);
});
process.stdin.resume();
setInterval(() => {}, 60_000);
process.stdout.write('ready\n');
