import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { loadNative } from './native.ts'

/**
 * Gives back what the start has left unused, to V8 and then to the kernel: the daemon shares its host with a database, and idles
 * for months. Takes some 20 ms, so it is for the start alone.
 */
export function trimMemory(): void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect === 'function') collect()
  loadNative().load(null).func('malloc_trim', 'int', ['size_t'])(0)
}
