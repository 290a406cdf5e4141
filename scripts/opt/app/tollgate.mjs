// Started by bin/tollgate.
import { useCompileCache } from './compileCache.mjs';

useCompileCache();
await import('./agent/tollgate.mjs');
