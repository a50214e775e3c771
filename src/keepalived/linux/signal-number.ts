import type koffi from 'koffi'
import { loadNative } from './native.ts'

const UV_SIGNAL = 16

/** Never collected: libuv keeps bare pointers to them. */
const kept: unknown[] = []

/**
 * Calls back for a signal that Node.js has no name for, as the real-time ones. libuv, which is in the same program, delivers it
 * on the event loop like any other.
 */
export function onSignalNumber(signal: number, callback: () => void): void {
  const native = loadNative() as unknown as typeof koffi
  const library = native.load(null)
  const type = native.proto(`void SignalCallback${kept.length}(void *handle, int signal)`)
  const size = Number(library.func('uv_handle_size', 'size_t', ['int'])(UV_SIGNAL))
  const loop: unknown = library.func('uv_default_loop', 'void *', [])()
  const handle: unknown = native.alloc('uint8_t', size)
  const pointer = native.register(callback, native.pointer(type))
  kept.push(handle, pointer)
  const failed =
    Number(library.func('uv_signal_init', 'int', ['void *', 'void *'])(loop, handle)) ||
    Number(library.func('uv_signal_start', 'int', ['void *', native.pointer(type), 'int'])(handle, pointer, signal))
  if (failed !== 0) throw new Error(`signal ${signal} can not be caught: libuv says ${failed}`)
  // Waiting for it is no reason to stay.
  library.func('uv_unref', 'void', ['void *'])(handle)
}
