import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAst } from 'vitest/node'
import { english } from '../../../src/events/message.ts'
import { spoken, spokenIn } from '../../../src/events/spoken.ts'

const src = resolve(import.meta.dirname, '../../../src')

/** Not shown on a terminal, or another language's by itself: daemons' logs, files that are written, the drill's report, help. */
const ELSEWHERE =
  /^(keepalived|events|wizard|drill\/report)\/|documentation|(^|\/)schema\.ts$|^mysql\/(settings|quote|text-protocol|session|gtid-set|table-checksums|epoch|events)\.ts$|^modules\/(mysql-config|mysql-config-settings|keepalived-role)\.ts$|^seeding\/history\.ts$/

/** Where a sentence goes that a person is told, in the sources: constructors, functions, keys of objects. */
const TOLD = {
  functions:
    /^(MmhaError|refuse|refused|invalid|lacking|fail|failed|unreadable|vaultError|seedFailed|sqlOn|asRootOn|whileWritable|none|say|usage|wrong|push|report)$/,
  keys: /^(message|hint|where|why|reason|todo|what|doing|none)$/,
}

interface Node {
  readonly type: string
  readonly start: number
  readonly [key: string]: unknown
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

/** The texts of a source that a person is told, with a word for each `${…}`. */
function toldIn(file: string): readonly { readonly text: string; readonly place: string }[] {
  const source = readFileSync(join(src, file), 'utf8')
  const found: { text: string; place: string }[] = []
  const visit = (value: unknown, told: boolean): void => {
    if (Array.isArray(value)) for (const one of value) visit(one, told)
    if (!isNode(value)) return
    if (value.type === 'TaggedTemplateExpression' || value.type === 'ImportDeclaration') return
    const inside = told || isTold(value)
    const text = inside ? sample(value) : null
    if (text !== null && isSentence(text)) {
      const line = source.slice(0, value.start).split('\n').length
      found.push({ text, place: `${file}:${line}` })
    }
    // Conditions, and what is computed for a sentence, are no sentences.
    const skipped = text !== null || value.type === 'ArrowFunctionExpression'
    for (const [key, child] of Object.entries(value)) {
      const apart = key === 'test' || key === 'callee' || key === 'object'
      visit(child, inside && !skipped && !apart)
    }
  }
  visit(parseAst(source, { lang: 'ts' }), false)
  return found
}

function isTold(node: Node): boolean {
  if (node.type === 'Property') return isNode(node.key) && TOLD.keys.test(String(node.key.name))
  if (node.type === 'VariableDeclarator') return isNode(node.id) && TOLD.keys.test(String(node.id.name))
  if (node.type !== 'NewExpression' && node.type !== 'CallExpression') return false
  return isNode(node.callee) && TOLD.functions.test(String(node.callee.name ?? nameOf(node.callee.property)))
}

function nameOf(value: unknown): unknown {
  return isNode(value) ? value.name : undefined
}

/** A text as somebody would see it. */
function sample(node: Node): string | null {
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : null
  if (node.type !== 'TemplateLiteral' || !Array.isArray(node.quasis)) return null
  return node.quasis.map((part: { value: { cooked: string } }) => part.value.cooked).join('x1')
}

/** Three words of English, and no statement or script. */
function isSentence(text: string): boolean {
  const words = text.replaceAll(/`[^`]*`/g, '').match(/(?<![\w$./-])[a-z']{2,}(?![\w/=(-])/g) ?? []
  return words.length >= 3 && !/SELECT|\$\(|printf|^(ip|semanage|systemctl) |^(~|ssh:) /.test(text)
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !ELSEWHERE.test(file))
  .sort()

describe('what is said as English text', () => {
  const all = files.flatMap(toldIn)

  it('is found in the sources', () => {
    expect(all.length).toBeGreaterThan(300)
    expect(all.map(({ text }) => text)).toContain('the drill was interrupted')
  })

  it('is in the registry, wherever a person is told it', () => {
    const left = all.filter(({ text }) =>
      [text, text.replace(/^x1(:1:1)? /, 'f:1:1 ')].every((one) => typeof spoken(one) === 'string'),
    )
    expect(left.map(({ place, text }) => `${place} ${text}`)).toEqual([])
  })
})

describe('what is put together', () => {
  it.each([
    [
      'p.yml:6:21 [0].tasks[1].include: tasks of a file are included by include_tasks',
      'p.yml:6:21 [0].tasks[1].include：包含一个文件中的任务请用 include_tasks',
    ],
    [
      'p.yml:6:21 block: tasks stand in the list of the play, or in a file that include_tasks names',
      '任务写在 play 的列表中',
    ],
    ['p.yml:6:13 when: the expression ends where a value should be', 'when：表达式在应有 一个值 处结束'],
    [
      'p.yml:6:13 [0].tasks[0].when: the expression has ] at character 7 where ) should be',
      '表达式第 7 个字符处是 ]，应为 )',
    ],
    ['p.yml:6:13 when: the expression has { at character 1, which means nothing here', '处的 { 在此没有意义'],
    ["p.yml:6:13 file: Handlebars can't read it at character 9 of: a{{#each}}", '第 9 个字符处无法解析：a{{#each}}'],
    ['p.yml:6:21 include_role: a role stands in roles: of the play', '角色写在'],
    [
      'the pair is not fit for a drill: m2 has not caught up; no host holds the VIP',
      '这个主备对现在不适合演练：m2 还没有追上；没有节点持有 VIP',
    ],
    ['2 acknowledged inserts lost: a; b', '丢失 2 条已确认的插入：a; b'],
    ['sigkill 2/3: 812 ms without an acknowledged write; 0 lost, 0 reverted, 0 ms double VIP', 'sigkill'],
    ['could not dump its data: ERROR 1045 (28000)', '未能完成“导出数据”：ERROR 1045 (28000)'],
    ['let in: after it m1 let no new SSH connection in (no answer within 5 s); it was taken back', '该步骤已撤销'],
    [
      'since this plan was made (now):\n    the inventory was changed\n    m1: not in the plan: start x',
      '\n    清单已被修改\n',
    ],
    ['there is no play, task or step fire', '没有名为 fire 的 play、任务或步骤'],
    ['m2: takes a dump of m1: about 12.0 MB', 'm2：从 m1 导出并导入数据：约 12.0 MB'],
    ['inventory.ini:3:1 there is no group db', 'inventory.ini:3:1 没有组 db'],
    ['/root/.ssh/id has a passphrase; add it to the agent with ssh-add, or give ssh: {passphrase: …}', '设有口令'],
  ])('%s', (text, part) => {
    expect(spokenIn(text, 'zh')).toContain(part)
    expect(english(spoken(text))).toBe(text)
  })

  it.each(['Unpacking mariadb-server …', 'ERROR 1045 (28000): Access denied for user', 'motd: my own task', ''])(
    'somebody else’s words stay: %s',
    (text) => expect(spoken(text)).toBe(text),
  )
})
