import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { english, inLanguage } from '../../../src/events/message.ts'
import { title } from '../../../src/events/messages/titles.ts'

const root = resolve(import.meta.dirname, '../../..')
const chinese = (text: string) => inLanguage(title(text), 'zh')

describe('titles of steps', () => {
  it.each([
    ['install mysql-server 9.7.4-2', '安装 mysql-server 9.7.4-2'],
    ['let the pair and its clients in: let in: 4 rules', '放行两个节点之间和客户端的连接：放行：4 条规则'],
    ['new replication password (m1 has no /etc/mmha/peer.cnf)', '新的复制密码（m1 上没有 /etc/mmha/peer.cnf）'],
    ['take back: the daemon runs: start mmha-keepalived.service', '回滚：守护进程运行：启动 mmha-keepalived.service'],
    ['unit of the database server', '数据库服务器的 systemd 单元'],
    // A task of the user's own, with a step of ours.
    ['motd: write /etc/motd', 'motd：写入 /etc/motd'],
    ['数据盘: make directory /data', '数据盘：创建目录 /data'],
    ['something of the user', 'something of the user'],
    ['a: b', 'a: b'],
  ])('%s', (text, expected) => expect(chinese(text)).toBe(expected))

  it.each([
    'install a b',
    'the daemon runs: restart x.service',
    'x: wait until port 3306 answers',
    'a: b: c',
    'run a: b',
  ])('the English of %s stays', (text) => expect(english(title(text))).toBe(text))

  const goldens = readdirSync(join(root, 'test/golden/plan')).filter((name) => name.endsWith('.short.txt'))
  it.each(goldens)('every one of the plan %s is translated', (name) => {
    const lines = readFileSync(join(root, 'test/golden/plan', name), 'utf8').split('\n')
    const shown = lines.flatMap((line) => {
      const step = /^ {2}m\d[^:]*: (.*?)(?: {2}\[.*)?$/.exec(line)?.[1]
      return step !== undefined ? [step] : /^[a-z]/.test(line) && !/^m\d/.test(line) ? [line] : []
    })
    expect(shown.length).toBeGreaterThan(20)
    const left = shown.filter((text) => typeof title(text) === 'string')
    expect(left).toEqual([])
  })

  it('every play and task of the shipped playbooks is translated', () => {
    const named = readdirSync(join(root, 'playbooks'))
      .filter((name) => name.endsWith('.yml'))
      .flatMap((name) => [...readFileSync(join(root, 'playbooks', name), 'utf8').matchAll(/^ *- name: (.*)$/gm)])
      .map(([, name = '']) => name)
    expect(named).toContain('settings of the pair')
    expect(named.filter((name) => typeof title(name) === 'string')).toEqual([])
  })
})
