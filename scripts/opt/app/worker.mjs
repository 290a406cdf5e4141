// Node takes the cache for one thread at a time.
import { useCompileCache } from '../compileCache.mjs';

useCompileCache();
await import('./thread.mjs');
