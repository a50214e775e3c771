import type { ItemType, Keyword, ValueSpec } from './keyword.ts'
import { blockSpec } from './table.ts'

/** The language of a page. */
export type Language = 'en' | 'zh'

/** The words of the page in both languages. */
const TEXT = {
  title: { en: '# Reference of keepalived.conf', zh: '# keepalived.conf 参考' },
  intro: {
    en: 'Every keyword that `mmha-keepalived` reads, block by block. This page is written from the same table that the parser reads: `npm run docs`.',
    zh: '`mmha-keepalived` 能读取的全部关键字，按块列出。本页由解析器所用的同一张表生成：`npm run docs`。',
  },
  statuses: {
    en: '**acts**: does what keepalived does. **accepted**: understood, without effect here; the text says why. **later**: keepalived acts on it, `mmha-keepalived` not yet; a warning. **refused**: the instance does not run with it. **alias**, **typo**: read as another keyword, and said.',
    zh: '**生效**：与 keepalived 相同。**接受**：能识别但在此不起作用，说明里写了原因。**未支持**：keepalived 有此功能，`mmha-keepalived` 尚无，会给出警告。**拒绝**：带有它的实例不会运行。**别名**、**笔误**：按另一个关键字读取，并给出提示。',
  },
  head: { en: '| keyword | value | default | | what it does |', zh: '| 关键字 | 值 | 默认值 | | 说明 |' },
  outside: { en: 'Outside of all blocks', zh: '所有块之外' },
  language: {
    en: "The line language (comments, quotes, `include`, `$variables`, `@conditions`, `~SEQ`) is keepalived's: [keepalived-conf-language.md](keepalived-conf-language.md). 中文：[keepalived-conf.zh.md](keepalived-conf.zh.md)",
    zh: '行的写法（注释、引号、`include`、`$变量`、`@条件`、`~SEQ`）与 keepalived 相同：[keepalived-conf-language.md](keepalived-conf-language.md)。English: [keepalived-conf.md](keepalived-conf.md)',
  },
} as const

const STATUS: Readonly<Record<Keyword['status'], Readonly<Record<Language, string>>>> = {
  native: { en: 'acts', zh: '生效' },
  accepted: { en: 'accepted', zh: '接受' },
  later: { en: 'later', zh: '未支持' },
  refused: { en: 'refused', zh: '拒绝' },
  alias: { en: 'alias', zh: '别名' },
  typo: { en: 'typo', zh: '笔误' },
}

/** What may stand for a value, in words that both languages share. */
function valueText(spec: ValueSpec): string {
  switch (spec.type) {
    case 'word':
    case 'secret':
      return 'TEXT'
    case 'words':
      return 'TEXT…'
    case 'integer':
      return `${spec.min}..${spec.max}`
    case 'seconds':
      return `${spec.min}..${spec.max} s`
    case 'choice':
      return spec.of.join('\\|')
    case 'boolean':
      return 'on\\|off'
    case 'address':
      return 'ADDRESS'
    case 'host':
      return 'HOST'
    case 'port':
      return '1..65535'
    case 'command':
      return '"COMMAND" [USER [GROUP]]'
    default:
      return String((spec as ValueSpec).type).toUpperCase()
  }
}

/** What stands on each line of a list. */
const ITEM: Readonly<Partial<Record<ItemType, string>>> = {
  mail: 'MAIL-ADDRESS',
  name: 'NAME',
  peer: 'ADDRESS [min_ttl N] [max_ttl N]',
  route: '[to] NETWORK [via ADDRESS] [dev NIC] [src ADDRESS] [metric N] [table N]',
  rule: '[from NETWORK] [to NETWORK] [iif NIC] [fwmark N] table N [priority N]',
  'virtual-address': 'ADDRESS[/PREFIX] [dev NIC] [label LABEL] [preferred_lft N\\|forever] [no_track]',
  tracked: 'NAME [weight N [reverse]]',
  delay: 'NIC DOWN-DELAY [UP-DELAY]',
}

function blockText(block: string): string {
  const { item } = blockSpec(block)
  return `{ ${item === null ? '…' : (ITEM[item] ?? '…')} }`
}

function valuesOf({ values, opens, of }: Keyword): string {
  if (of !== null) return `→ \`${of}\``
  const texts = values.map((spec) => (spec.optional === true ? `[${valueText(spec)}]` : valueText(spec)))
  return [...texts, ...(opens === null ? [] : [blockText(opens)])].join(' ')
}

function defaultOf({ default: value, unit }: Keyword): string {
  if (value === null || value === '') return ''
  if (typeof value === 'boolean') return value ? 'on' : 'off'
  return unit === 's' ? `${value} s` : String(value)
}

const escaped = (text: string) => text.replaceAll('|', '\\|').replaceAll('\\\\|', '\\|')

function rowOf(keyword: Keyword, language: Language): string {
  const cells = [
    `\`${keyword.name}\``,
    valuesOf(keyword),
    defaultOf(keyword),
    STATUS[keyword.status][language],
    escaped(keyword.doc[language]),
  ]
  return `| ${cells.join(' | ')} |`
}

/** The reference page, in Markdown: one table a block, in the order of the keyword table. */
export function referencePage(keywords: readonly Keyword[], language: Language): string {
  const blocks = [...new Set(keywords.map(({ block }) => block))]
  const sections = blocks.map((block) => {
    const title = block === 'top' ? TEXT.outside[language] : `\`${block}\``
    const rows = keywords.filter((keyword) => keyword.block === block).map((keyword) => rowOf(keyword, language))
    return [`## ${title}`, '', TEXT.head[language], '|---|---|---|---|---|', ...rows].join('\n')
  })
  const head = [TEXT.title, TEXT.intro, TEXT.language, TEXT.statuses].map((text) => text[language])
  return `${[...head, ...sections].join('\n\n')}\n`
}
