import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { DelayProxy, type Traffic } from './delay-proxy.ts'

/** The relays of a lab's hosts, in a process of their own in the lab's network; controlled over Node's channel. */
type Order = { readonly t: 'reset'; readonly roundTrip: number } | { readonly t: 'traffic' }

export const PROXY_HOST = '127.0.0.1'
const FIRST_PORT = 2201

export interface Proxies {
  /** In the order of the hosts. */
  readonly ports: readonly number[]
  /** Ends every connection, forgets what went through; ms of round trip from now on. */
  reset(roundTrip: number): Promise<void>
  traffic(): Promise<readonly Traffic[]>
  close(): Promise<void>
}

/** @param inside puts a command line into the lab's network */
export async function startProxies(
  addresses: readonly string[],
  inside: (argv: readonly string[]) => readonly string[],
): Promise<Proxies> {
  const [program = '', ...words] = inside([process.execPath, import.meta.filename, ...addresses])
  const child = spawn(program, words, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  await answer(child)
  const ask = (order: Order): Promise<unknown> => {
    child.send(order)
    return answer(child)
  }
  return {
    ports: addresses.map((_, i) => FIRST_PORT + i),
    reset: async (roundTrip) => {
      await ask({ t: 'reset', roundTrip })
    },
    traffic: async () => (await ask({ t: 'traffic' })) as readonly Traffic[],
    close: async () => {
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}

async function answer(child: ChildProcess): Promise<unknown> {
  const over = new AbortController()
  try {
    const gone = once(child, 'exit', { signal: over.signal }).then(([code]) => {
      throw new Error(`the relays ended with ${String(code)}`)
    })
    gone.catch(() => undefined)
    const [message] = await Promise.race([once(child, 'message', { signal: over.signal }), gone])
    return message
  } finally {
    over.abort()
  }
}

async function serve(addresses: readonly string[]): Promise<void> {
  const proxies = addresses.map((host) => new DelayProxy({ host, port: 22 }))
  for (const [i, proxy] of proxies.entries()) await proxy.listen(PROXY_HOST, FIRST_PORT + i)
  process.on('message', (order: Order) => {
    if (order.t === 'reset') {
      for (const proxy of proxies) {
        proxy.reset()
        proxy.roundTrip = order.roundTrip
      }
    }
    process.send?.(proxies.map(({ traffic }) => traffic))
  })
  process.on('disconnect', () => process.exit(0))
  process.send?.('ready')
}

if (process.argv[1] === import.meta.filename) await serve(process.argv.slice(2))
