import { monotonic } from './clock.ts'

/**
 * Asks again, `every` ms after each answer, until `ask` gives a value. undefined after `ms`.
 * @throws the signal's reason when it aborts
 */
export async function until<T>(
  ms: number,
  every: number,
  signal: AbortSignal,
  ask: () => Promise<T | undefined>,
): Promise<T | undefined> {
  const deadline = monotonic() + ms
  for (;;) {
    signal.throwIfAborted()
    const answer = await abortable(ask(), signal)
    if (answer !== undefined || monotonic() >= deadline) return answer
    await abortable(new Promise((resolve) => setTimeout(resolve, every)), signal)
  }
}

/** The promise, or the signal's reason as soon as it aborts. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason)
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
