#!/opt/tollgate/bin/node
// bin/tollgate leads here. The first line names Node by its full path, so that an image needs neither a shell nor env.
import { useCompileCache } from './compileCache.mjs';

useCompileCache();
await import('./agent/tollgate.mjs');
