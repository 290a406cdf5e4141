import { readFileSync } from 'node:fs';

/** One thing about the place we were started in that a person should know. */
export type Remark = { readonly event: string; readonly remedy: string };

/** As process 1 without an init in front, orphans of the product become zombies: nobody else can reap them. */
const initRemark = (pid: number): readonly Remark[] =>
  pid === 1
    ? [
        {
          event: 'tollgate is process 1 and reaps no orphans: processes that lose their parent stay as zombies',
          remedy:
            'put an init in front: ENTRYPOINT ["tini", "--", ...] with tini in the image, "init: true" in compose, "initProcessEnabled": true in an ECS task definition',
        },
      ]
    : [];

const NUL = '\0';

/** The names of variables whose bytes are no UTF-8, which Node cannot hand on as they are. */
export const unreadableVariables = (environ: Uint8Array): readonly string[] =>
  Buffer.from(environ)
    .toString('latin1')
    .split(NUL)
    .filter((pair) => {
      const bytes = Buffer.from(pair, 'latin1');
      return !Buffer.from(bytes.toString('utf8')).equals(bytes);
    })
    .map((pair) => Buffer.from(pair.split('=')[0] ?? '', 'latin1').toString('utf8'));

const environmentRemark = (): readonly Remark[] => {
  try {
    const names = unreadableVariables(readFileSync('/proc/self/environ'));
    if (names.length === 0) return [];
    return [
      {
        event: `the value of ${names.join(', ')} is no UTF-8 and reaches the product changed`,
        remedy: 'give the value in UTF-8, or in base64 and let the product decode it',
      },
    ];
  } catch {
    return [];
  }
};

/** What is to be said of the surroundings, once, at the start. */
export const remarks = (): readonly Remark[] => [...initRemark(process.pid), ...environmentRemark()];
