import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { revealed } from '../../src/modules/step.ts'
import { parseVipProbe, vipProbeScript } from '../../src/wizard/vip-probe.ts'
import { run, type SshPair, upSshPair } from './wizard/namespaces.ts'

let pair: SshPair

beforeAll(async () => {
  pair = await upSshPair(`wizard-${process.pid}`)
})

function whereIs(tool: string): string {
  return run('sh', ['-c', `command -v ${tool}`]).trim()
}

afterAll(async () => {
  await pair?.down()
})

/** Runs the probe on the first host, where it finds these tools and no others. */
function probe(address: string, tools: readonly string[]) {
  const [{ namespace }] = pair.hosts
  const path = join(pair.folder, `tools-${tools.join('-')}`)
  mkdirSync(path, { recursive: true })
  for (const tool of ['id', 'ip', 'grep', 'sed', 'head', 'sleep', ...tools]) {
    if (!existsSync(join(path, tool))) symlinkSync(whereIs(tool), join(path, tool))
  }
  // The script adds /usr/sbin, where ping and arping may live: a tool that must not be found is hidden by its name.
  const script = revealed(vipProbeScript(address, 'front0')).replace(':/usr/sbin:/sbin', '')
  const stdout = execFileSync('ip', ['netns', 'exec', namespace, '/usr/bin/env', `PATH=${path}`, '/bin/sh', '-eus'], {
    input: script,
    encoding: 'utf8',
  })
  return parseVipProbe(stdout)
}

describe('asking on the link who has an address', () => {
  const MAC = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i

  describe.each([[['arping']], [['ping']], [['bash']]])('with %j', (tools) => {
    it('nobody: free', () => {
      expect(probe('10.91.7.100', tools)).toEqual({ outcome: 'free' })
    })

    it('somebody: taken, with the MAC', () => {
      expect(probe('10.91.7.1', tools)).toEqual({ outcome: 'taken', mac: expect.stringMatching(MAC) })
    })
  })

  it('with nothing to ask with: unknown, and why', () => {
    expect(probe('10.91.7.100', [])).toEqual({
      outcome: 'unknown',
      why: 'there is neither arping nor ping nor bash',
    })
  })
})
