import { describe, expect, it } from 'vitest'
import { inLanguage, type Text } from '../../../src/events/message.ts'
import { parseAnswers } from '../../../src/wizard/answers.ts'
import type { Login, ReachedHost } from '../../../src/wizard/reach.ts'
import { replayAsker } from '../../../src/wizard/replay-asker.ts'
import { runWizard } from '../../../src/wizard/wizard.ts'
import { hostWith } from './facts.ts'

const ANSWERS = `masters:
  - { host: 10.0.0.11, fingerprint: 'SHA256:abc' }
  - { host: 10.0.0.12, fingerprint: 'SHA256:abc' }
vip: 10.0.0.100
`

function host(login: Login): ReachedHost {
  return {
    login,
    facts: { ...hostWith(`eth0 ${login.host}/24`), hostname: login.host.endsWith('11') ? 'db1' : 'db2' },
    packages: { mysql: '9.7.4-1', mariadb: '11.8.3-1' },
    run: () => Promise.resolve('free\n'),
    close: () => Promise.resolve(),
  }
}

async function conversation(language: 'en' | 'zh') {
  const said: string[] = []
  const say = (line: Text) => {
    said.push(inLanguage(line, language))
  }
  const { text } = await runWizard({
    ask: replayAsker(parseAnswers(ANSWERS, 'a.yml'), say),
    say,
    reach: async (login, trust) => {
      const fingerprint = 'SHA256:abc'
      expect(await trust({ host: login.host, port: 22, algorithm: 'ssh-ed25519', fingerprint })).toBe(true)
      return host(login)
    },
    defaults: () => ({ user: 'root', port: 22, key: null }),
    checkKey: () => null,
    signal: new AbortController().signal,
    file: 'pair.yml',
    schema: null,
    exists: () => false,
  })
  return { said: `${said.join('\n')}\n`, text }
}

describe('the conversation of mmha init', () => {
  it('is held in Chinese', async () => {
    await expect((await conversation('zh')).said).toMatchFileSnapshot('../../golden/wizard/conversation.zh.txt')
  })

  it('writes the same inventory in every language', async () => {
    const [english, chinese] = [await conversation('en'), await conversation('zh')]
    expect(chinese.text).toBe(english.text)
    expect(chinese.text).not.toMatch(/[\u4e00-\u9fff]/)
    expect(english.said).not.toMatch(/[\u4e00-\u9fff]/)
  })
})
