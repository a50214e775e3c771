import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** Runs a script to its end while this process goes on serving what the script talks to. */
export async function runScript(
  path: string,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly status: number | null; readonly stderr: string }> {
  const child = spawn(path, [], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const [status] = (await once(child, 'close')) as [number | null]
  return { status, stderr }
}
