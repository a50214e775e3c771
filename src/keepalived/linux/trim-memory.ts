import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { loadNative } from './native.ts'

const MADV_DONTNEED = 4

/** Part of the address space, in bytes. */
interface Mapping {
  readonly from: number
  readonly bytes: number
}

/**
 * Gives back what the start has left unused, to V8 and then to the kernel: the daemon shares its host with a database, and idles
 * for months. Takes some 20 ms, so it is for the start alone.
 */
export function trimMemory(): void {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect === 'function') collect()
  const libc = loadNative().load(null)
  libc.func('malloc_trim', 'int', ['size_t'])(0)
  // Half of the runtime's program text is for its own start. What is needed again comes from the page cache.
  const advise = libc.func('madvise', 'int', ['int64_t', 'size_t', 'int'])
  for (const { from, bytes } of unchangedFiles(readFileSync('/proc/self/smaps', 'latin1'))) {
    advise(from, bytes, MADV_DONTNEED)
  }
}

/**
 * Mappings of /proc/PID/smaps that hold nothing but a file's own bytes, and can hold nothing else: private, not writable,
 * no page of them changed (relocated, say) in the past. Pure.
 */
export function unchangedFiles(smaps: string): readonly Mapping[] {
  return smaps.split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/).flatMap((entry) => {
    const [, from = '', to = ''] = /^([0-9a-f]+)-([0-9a-f]+) r-[x-]p \S+ \S+ [1-9]\d* +\//.exec(entry) ?? []
    if (from === '' || !/^Anonymous: +0 kB$/m.test(entry)) return []
    const start = Number.parseInt(from, 16)
    return [{ from: start, bytes: Number.parseInt(to, 16) - start }]
  })
}
